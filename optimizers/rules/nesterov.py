"""Nesterov's accelerated gradient: the gradient is taken where momentum is about to lead."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._real import Real


class NesterovState(NamedTuple):
    """`theta` is the published iterate; the parameters of the training loop are the look-ahead point."""

    velocity: optax.Params
    theta: optax.Params


def nesterov(*, learning_rate: Real = 0.01, momentum: Real = 0.9) -> optax.GradientTransformationExtraArgs:
    """Nesterov's accelerated gradient; the parameters that it updates are the look-ahead point."""

    def init(params: optax.Params) -> NesterovState:
        # A copy: a training loop may donate the buffers of its parameters and of this state.
        theta = jax.tree.map(lambda p: jnp.array(p, copy=True), params)
        return NesterovState(velocity=jax.tree.map(jnp.zeros_like, params), theta=theta)

    def update(
        updates: optax.Updates, state: NesterovState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, NesterovState]:
        velocity = jax.tree.map(lambda v, g: momentum * v + learning_rate * g, state.velocity, updates)
        theta = jax.tree.map(lambda t, v: t - v, state.theta, velocity)
        step = jax.tree.map(lambda t, v, p: t - momentum * v - p, theta, velocity, params)
        return step, NesterovState(velocity=velocity, theta=theta)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=nesterov,
    title="Nesterov",
    equation=r"v_{t+1} = \gamma v_t + \eta\, \nabla f(\theta_t - \gamma v_t) \\"
    r"\theta_{t+1} = \theta_t - v_{t+1}",
    family="momentum",
    paper="Y. E. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2)",
    year=1983,
    address="https://www.mathnet.ru/eng/dan46009",
    about="Corrects its momentum before it overshoots, and so turns back earlier than heavy-ball momentum.",
    libraries="optax and torch report the look-ahead point as their iterate; here the iterate is theta and "
    "the look-ahead point is a ball beside it.",
    iterate="theta",
    balls={"look-ahead": "params"},
)
