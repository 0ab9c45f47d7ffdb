"""A rate that changes along a line."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def linear(rate: float, final: float, steps: int) -> optax.Schedule:
    """A rate that goes from `rate` to `final` in `steps` steps and stays there."""
    check_at_least(1, "linear", steps=steps)
    return optax.linear_schedule(rate, final, steps)


SCHEDULE = Schedule(
    rule=linear,
    title="Linear",
    equation=r"\eta_t = \eta + (\eta_T - \eta)\, \frac{\min(t, T)}{T}",
    arguments={
        "rate": "initial learning rate, eta",
        "final": "final learning rate, eta_T",
        "steps": "number of steps between the two, T, at least 1",
    },
    about="Spends its budget evenly and ends when it is told; it must be told when.",
    libraries="optax.linear_schedule and torch.optim.lr_scheduler.LinearLR agree; torch takes factors of the "
    "rate.",
)
