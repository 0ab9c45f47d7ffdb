"""A rate that falls as the inverse of time."""

from typing import Any

import optax
from jaxtyping import Array, Float

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def inverse_time(rate: float, decay: float) -> optax.Schedule:
    """A rate divided by `1 + decay t`."""
    check_at_least(0, "inverse_time", decay=decay)

    def rate_at(count: Any) -> Float[Array, ""]:
        return rate / (1 + decay * count)

    return rate_at


SCHEDULE = Schedule(
    rule=inverse_time,
    title="Inverse time",
    equation=r"\eta_t = \frac{\eta}{1 + k t}",
    arguments={
        "rate": "initial learning rate, eta",
        "decay": "decay rate a step, k, at least 0",
    },
    paper="H. Robbins and S. Monro, A Stochastic Approximation Method",
    year=1951,
    address="https://doi.org/10.1214/aoms/1177729586",
    about="Falls slowly enough to arrive from anywhere and fast enough to settle under noise; slow in both.",
    libraries="None in optax; Keras calls it InverseTimeDecay.",
)
