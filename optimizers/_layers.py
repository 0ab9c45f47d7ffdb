"""Steps that are measured by the weights of a layer: every array of the parameters is one layer."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._real import Real


class TrustRatioState(NamedTuple):
    """What the last step of each layer was multiplied by, one number a layer."""

    trust_ratio: optax.Params


def scale_by_trust_ratio(
    weight_decay: Real, *, coefficient: Real = 1.0, norms_apart: bool = False
) -> optax.GradientTransformationExtraArgs:
    """Add weight decay, then make each layer's step a part of the norm of its weights.

    A layer whose weights or whose step are all zero is left as it is: it would not move at all.

    Args:
        weight_decay: How much of the weights is added to their step.
        coefficient: The part.
        norms_apart: Whether the norms of the step and of its decay are taken apart and added, or the norm
            of their sum is taken.
    """
    decay = optax.add_decayed_weights(weight_decay)

    def init(params: optax.Params) -> TrustRatioState:
        return TrustRatioState(jax.tree.map(lambda leaf: jnp.ones_like(leaf, shape=()).real, params))

    def update(
        updates: optax.Updates, state: TrustRatioState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, TrustRatioState]:
        decayed, _ = decay.update(updates, optax.EmptyState(), params)  # pyright: ignore[reportAssignmentType]
        weights = jax.tree.map(optax.tree.norm, params)
        sizes = jax.tree.map(optax.tree.norm, updates if norms_apart else decayed)
        if norms_apart:
            sizes = jax.tree.map(lambda size, weight: size + weight_decay * weight, sizes, weights)
        ratios = jax.tree.map(
            lambda size, weight, last: _ratio(coefficient * weight, size).astype(last.dtype),
            sizes,
            weights,
            state.trust_ratio,
        )
        return jax.tree.map(jnp.multiply, ratios, decayed), TrustRatioState(ratios)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def _ratio(weight: jax.Array, size: jax.Array) -> jax.Array:
    still = (weight == 0) | (size == 0)
    return jnp.where(still, 1.0, weight / jnp.where(still, 1.0, size))
