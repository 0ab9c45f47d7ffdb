"""Adamax: Adam with the largest recent gradient in place of the mean square."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Int

from ravine.optimizers._complex import real_zeros_like
from ravine.optimizers._numerics import Real, no_steps, one_more
from ravine.optimizers._optimizer import Optimizer


class AdamaxState(NamedTuple):
    """The running mean of the gradient, and its largest size, which fades."""

    steps: Int[Array, ""]
    mean: optax.Updates
    largest: optax.Updates


def adamax(
    *, learning_rate: Real = 0.002, b1: Real = 0.9, b2: Real = 0.999
) -> optax.GradientTransformationExtraArgs:
    """Adamax, without an eps: a coordinate whose gradients were all zero stays where it is."""

    def init(params: optax.Params) -> AdamaxState:
        return AdamaxState(
            steps=no_steps(), mean=optax.tree.zeros_like(params), largest=real_zeros_like(params)
        )

    def update(
        updates: optax.Updates, state: AdamaxState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, AdamaxState]:
        del params
        steps = one_more(state.steps)
        mean = optax.tree.update_moment(updates, state.mean, b1, 1)
        largest = jax.tree.map(lambda g, u: jnp.maximum(b2 * u, jnp.abs(g)), updates, state.largest)
        direction = jax.tree.map(
            lambda m, u: m / jnp.where(u == 0, 1.0, u), optax.tree.bias_correction(mean, b1, steps), largest
        )
        return direction, AdamaxState(steps=steps, mean=mean, largest=largest)

    scaled = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(scaled, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=adamax,
    title="Adamax",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"u_{t+1} = \max(\beta_2 u_t,\, |g_t|) \\"
    r"\theta_{t+1} = \theta_t - \frac{\eta}{1 - \beta_1^{t+1}} \frac{m_{t+1}}{u_{t+1}}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the largest gradient magnitude so far, beta_2, in [0, 1)",
    },
    family="adaptive",
    paper="D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization",
    year=2015,
    address="https://arxiv.org/abs/1412.6980",
    about="Its steps hardly exceed the rate and need no eps, but one steep place slows it for long.",
    libraries="optax and torch add eps 1e-8 to the gradient's size in the maximum.",
)
