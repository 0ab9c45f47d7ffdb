"""Demon: momentum that decays until none is left at the last step."""

import math
from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import check_steps
from ravine.optimizers._numerics import Real, as_real, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix


class DemonState(NamedTuple):
    """The velocity, and the momentum that the last step was taken with."""

    steps: Int[Array, ""]
    velocity: optax.Updates
    momentum: Float[Array, ""]


def demon(
    *, learning_rate: Real = 0.01, momentum: Real = 0.9, total_steps: int = 200
) -> optax.GradientTransformationExtraArgs:
    """Heavy-ball momentum that decays.

    Raises:
        HyperparameterError: `total_steps` is not a number of steps.
    """
    check_steps("demon", "total_steps", total_steps, least=0)

    def init(params: optax.Params) -> DemonState:
        at_first = jnp.asarray(momentum, real_type(params))
        return DemonState(steps=no_steps(), velocity=optax.tree.zeros_like(params), momentum=at_first)

    def update(
        updates: optax.Updates, state: DemonState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, DemonState]:
        del params
        beta = decayed_momentum(momentum, as_real(state.steps, updates), total_steps)
        velocity = mix(beta, state.velocity, -learning_rate, updates)
        return velocity, DemonState(one_more(state.steps), velocity, beta.astype(state.momentum.dtype))

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def decayed_momentum(momentum: Real, step: Float[Array, ""], total_steps: int) -> Float[Array, ""]:
    """The momentum of a step, the first being 0, which `total_steps` steps bring from `momentum` to zero.

    What decays in a straight line is momentum / (1 - momentum), a gradient's share in all later steps. Where
    `total_steps` is 0 nothing decays.
    """
    left = jnp.maximum(1 - step / (total_steps or math.inf), 0.0)
    return momentum * left / (1 - momentum + momentum * left)


OPTIMIZER = Optimizer(
    rule=demon,
    title="Demon",
    equation=r"\beta_t = \frac{\beta\, (1 - t / T)}{(1 - \beta) + \beta\, (1 - t / T)} \\"
    r"v_{t+1} = \beta_t v_t - \eta\, g_t \\ \theta_{t+1} = \theta_t + v_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "momentum": "initial momentum, beta, in [0, 1)",
        "total_steps": "steps over which the momentum decays to zero, T; 0 for no decay",
    },
    family="momentum",
    step_form="heavy ball",
    paper="J. Chen, C. Wolfe, Z. Li and A. Kyrillidis, Demon: Improved Neural Network Training with Momentum "
    "Decay",
    year=2019,
    address="https://arxiv.org/abs/1910.04952",
    about="Runs like momentum and settles like gradient descent, but must be told beforehand when to settle.",
    libraries="Not in optax or torch. total_steps=0 never decays, which is momentum.",
    series={"momentum": "momentum"},
)
