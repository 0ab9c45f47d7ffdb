"""A rate that falls along half a cosine."""

from typing import Any

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def cosine(rate: float, steps: int, final: float = 0.0) -> optax.Schedule:
    """A rate that falls from `rate` to `final` in `steps` steps along half a cosine, and stays there."""
    check_at_least(1, "cosine", steps=steps)
    above = optax.cosine_decay_schedule(rate - final, steps)

    def rate_at(count: Any) -> Float[Array, ""]:
        return final + jnp.asarray(above(count))

    return rate_at


SCHEDULE = Schedule(
    rule=cosine,
    title="Cosine",
    equation=r"\eta_t = \eta_T + \frac{\eta - \eta_T}{2} \left(1 + \cos \frac{\pi \min(t, T)}{T}\right)",
    arguments={
        "rate": "initial learning rate, eta",
        "steps": "number of steps of the decay, T, at least 1",
        "final": "final learning rate, eta_T",
    },
    paper="I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts",
    year=2017,
    address="https://arxiv.org/abs/1608.03983",
    about="Stays high for long and lands softly; it must be told when to land.",
    libraries="optax.cosine_decay_schedule takes the last rate as a ratio to the first. "
    "torch.optim.lr_scheduler.CosineAnnealingLR climbs again past its end, where this one stays.",
)
