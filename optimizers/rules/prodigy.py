"""Prodigy: Adam that estimates its own rate, as the distance from the start to the solution."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._complex import inner_product, real_zeros_like
from ravine.optimizers._numerics import Real, as_real, in_single, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix, normalise, scale, update_square


class ProdigyState(NamedTuple):
    """The start, and what is remembered of the gradients.

    `mean` and `square` are running means of the scaled gradient and its square, `progress` and `pull` the
    decaying sums r and s whose ratio bounds the distance to the solution from below, and `distance` is the
    estimate with which the last step was taken.
    """

    steps: Int[Array, ""]
    start: optax.Params
    mean: optax.Updates
    square: optax.Updates
    progress: Float[Array, ""]
    pull: optax.Updates
    distance: Float[Array, ""]


def prodigy(
    *,
    learning_rate: Real = 1.0,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    initial_distance: Real = 1e-6,
    bias_correction: bool = False,
) -> optax.GradientTransformationExtraArgs:
    """Prodigy; the rate multiplies the one that it finds."""

    def init(params: optax.Params) -> ProdigyState:
        # A copy: a training loop may donate the buffers of its parameters and of this state.
        start = jax.tree.map(lambda p: jnp.array(p, copy=True), params)
        mean, pull = (optax.tree.zeros_like(params) for _ in range(2))
        kind = real_type(params)
        distance = jnp.asarray(initial_distance, kind)
        square, progress = real_zeros_like(params), jnp.zeros([], kind)
        return ProdigyState(no_steps(), start, mean, square, progress, pull, distance)

    def update(
        updates: optax.Updates, state: ProdigyState, params: optax.Params, **_: object
    ) -> tuple[optax.Updates, ProdigyState]:
        steps = one_more(state.steps)
        t = as_real(steps, params)
        correction = jnp.sqrt(1 - b2**t) / (1 - b1**t) if bias_correction else 1.0
        rate = learning_rate * correction
        state = state._replace(steps=steps, distance=_estimate(state))
        # In units of the squared first estimate, which the ratio of both sums does not have.
        weight = (1 - jnp.sqrt(b2)) * rate * (state.distance / initial_distance) ** 2
        state = _remember(updates, params, state, b1, b2, weight)
        eps_here, rate_here = state.distance * eps, rate * state.distance
        return scale(-rate_here, normalise(state.mean, state.square, eps_here)), state

    estimating = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return in_single(estimating)


def _remember(
    gradient: optax.Updates, params: optax.Params, state: ProdigyState, b1: Real, b2: Real, weight: Real
) -> ProdigyState:
    """The means and sums with one more gradient, which has this weight in the sums."""
    decay = jnp.sqrt(b2)
    scaled = scale(state.distance, gradient)
    ahead = inner_product(gradient, optax.tree.sub(state.start, params))
    return state._replace(
        mean=optax.tree.update_moment(scaled, state.mean, b1, 1),
        square=update_square(scaled, state.square, b2),
        progress=decay * state.progress + weight * ahead,
        pull=mix(decay, state.pull, weight, gradient),
    )


def _estimate(state: ProdigyState) -> Float[Array, ""]:
    """The distance that the gradients so far give, which never shrinks."""
    size = optax.tree.norm(state.pull, 1)
    found = jnp.where(size > 0, state.progress / jnp.where(size > 0, size, 1), 0)
    return jnp.maximum(state.distance, found)


OPTIMIZER = Optimizer(
    rule=prodigy,
    title="Prodigy",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1)\, d_t g_t, \quad "
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2)\, d_t^2 g_t^2 \\"
    r"r_{t+1} = \sqrt{\beta_2}\, r_t + (1 - \sqrt{\beta_2})\, \eta\, d_t^2 "
    r"\langle g_t, \theta_0 - \theta_t \rangle \\"
    r"s_{t+1} = \sqrt{\beta_2}\, s_t + (1 - \sqrt{\beta_2})\, \eta\, d_t^2 g_t \\"
    r"\theta_{t+1} = \theta_t - \eta\, d_t \frac{m_{t+1}}{\sqrt{v_{t+1}} + d_t \epsilon} \\"
    r"d_{t+1} = \max \left( d_t, \frac{r_{t+1}}{\Vert s_{t+1} \Vert_1} \right)",
    hyperparameters={
        "learning_rate": "factor on the step size that is found, eta; 1 in the paper",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the second moment, beta_2, in [0, 1); its root is that of the sums behind the "
        "estimate",
        "eps": "added to the root of the second moment, epsilon, in units of the estimated distance",
        "initial_distance": "first estimate of the distance to a minimum, d_0, greater than 0",
        "bias_correction": "whether the learning rate corrects both moments for their start at zero",
    },
    family="self-tuning",
    paper="K. Mishchenko and A. Defazio, Prodigy: An Expeditiously Adaptive Parameter-Free Learner",
    year=2024,
    address="https://arxiv.org/abs/2306.06101",
    about="Needs no rate: it stands still until it has found how far to go, and then may overshoot, for "
    "its estimate never shrinks.",
    libraries="optax always corrects the means for their start, in the estimate too "
    "(bias_correction=true); it and the authors' code multiply eps by the new estimate.",
    series={"distance": "distance"},
    tuned=False,
)
