"""Nesterov's accelerated gradient: the gradient is taken where momentum is about to lead."""

from typing import NamedTuple

import jax
import optax

from ravine.optimizers._numerics import Real, copied
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix


class NesterovState(NamedTuple):
    """`theta` is the published iterate; the parameters of the training loop are the look-ahead point.

    It is there to be shown: the next step follows from the parameters and the velocity alone.
    """

    velocity: optax.Updates
    theta: optax.Params


def nesterov(*, learning_rate: Real = 0.01, momentum: Real = 0.9) -> optax.GradientTransformationExtraArgs:
    """Nesterov's accelerated gradient; the parameters that it updates are the look-ahead point."""

    def init(params: optax.Params) -> NesterovState:
        return NesterovState(velocity=optax.tree.zeros_like(params), theta=copied(params))

    def update(
        updates: optax.Updates, state: NesterovState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, NesterovState]:
        if params is None:
            raise ValueError("nesterov needs the parameters: call update(gradients, state, params).")
        velocity = mix(momentum, state.velocity, learning_rate, updates)
        theta = jax.tree.map(lambda p, v, new: p + momentum * v - new, params, state.velocity, velocity)
        return mix(-learning_rate, updates, -momentum, velocity), NesterovState(velocity, theta)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=nesterov,
    title="Nesterov",
    equation=r"v_{t+1} = \gamma v_t + \eta\, \nabla f(\theta_t - \gamma v_t) \\"
    r"\theta_{t+1} = \theta_t - v_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "momentum": "momentum, gamma, in [0, 1)",
    },
    family="momentum",
    paper="Y. E. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2)",
    year=1983,
    address="https://www.mathnet.ru/eng/dan46009",
    about="Corrects its momentum before it overshoots, and so turns back earlier than heavy-ball momentum.",
    libraries="optax and torch report the look-ahead point as their iterate; here the iterate is theta and "
    "the look-ahead point is a marker beside it.",
    iterate="theta",
    markers={"look-ahead": "params"},
    marker_kinds={"look-ahead": "look-ahead"},
)
