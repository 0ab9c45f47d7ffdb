"""A rate that falls along a line, and leaps back to start again."""

from typing import Any

import optax
from jaxtyping import Array, Float

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def cyclic(high: float, low: float, period: int) -> optax.Schedule:
    """A rate that falls from just below `high` to `low` in each `period` steps."""
    check_at_least(1, "cyclic", period=period)

    def rate_at(count: Any) -> Float[Array, ""]:
        part = (count % period + 1) / period
        return (1 - part) * high + part * low

    return rate_at


SCHEDULE = Schedule(
    rule=cyclic,
    title="Cyclic",
    equation=r"\eta_t = (1 - q_t)\, \alpha_1 + q_t\, \alpha_2, \quad "
    r"q_t = \frac{(t\ \mathrm{mod}\ c) + 1}{c}",
    arguments={
        "high": "learning rate that a cycle falls from, alpha_1",
        "low": "learning rate at the end of a cycle, alpha_2",
        "period": "number of steps of a cycle, c, at least 1",
    },
    paper="P. Izmailov, D. Podoprikhin, T. Garipov, D. Vetrov and A. G. Wilson, Averaging Weights Leads to "
    "Wider Optima and Better Generalization",
    year=2018,
    address="https://arxiv.org/abs/1803.05407",
    about="Gives SWA a point to average at the end of each cycle, near the floor and each time elsewhere.",
    libraries="torch.optim.lr_scheduler.CyclicLR climbs for as long as it falls, after L. N. Smith. optax "
    "has none.",
)
