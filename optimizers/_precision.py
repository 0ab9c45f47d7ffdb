"""Parameters of less than float32, whose sums and products soon overflow, or lose what they add up."""

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._counting import wide_type


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
