"""Running means of the gradient and of its squared modulus, which most adaptive rules keep."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._complex import real_zeros_like
from ravine.optimizers._counting import no_steps, one_more
from ravine.optimizers._real import Real


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
