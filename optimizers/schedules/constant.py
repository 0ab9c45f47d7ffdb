"""A constant rate."""

import optax

from ravine.optimizers._schedule import Schedule


def constant(rate: float) -> optax.Schedule:
    """A constant rate."""
    return optax.constant_schedule(rate)


SCHEDULE = Schedule(
    rule=constant,
    title="Constant",
    equation=r"\eta_t = \eta",
    arguments={
        "rate": "learning rate at every step, eta",
    },
    about="Comes near fast, and under noise never arrives.",
)
