"""A warm-up, a plateau and a cool-down, all along lines."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_order
from ravine.optimizers.schedules.linear import linear


def trapezoidal(
    rate: float, warmup_end: int, decay_start: int, steps: int, final: float = 0.0
) -> optax.Schedule:
    """A rate that grows from zero, stays, and falls to `final` at step `steps`."""
    check_order("trapezoidal", warmup_end=warmup_end, decay_start=decay_start, steps=steps)
    parts = [
        linear(0.0, rate, max(warmup_end, 1)),
        optax.constant_schedule(rate),
        linear(rate, final, steps - decay_start),
    ]
    return optax.join_schedules(parts, [warmup_end, decay_start])


SCHEDULE = Schedule(
    rule=trapezoidal,
    title="Trapezoidal",
    equation=r"\eta_t = \eta\, \min\left(1, \frac{t}{t_1}\right) \quad (t < t_2) \\"
    r"\eta_t = \eta + (\eta_T - \eta)\, \frac{\min(t, T) - t_2}{T - t_2} \quad (t \geq t_2)",
    arguments={
        "rate": "learning rate of the plateau, eta",
        "warmup_end": "step at which the warm-up ends, t_1",
        "decay_start": "step at which the decay starts, t_2",
        "steps": "step at which the decay ends, T",
        "final": "final learning rate, eta_T",
    },
    paper="C. Xing, D. Arpit, C. Tsirigotis and Y. Bengio, A Walk with SGD",
    year=2018,
    address="https://arxiv.org/abs/1802.08770",
    about="Travels far at a high rate along the walls of a valley, and only then goes down to its floor.",
    libraries="optax has its parts, joined by optax.join_schedules.",
)
