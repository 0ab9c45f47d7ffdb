"""Transformations that rules share: moments, trust ratios and averages of the iterates."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._numerics import Real, as_real, copied, no_steps, one_more, real_zeros_like


class Moments(NamedTuple):
    """Both means, zero before the first gradient, and how many gradients are in them."""

    steps: Int[Array, ""]
    mean: optax.Updates
    square: optax.Updates


def no_moments(params: optax.Params) -> Moments:
    """The moments before the first gradient."""
    return Moments(no_steps(), mean=optax.tree.zeros_like(params), square=real_zeros_like(params))


def update_moments(gradients: optax.Updates, moments: Moments, b1: Real, b2: Real) -> Moments:
    """The moments with one more gradient."""
    return Moments(
        steps=one_more(moments.steps),
        mean=optax.tree.update_moment(gradients, moments.mean, b1, 1),
        square=update_square(gradients, moments.square, b2),
    )


def update_square(gradients: optax.Updates, square: optax.Updates, decay: Real) -> optax.Updates:
    """The running mean of the squared moduli with one more gradient."""
    return optax.tree.update_moment_per_elem_norm(gradients, square, decay, 2)


def correct_moments(moments: Moments, b1: Real, b2: Real) -> tuple[optax.Updates, optax.Updates]:
    """Both means as if they had not started from zero."""
    mean = optax.tree.bias_correction(moments.mean, b1, moments.steps)
    return mean, optax.tree.bias_correction(moments.square, b2, moments.steps)


def normalise(mean: optax.Updates, square: optax.Updates, eps: Real) -> optax.Updates:
    """A mean gradient over the root of a mean square, with eps outside the root; each leaf keeps its type."""
    return jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + jnp.asarray(eps, v.dtype)), mean, square)


def early_eps(eps: Real, b2: Real, step: Float[Array, ""]) -> Float[Array, ""]:
    """The eps for a corrected mean square that equals `eps` added to the root before the correction."""
    return eps / jnp.sqrt(-jnp.expm1(step * jnp.log1p(b2 - 1)))


def scale(factor: Real, tree: optax.Updates) -> optax.Updates:
    """A tree times a number; each leaf keeps its type."""
    return jax.tree.map(lambda leaf: jnp.asarray(factor, leaf.dtype) * leaf, tree)


def mix(first: Real, one: optax.Updates, second: Real, other: optax.Updates) -> optax.Updates:
    """A weighted sum of two trees; each leaf keeps its type."""
    return optax.tree.add(scale(first, one), scale(second, other))


def scale_by_moments(
    b1: Real, b2: Real, direction: Callable[[optax.Updates, Moments], optax.Updates]
) -> optax.GradientTransformationExtraArgs:
    """The rule whose direction follows from a gradient and the moments with that gradient in them."""

    def update(
        updates: optax.Updates, state: Moments, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, Moments]:
        del params
        moments = update_moments(updates, state, b1, b2)
        return direction(updates, moments), moments

    return optax.GradientTransformationExtraArgs(no_moments, update)  # pyright: ignore[reportArgumentType]


class TrustRatioState(NamedTuple):
    """The factor on the last step of each layer, one number a layer."""

    trust_ratio: optax.Params


def scale_by_trust_ratio(
    weight_decay: Real, *, coefficient: Real = 1.0, norms_apart: bool = False
) -> optax.GradientTransformationExtraArgs:
    """Add weight decay, then make each layer's step a part of the norm of its weights.

    A layer whose weights or whose step are all zero is left as it is: it would not move at all.

    Args:
        weight_decay: The share of the weights that is added to their step.
        coefficient: The part.
        norms_apart: True if the norms of the step and of its decay are taken apart and added, False if the
            norm of their sum is taken.
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


class AveragingState(NamedTuple):
    """The steps so far, the average of the iterates, and the state of the rule that makes them."""

    averaged_steps: Int[Array, ""]
    average: optax.Params
    inner_state: optax.OptState


def averaging(
    inner: optax.GradientTransformation, weight: Callable[[Float[Array, ""]], Float[Array, ""]]
) -> optax.GradientTransformationExtraArgs:
    """A rule that steps as `inner` does, with an average beside it that starts at the start.

    Args:
        inner: The rule whose iterates are averaged.
        weight: From the step t = 1, 2, ... to the weight of the iterate after it in the average.
    """
    inner = optax.with_extra_args_support(inner)

    def init(params: optax.Params) -> AveragingState:
        return AveragingState(no_steps(), copied(params), inner.init(params))

    def update(
        updates: optax.Updates, state: AveragingState, params: optax.Params | None = None, **extra: Any
    ) -> tuple[optax.Updates, AveragingState]:
        if params is None:
            raise ValueError("An average needs the parameters: call update(gradients, state, params).")
        updates, inner_state = inner.update(updates, state.inner_state, params, **extra)
        count = one_more(state.averaged_steps)
        share = weight(as_real(count, params))
        average = jax.tree.map(
            lambda a, p: ((1 - share) * a + share * p).astype(a.dtype),
            state.average,
            optax.apply_updates(params, updates),
        )
        return updates, AveragingState(count, average, inner_state)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
