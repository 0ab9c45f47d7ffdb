"""Numbers of rules: types, step counts, precision, complex parameters, and parameters as one vector."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import HyperparameterError

Real: TypeAlias = float | Float[Array, ""]
"""A number, or one that JAX traces."""


def copied(params: optax.Params) -> optax.Params:
    """The parameters in arrays of their own: a training loop may donate the buffers of its parameters."""
    return jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), params)


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


def in_single(transformation: optax.GradientTransformation) -> optax.GradientTransformationExtraArgs:
    """A rule that is calculated in float32 at least; its updates have the types of the parameters.

    A loss that it evaluates is given parameters of float32 as well. Its state keeps the types that it has
    at first.
    """
    transformation = optax.with_extra_args_support(transformation)

    def init(params: optax.Params) -> optax.OptState:
        return transformation.init(_widened(params))

    def update(
        updates: optax.Updates, state: optax.OptState, params: optax.Params | None = None, **extra: object
    ) -> tuple[optax.Updates, optax.OptState]:
        wide = None if params is None else _widened(params)
        steps, after = transformation.update(_widened(updates), state, wide, **extra)
        return _cast_like(steps, updates if params is None else params), _cast_like(after, state)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def _widened(tree: optax.Params) -> optax.Params:
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, wide_type(leaf)), tree)


def _cast_like(tree: optax.Params, types: optax.Params) -> optax.Params:
    return jax.tree.map(lambda leaf, like: jnp.asarray(leaf, jnp.asarray(like).dtype), tree, types)


class Flat(NamedTuple):
    """Parameters as one real vector, of float32 or wider.

    Attributes:
        vector: The parameters; of a complex array the real parts and then the imaginary ones.
        unravel: From such a vector to parameters that have its precision.
        restore: From such a vector to parameters of the types that were given.
        is_plain: True if the parameters were real, and of float32 or wider, before.
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


def is_complex(params: optax.Params) -> bool:
    """True if any of the parameters is complex."""
    return any(jnp.iscomplexobj(leaf) for leaf in jax.tree.leaves(params))


def for_real_parameters(
    rule: str, transformation: optax.GradientTransformation
) -> optax.GradientTransformationExtraArgs:
    """A rule that refuses complex parameters, of which there is no agreed form.

    Its `init` raises a HyperparameterError where it is given any.

    Args:
        rule: Its name, for the refusal.
        transformation: The rule itself.
    """
    transformation = optax.with_extra_args_support(transformation)

    def init(params: optax.Params) -> optax.OptState:
        if is_complex(params):
            raise HyperparameterError(
                f"{rule} does not support complex parameters: give it the real and the imaginary part as "
                "two real arrays."
            )
        return transformation.init(params)

    return optax.GradientTransformationExtraArgs(init, transformation.update)


def real_zeros_like(params: optax.Params) -> optax.Updates:
    """Zeros for what is real of every parameter, such as its squared modulus."""
    return optax.tree.real(optax.tree.zeros_like(params))


def squared(tree: optax.Updates) -> optax.Updates:
    """The squared modulus of every number."""
    return jax.tree.map(
        lambda leaf: leaf**2 if jnp.isrealobj(leaf) else leaf.real**2 + leaf.imag**2,
        tree,
    )


def inner_product(one: optax.Updates, other: optax.Updates) -> Float[Array, ""]:
    """The product of two vectors; a complex number counts as a pair of real ones."""
    return jnp.real(jnp.asarray(optax.tree.vdot(one, other)))


def ascent(gradient: optax.Updates) -> optax.Updates:
    """The direction of steepest ascent, from what `jax.grad` gives."""
    return jax.tree.map(jnp.conj, gradient) if is_complex(gradient) else gradient
