"""SWATS: Adam until the rate that it amounts to along its own steps settles, then SGD at that rate."""

from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from ravine.optimizers._checks import check_steps
from ravine.optimizers._numerics import Real, as_real, in_single, inner_product, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import (
    Moments,
    correct_moments,
    early_eps,
    no_moments,
    normalise,
    scale,
    update_moments,
)
from ravine.optimizers.rules.adam import adam


def swats(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    switch_threshold: Real = 1e-9,
    switch_step: int | None = None,
    sgd_learning_rate: Real = 0.01,
) -> optax.GradientTransformationExtraArgs:
    """Adam that gives way to SGD, at a rate found on the way or after a given number of steps.

    Raises:
        HyperparameterError: `switch_step` is not a whole number of steps.
    """
    if switch_step is None:
        return in_single(_settle(learning_rate, b1, b2, eps, switch_threshold))
    check_steps("swats", "switch_step", switch_step)
    first = adam(learning_rate=learning_rate, b1=b1, b2=b2, eps=eps)
    return _switch(first, learning_rate, sgd_learning_rate, switch_step)


class _SettlingState(NamedTuple):
    """Adam's moments, SGD's velocity, and what decides between them.

    Attributes:
        moments: Of Adam.
        velocity: Of SGD, zero until the switch.
        mean_rate: The running mean of the rates along Adam's steps, from zero.
        swats_estimate: The mean corrected for its start: SGD's rate from the switch on.
        swats_rate: The rate of the last step.
        switched: True if SGD takes the next step.
    """

    moments: Moments
    velocity: optax.Updates
    mean_rate: Float[Array, ""]
    swats_estimate: Float[Array, ""]
    swats_rate: Float[Array, ""]
    switched: Bool[Array, ""]


def _settle(
    learning_rate: Real, b1: Real, b2: Real, eps: Real, threshold: Real
) -> optax.GradientTransformationExtraArgs:
    def init(params: optax.Params) -> _SettlingState:
        rates = (jnp.zeros([], real_type(params)) for _ in range(3))
        velocity = optax.tree.zeros_like(params)
        return _SettlingState(no_moments(params), velocity, *rates, switched=jnp.zeros([], jnp.bool_))

    def update(
        updates: optax.Updates, state: _SettlingState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, _SettlingState]:
        del params
        moments = update_moments(updates, state.moments, b1, b2)
        step = as_real(moments.steps, updates)
        rate = jnp.asarray(learning_rate, step.dtype)
        velocity = optax.tree.where(
            state.switched, optax.tree.add(scale(b1, state.velocity), updates), state.velocity
        )
        mean, square = correct_moments(moments, b1, b2)
        by_adam = scale(-rate, normalise(mean, square, early_eps(eps, b2, step)))
        by_sgd = scale(-(1 - b1) * state.swats_estimate, velocity)
        along = _rate_along(by_adam, updates)
        mean_rate = jnp.where(jnp.isnan(along), state.mean_rate, b2 * state.mean_rate + (1 - b2) * along)
        estimate = mean_rate / (1 - b2**step)
        settled = (step > 1) & (jnp.abs(estimate - along) < threshold)
        return optax.tree.where(state.switched, by_sgd, by_adam), _SettlingState(
            moments=moments,
            velocity=velocity,
            mean_rate=mean_rate,
            swats_estimate=jnp.where(state.switched, state.swats_estimate, estimate),
            swats_rate=jnp.where(state.switched, state.swats_estimate, rate),
            switched=state.switched | settled,
        )

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def _rate_along(step: optax.Updates, gradient: optax.Updates) -> Float[Array, ""]:
    """The rate at which SGD's step, projected on this one, is this one; NaN where it has no part of it."""
    descent = -inner_product(step, gradient)
    square = inner_product(step, step)
    rate = jnp.where(descent == 0, jnp.nan, square / jnp.where(descent == 0, 1.0, descent))
    return rate.astype(real_type(gradient))


class _SwitchState(NamedTuple):
    """The steps so far, Adam's state, SGD's rate, and the rate of the last step."""

    steps: Int[Array, ""]
    first_state: optax.OptState
    swats_estimate: Float[Array, ""]
    swats_rate: Float[Array, ""]


def _switch(
    first: optax.GradientTransformationExtraArgs, learning_rate: Real, sgd_learning_rate: Real, last: int
) -> optax.GradientTransformationExtraArgs:
    def init(params: optax.Params) -> _SwitchState:
        rates = (jnp.zeros([], real_type(params)) for _ in range(2))
        return _SwitchState(no_steps(), first.init(params), *rates)

    def update(
        updates: optax.Updates, state: _SwitchState, params: optax.Params | None = None, **extra: object
    ) -> tuple[optax.Updates, _SwitchState]:
        by_first, first_state = first.update(updates, state.first_state, params, **extra)
        after = state.steps >= last
        rates = (jnp.asarray(rate, real_type(updates)) for rate in (sgd_learning_rate, learning_rate))
        sgd_rate, first_rate = rates
        taken = optax.tree.where(after, scale(-sgd_rate, updates), by_first)
        count = one_more(state.steps)
        return taken, _SwitchState(count, first_state, sgd_rate, jnp.where(after, sgd_rate, first_rate))

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=swats,
    title="SWATS",
    equation=r"p_t = \mathrm{Adam}(g_t), \quad \theta_{t+1} = \theta_t + p_t \\"
    r"\gamma_t = \frac{p_t^T p_t}{-p_t^T g_t}, \quad "
    r"\lambda_{t+1} = \beta_2 \lambda_t + (1 - \beta_2)\, \gamma_t \\"
    r"\Lambda = \frac{\lambda_{t+1}}{1 - \beta_2^{t+1}} \quad \mathrm{once} \quad "
    r"|\Lambda - \gamma_t| < \epsilon_s \\"
    r"\mathrm{then} \quad v_{t+1} = \beta_1 v_t + g_t, \quad "
    r"\theta_{t+1} = \theta_t - (1 - \beta_1) \Lambda\, v_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate of Adam",
        "b1": "decay of Adam's first moment, beta_1, in [0, 1), and momentum of SGD",
        "b2": "decay of Adam's second moment and of the mean of estimated SGD rates, beta_2, in [0, 1)",
        "eps": "added to the root of the second moment, epsilon: before its bias correction, or with "
        "switch_step after it",
        "switch_threshold": "distance of the estimated SGD rate from its mean below which SGD takes over, "
        "epsilon_s",
        "switch_step": "steps after which SGD without momentum takes over, whatever the estimate; none: by "
        "the threshold",
        "sgd_learning_rate": "learning rate of SGD after switch_step; otherwise it is estimated",
    },
    family="adaptive",
    paper="N. S. Keskar and R. Socher, Improving Generalization Performance by Switching from Adam to SGD",
    year=2017,
    address="https://arxiv.org/abs/1712.07628",
    about="Starts as fast as Adam and ends as SGD; the published threshold hardly ever fires within a film: "
    "give a larger one, or a step.",
    libraries="optax and torch have none. switch_step is the hard switch, from Adam with its eps after the "
    "correction to SGD without momentum.",
    series={"learning_rate": "swats_rate", "sgd_learning_rate": "swats_estimate"},
)
