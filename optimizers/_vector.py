"""Parameters as one real vector, for rules that search along rays or solve linear equations."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from ravine.optimizers._counting import wide_type


class Flat(NamedTuple):
    """Parameters as one real vector, of float32 or wider.

    Attributes:
        vector: The parameters; of a complex array the real parts and then the imaginary ones.
        unravel: From such a vector to parameters that have its precision.
        restore: From such a vector to parameters of the types that were given.
        is_plain: Whether the parameters were real, and of float32 or wider, before.
    """

    vector: Float[Array, " n"]
    unravel: Callable[[Float[Array, " n"]], optax.Params]
    restore: Callable[[Float[Array, " n"]], optax.Params]
    is_plain: bool


def flatten(params: optax.Params) -> Flat:
    """The parameters as one real vector; narrow types lack linear algebra, and digits for a search."""
    is_plain = all(_is_plain(leaf) for leaf in jax.tree.leaves(params))
    if is_plain:
        vector, back = ravel_pytree(params)
        return Flat(vector, back, back, is_plain)
    vector, unravel_real = ravel_pytree(jax.tree.map(_as_real, params))

    def unravel(vector: Float[Array, " n"]) -> optax.Params:
        return jax.tree.map(_as_given, params, unravel_real(vector))

    def restore(vector: Float[Array, " n"]) -> optax.Params:
        return jax.tree.map(lambda leaf, wide: wide.astype(leaf.dtype), params, unravel(vector))

    return Flat(vector, unravel, restore, is_plain)


def _is_plain(leaf: Array) -> bool:
    leaf = jnp.asarray(leaf)
    return jnp.isrealobj(leaf) and not leaf.weak_type and wide_type(leaf) == leaf.dtype


def _as_real(leaf: Array) -> Array:
    if jnp.iscomplexobj(leaf):
        return jnp.stack([leaf.real, leaf.imag])
    return jnp.asarray(leaf, wide_type(leaf))


def _as_given(leaf: Array, real: Array) -> Array:
    return jax.lax.complex(real[0], real[1]) if jnp.iscomplexobj(leaf) else real
