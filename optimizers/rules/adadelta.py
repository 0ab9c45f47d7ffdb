"""Adadelta: steps in the units of earlier steps."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array

from ravine.optimizers._checks import check_word
from ravine.optimizers._complex import real_zeros_like
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import update_square


class AdadeltaState(NamedTuple):
    """Running means of the squared gradient and of the squared step."""

    squared_gradient: optax.Updates
    squared_step: optax.Updates


def adadelta(
    *,
    learning_rate: Real = 1.0,
    rho: Real = 0.9,
    eps: Real = 1e-6,
    accumulate: Literal["step", "scaled"] = "step",
) -> optax.GradientTransformationExtraArgs:
    """Adadelta; `accumulate="scaled"` feeds the step times the rate back, so that the rate compounds.

    Raises:
        HyperparameterError: `accumulate` is neither "step" nor "scaled".
    """
    check_word("adadelta", "accumulate", accumulate, ("step", "scaled"))

    def stride(gradient: Array, mean: Array, steps: Array) -> Array:
        if accumulate == "step":
            return jnp.sqrt(steps + eps) / jnp.sqrt(mean + eps) * gradient
        return -learning_rate * jnp.sqrt((steps + eps) / (mean + eps)) * gradient

    def init(params: optax.Params) -> AdadeltaState:
        return AdadeltaState(squared_gradient=real_zeros_like(params), squared_step=real_zeros_like(params))

    def update(
        updates: optax.Updates, state: AdadeltaState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, AdadeltaState]:
        del params
        mean = update_square(updates, state.squared_gradient, rho)
        steps = jax.tree.map(stride, updates, mean, state.squared_step)
        squared_step = update_square(steps, state.squared_step, rho)
        return steps, AdadeltaState(squared_gradient=mean, squared_step=squared_step)

    scaled = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    if accumulate == "scaled":
        return scaled
    return optax.chain(scaled, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=adadelta,
    title="Adadelta",
    equation=r"E_{t+1} = \rho E_t + (1 - \rho) g_t^2 \\"
    r"d_t = -\sqrt{\frac{D_t + \epsilon}{E_{t+1} + \epsilon}}\, g_t \\"
    r"D_{t+1} = \rho D_t + (1 - \rho) d_t^2 \\"
    r"\theta_{t+1} = \theta_t + \eta\, d_t",
    hyperparameters={
        "learning_rate": "factor on the steps, eta; the paper has none, which is 1",
        "rho": "decay of the running means of the squared gradient and of the squared step, in [0, 1)",
        "eps": "added to both running means inside their roots, epsilon; sets the size of the first steps",
        "accumulate": "step: squared steps are averaged before the learning rate; scaled: after it",
    },
    family="adaptive",
    paper="M. D. Zeiler, ADADELTA: An Adaptive Learning Rate Method",
    year=2012,
    address="https://arxiv.org/abs/1212.5701",
    about="Needs no rate in the paper; it starts from steps of size eps and takes a while to get going.",
    libraries="optax.adadelta without a rate loses the minus sign and climbs. accumulate=scaled, of "
    "Radford's films, feeds the scaled step back.",
)
