"""Steps counted in integers, and used as real numbers."""

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int


def no_steps() -> Int[Array, ""]:
    """The count before the first step."""
    return jnp.zeros([], jnp.int32)


def one_more(count: Int[Array, ""]) -> Int[Array, ""]:
    """The count after a step; the largest one that there is stays as it is."""
    return jnp.asarray(optax.safe_increment(count))


def real_type(params: optax.Params) -> jnp.dtype:
    """The type that a count or a rate is calculated in: the parameters' widest, real, and at least float32.

    An integer count divided by an integer is float32 in JAX, even where the parameters are float64.
    """
    return jnp.finfo(jnp.result_type(jnp.float32, *map(wide_type, jax.tree.leaves(params)))).dtype


def wide_type(leaf: Array) -> jnp.dtype:
    """The type of an array's numbers, weak or not, and at least float32."""
    return jnp.result_type(jnp.asarray(leaf).dtype, jnp.float32)


def as_real(count: Int[Array, ""], params: optax.Params) -> Float[Array, ""]:
    """The count as a real number to calculate with."""
    return count.astype(real_type(params))
