"""YellowFin: momentum that sets its rate and its momentum from what the gradients tell."""

from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import check_steps
from ravine.optimizers._numerics import Real, as_real, in_single, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix, scale

_TINY = 1e-6
"""Added by the authors' code wherever it divides or takes a logarithm."""


class Measures(NamedTuple):
    """Running means of what the gradients tell, from zero.

    Attributes:
        lowest: Of the log of the least squared norm in the window: the least curvature.
        highest: Of the log of the largest.
        gradient: Of the gradient.
        square: Of its squared norm.
        norm: Of its norm.
        distance: Of the mean norm over the mean squared norm: how far the minimum is.
    """

    lowest: Float[Array, ""]
    highest: Float[Array, ""]
    gradient: optax.Updates
    square: Float[Array, ""]
    norm: Float[Array, ""]
    distance: Float[Array, ""]


class YellowfinState(NamedTuple):
    """The velocity, the rate and the momentum of the last step, and what they follow from."""

    steps: Int[Array, ""]
    velocity: optax.Updates
    learning_rate: Float[Array, ""]
    momentum: Float[Array, ""]
    squared_norms: Float[Array, " window"]
    measures: Measures


def yellowfin(
    *,
    learning_rate: Real = 1e-4,
    momentum: Real = 0.0,
    beta: Real = 0.999,
    window: int = 20,
    slow_start: bool = True,
) -> optax.GradientTransformationExtraArgs:
    """YellowFin, whose rate and momentum are given for the first step alone.

    Raises:
        HyperparameterError: `window` is not a number of steps.
    """
    check_steps("yellowfin", "window", window)

    def update(
        updates: optax.Updates, state: YellowfinState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, YellowfinState]:
        del params
        step = as_real(state.steps, updates)
        squared = optax.tree.norm(updates, squared=True).astype(step.dtype)
        squared_norms = _remember(state.squared_norms, squared, state.steps)
        measures = _measure(state.measures, updates, squared, squared_norms, beta)
        found_rate, found_momentum = _tune(measures, 1 - beta ** (step + 1))
        if slow_start:
            found_rate = found_rate * jnp.minimum(1.0, (step + 1) / (10 * window))
        rate = jnp.where(step == 0, learning_rate, found_rate).astype(step.dtype)
        damping = jnp.where(step == 0, momentum, found_momentum).astype(step.dtype)
        velocity = mix(damping, state.velocity, 1.0, updates)
        steps = one_more(state.steps)
        return scale(-rate, velocity), YellowfinState(steps, velocity, rate, damping, squared_norms, measures)

    init = partial(_before_first_step, window=int(window))
    tuned = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return in_single(tuned)


def _before_first_step(params: optax.Params, *, window: int) -> YellowfinState:
    def zeros(*shape: int) -> Array:
        return jnp.zeros(shape, real_type(params))

    gradient = optax.tree.zeros_like(params)
    return YellowfinState(
        steps=no_steps(),
        velocity=optax.tree.zeros_like(params),
        learning_rate=zeros(),
        momentum=zeros(),
        squared_norms=zeros(window),
        measures=Measures(zeros(), zeros(), gradient, square=zeros(), norm=zeros(), distance=zeros()),
    )


def _remember(
    squared_norms: Float[Array, " window"], newest: Float[Array, ""], count: Int[Array, ""]
) -> Float[Array, " window"]:
    """The last squared norms; the first one fills all places that no step has reached."""
    return jnp.where(count == 0, newest, squared_norms.at[count % len(squared_norms)].set(newest))


def _measure(
    measures: Measures,
    gradient: optax.Updates,
    squared: Float[Array, ""],
    squared_norms: Float[Array, " window"],
    beta: Real,
) -> Measures:
    def mean(old: Array, new: Array) -> Array:
        return (beta * old + (1 - beta) * new).astype(old.dtype)

    square, norm = mean(measures.square, squared), mean(measures.norm, jnp.sqrt(squared))
    return Measures(
        lowest=mean(measures.lowest, jnp.log(squared_norms.min() + _TINY)),
        highest=mean(measures.highest, jnp.log(squared_norms.max() + _TINY)),
        gradient=mix(beta, measures.gradient, 1 - beta, gradient),
        square=square,
        norm=norm,
        distance=mean(measures.distance, norm / (square + _TINY)),
    )


def _tune(measures: Measures, weight: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """The rate and the momentum for a quadratic of these measures, whose weights sum to `weight`."""
    lowest = jnp.exp(measures.lowest / weight) + _TINY
    highest = jnp.exp(measures.highest / weight) + _TINY
    mean_squared = optax.tree.norm(measures.gradient, squared=True) / weight**2
    variance = jnp.maximum(measures.square / weight - mean_squared, _TINY) + _TINY
    distance = measures.distance / weight + _TINY
    root = _cubic_root((distance * lowest) ** 2 / (2 * variance))
    widest = jnp.sqrt(jnp.maximum(highest / lowest, 1 + _TINY))
    momentum = jnp.maximum(root**2, ((widest - 1) / (widest + 1)) ** 2)
    return (1 - jnp.sqrt(momentum)) ** 2 / lowest, momentum


def _cubic_root(p: Float[Array, ""]) -> Float[Array, ""]:
    """The root between 0 and 1 of (1 - x)^3 = p x, in Vieta's closed form.

    Where no gradient is left p is so small that the division leads anywhere: the bounds keep it stable.
    """
    w = -jnp.cbrt(p * (jnp.sqrt(1 + 4 * p / 27) + 1) / 2)
    return jnp.clip(1 + w - p / (3 * (w + _TINY)), -1.0, 1.0)


OPTIMIZER = Optimizer(
    rule=yellowfin,
    title="YellowFin",
    equation=r"v_{t+1} = \mu_t v_t + g_t, \quad \theta_{t+1} = \theta_t - \eta_t v_{t+1} \\"
    r"\mu_t = \max\left(x^2,\ "
    r"\left(\frac{\sqrt{h_{\max} / h_{\min}} - 1}{\sqrt{h_{\max} / h_{\min}} + 1}\right)^2\right), "
    r"\quad (1 - x)^3 = \frac{D^2 h_{\min}^2}{2 C}\, x \\"
    r"\eta_t = \min\left(1,\ \frac{t + 1}{10\, w}\right) \frac{(1 - \sqrt{\mu_t})^2}{h_{\min}} \\"
    r"h = \|g\|^2, \quad D = \|g\| / \|g\|^2, \quad C = \mathrm{Var}\, g \quad (\mathrm{running\ means})",
    hyperparameters={
        "learning_rate": "learning rate of the first step; later ones are found",
        "momentum": "momentum of the first step, in [0, 1); later ones are found",
        "beta": "decay of the running means of the gradients' statistics, in [0, 1)",
        "window": "steps over which the range of the curvature is taken, w, at least 1",
        "slow_start": "whether the learning rate warms up over the first 10 * window steps",
    },
    family="momentum",
    paper="J. Zhang and I. Mitliagkas, YellowFin and the Art of Momentum Tuning",
    year=2019,
    address="https://arxiv.org/abs/1706.03471",
    about="Needs no tuning on networks; takes the squared gradient for the curvature, so that it depends on "
    "the loss's scale and hardly moves in its slow start.",
    libraries="Not in optax. The authors' PyTorch code forgets the first gradient and can clip gradients; "
    "their TensorFlow code averages the rate and the momentum over time.",
    series={"learning_rate": "learning_rate", "momentum": "momentum"},
    tuned=False,
)
