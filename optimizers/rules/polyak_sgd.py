"""Polyak's step size: as long as would reach the minimum, were the loss its tangent."""

from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._numerics import Real, in_single, real_type
from ravine.optimizers._optimizer import Optimizer


class PolyakState(NamedTuple):
    """The rate of the last step."""

    polyak_rate: Float[Array, ""]


def polyak_sgd(*, learning_rate: Real = 1.0, f_min: Real = 0.0) -> optax.GradientTransformationExtraArgs:
    """Gradient descent with Polyak's step size; its update needs `value`, the loss at the parameters."""

    def init(params: optax.Params) -> PolyakState:
        return PolyakState(jnp.zeros([], real_type(params)))

    def update(
        updates: optax.Updates,
        state: PolyakState,
        params: optax.Params | None = None,
        *,
        value: Float[Array, ""] | None = None,
        **_: object,
    ) -> tuple[optax.Updates, PolyakState]:
        del params
        if value is None:
            raise ValueError("polyak_sgd steps by the loss: give its update the loss, value=loss(params).")
        slope = optax.tree.norm(updates, squared=True)
        reach = jnp.where(slope > 0, (value - f_min) / jnp.where(slope > 0, slope, 1), 0)
        rate = learning_rate * reach
        return optax.tree.scale(-rate, updates), PolyakState(rate.astype(state.polyak_rate.dtype))

    descent = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return in_single(descent)


OPTIMIZER = Optimizer(
    rule=polyak_sgd,
    title="Polyak step size",
    equation=r"\eta_t = \frac{f(\theta_t) - f^*}{\Vert g_t \Vert^2} \\"
    r"\theta_{t+1} = \theta_t - \eta_t\, g_t",
    hyperparameters={
        "learning_rate": "factor on Polyak's step size; 1 in the paper",
        "f_min": "lowest loss, f*, or an estimate of it",
    },
    family="self-tuning",
    paper="B. T. Polyak, Minimization of unsmooth functionals",
    year=1969,
    address="https://doi.org/10.1016/0041-5553(69)90061-5",
    about="Needs the lowest loss in place of a rate; where it is set too low, the steps stay too long and "
    "the descent never settles.",
    libraries="optax bounds the rate by 1, as the stochastic form of Loizou et al. (2021) is bounded; its "
    "scaling divides the steps, where learning_rate multiplies them here.",
    series={"learning_rate": "polyak_rate"},
    tuned=False,
)
