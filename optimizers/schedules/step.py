"""A rate that drops every so many steps."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least, check_positive


def step(rate: float, every: int, factor: float = 0.1) -> optax.Schedule:
    """A rate that is multiplied by `factor` at each `every`-th step."""
    check_at_least(1, "step", every=every)
    check_positive("step", factor=factor)
    return optax.exponential_decay(rate, every, factor, staircase=True)


SCHEDULE = Schedule(
    rule=step,
    title="Step decay",
    equation=r"\eta_t = \eta\, \gamma^{\lfloor t / s \rfloor}",
    arguments={
        "rate": "initial learning rate, eta",
        "every": "number of steps between two drops, s",
        "factor": "factor on the learning rate at a drop, gamma",
    },
    about="Settles one scale of noise after another, but someone must know when to drop.",
    libraries="torch.optim.lr_scheduler.StepLR and optax.exponential_decay(staircase=True) agree.",
)
