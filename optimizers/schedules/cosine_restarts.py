"""A rate that falls along half a cosine, and leaps back to start again."""

from typing import Any

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least
from ravine.optimizers.schedules.cosine import cosine


def cosine_restarts(rate: float, period: int, final: float = 0.0, multiplier: int = 1) -> optax.Schedule:
    """Falls along half a cosine: the first takes `period` steps, the next `multiplier` times as many."""
    check_at_least(1, "cosine_restarts", period=period, multiplier=multiplier)
    fall = cosine(rate, 1, final)

    def rate_at(count: Any) -> Float[Array, ""]:
        start, length = _fall(count, period, multiplier)
        return jnp.asarray(fall((count - start) / length))

    return rate_at


def _fall(
    count: Float[Array, ""], period: int, multiplier: int
) -> tuple[Float[Array, ""], Float[Array, ""] | int]:
    """The step at which the decay that a step belongs to started, and the length of that decay."""
    if multiplier == 1:
        return count - count % period, period

    def starts(fall: Float[Array, ""]) -> Float[Array, ""]:
        return jnp.round(period * (multiplier**fall - 1) / (multiplier - 1))

    # The logarithm may be a hair off where a fall starts, so the rounded guess is set right.
    guess = jnp.round(jnp.log1p(count * (multiplier - 1) / period) / jnp.log(multiplier))
    place = jnp.where(count < starts(guess), guess - 1, guess)
    return starts(place), jnp.round(period * multiplier**place)


SCHEDULE = Schedule(
    rule=cosine_restarts,
    title="Cosine with restarts",
    equation=r"\eta_t = \eta_T + \frac{\eta - \eta_T}{2} \left(1 + \cos \frac{\pi t_i}{T_i}\right), \quad "
    r"t_i = t - \sum_{j<i} T_j, \quad T_i = m^i\, T_0",
    arguments={
        "rate": "learning rate at each restart, eta",
        "period": "number of steps of the first decay, T_0, at least 1",
        "final": "learning rate at the end of a decay, eta_T",
        "multiplier": "factor by which each decay is longer than the one before, m, at least 1",
    },
    paper="I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts",
    year=2017,
    address="https://arxiv.org/abs/1608.03983",
    about="Visits one minimum after another, and arrives at the end of each fall; a restart leaves again.",
    libraries="torch.optim.lr_scheduler.CosineAnnealingWarmRestarts agrees; optax.sgdr_schedule is a list of "
    "falls with warm-ups.",
)
