"""A rate that is reduced each time the loss stops falling."""

from typing import Any

import jax.numpy as jnp
import optax
import optax.contrib
from jaxtyping import Array, Float

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def reduce_on_plateau(
    rate: float,
    factor: float = 0.1,
    patience: int = 10,
    rtol: float = 1e-4,
    atol: float = 0.0,
    cooldown: int = 0,
    accumulation_size: int = 1,
    min_scale: float = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """A transformation that turns a one into the step's rate, from the loss before the step, as `value`."""
    check_at_least(1, "reduce_on_plateau", patience=patience, accumulation_size=accumulation_size)
    if not 0 < factor < 1:
        raise HyperparameterError(f"factor of reduce_on_plateau must lie between 0 and 1; got {factor:g}.")
    if not (0 <= rtol <= 1 and atol >= 0 and rtol + atol > 0):
        raise HyperparameterError(
            "rtol and atol of reduce_on_plateau must not be negative, nor both 0, and rtol at most 1; "
            f"got {rtol:g} and {atol:g}."
        )
    reduce = optax.contrib.reduce_on_plateau(
        factor, patience, rtol, atol, cooldown, accumulation_size, min_scale
    )

    def update(
        one: Float[Array, ""],
        state: optax.OptState,
        params: None = None,
        *,
        value: Any = None,
        **_: object,
    ) -> tuple[optax.Updates, optax.OptState]:
        if value is None:
            raise ValueError(
                "reduce_on_plateau follows the loss: call update(gradients, state, params, value=loss)."
            )
        return reduce.update(rate * one, state, params, value=jnp.asarray(value))

    return optax.GradientTransformationExtraArgs(reduce.init, update)  # pyright: ignore[reportArgumentType]


SCHEDULE = Schedule(
    rule=reduce_on_plateau,
    title="Reduce on plateau",
    equation=r"\eta \leftarrow \gamma\, \eta \quad \mathrm{after}\ p\ \mathrm{steps\ without}\quad "
    r"f(\theta_t) < (1 - r)\, f_{\mathrm{best}} - a",
    arguments={
        "rate": "initial learning rate, eta",
        "factor": "factor on the learning rate at a reduction, gamma, in (0, 1)",
        "patience": "number of steps without a better loss before a reduction, p",
        "rtol": "relative improvement of the loss that counts as better, r, in [0, 1)",
        "atol": "absolute improvement of the loss that is needed besides, a",
        "cooldown": "number of steps after a reduction that are not counted",
        "accumulation_size": "number of losses that are averaged before they are judged",
        "min_scale": "lower bound of the learning rate, as a fraction of the initial one",
    },
    about="Needs no plan of how long the descent is; a loss that jitters or is negative misleads it.",
    libraries="optax.contrib.reduce_on_plateau; torch.optim.lr_scheduler.ReduceLROnPlateau waits one step "
    "longer and takes the least rate in place of the least part.",
    follows_loss=True,
)
