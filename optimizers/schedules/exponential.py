"""A rate that falls by the same factor at every step."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_positive


def exponential(rate: float, factor: float) -> optax.Schedule:
    """A rate that is multiplied by `factor` at every step."""
    check_positive("exponential", factor=factor)
    return optax.exponential_decay(rate, 1, factor)


SCHEDULE = Schedule(
    rule=exponential,
    title="Exponential decay",
    equation=r"\eta_t = \eta\, \gamma^t",
    arguments={
        "rate": "initial learning rate, eta",
        "factor": "decay factor of every step, gamma, greater than 0",
    },
    about="Smooth, but all its rates together are finite: a factor too small stops the descent on its way.",
    libraries="torch.optim.lr_scheduler.ExponentialLR and optax.exponential_decay agree.",
)
