"""A linear warm-up, then half a cosine."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_order
from ravine.optimizers.schedules.cosine import cosine
from ravine.optimizers.schedules.linear import linear


def warmup_cosine(rate: float, warmup: int, steps: int, final: float = 0.0) -> optax.Schedule:
    """A rate that grows from zero for `warmup` steps and then falls to `final` at step `steps`."""
    check_order("warmup_cosine", warmup=warmup, steps=steps)
    fall = cosine(rate, steps - warmup, final)
    return optax.join_schedules([linear(0.0, rate, max(warmup, 1)), fall], [warmup])


SCHEDULE = Schedule(
    rule=warmup_cosine,
    title="Warm-up and cosine",
    equation=r"\eta_t = \eta\, \frac{t}{w} \quad (t < w) \\"
    r"\eta_t = \eta_T + \frac{\eta - \eta_T}{2} \left(1 + \cos \frac{\pi (\min(t, T) - w)}{T - w}\right)"
    r"\quad (t \geq w)",
    arguments={
        "rate": "highest learning rate, eta",
        "warmup": "number of steps of the warm-up, w",
        "steps": "number of steps of warm-up and decay together, T",
        "final": "final learning rate, eta_T",
    },
    paper="P. Goyal et al., Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour; I. Loshchilov and F. "
    "Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts",
    year=2017,
    address="https://arxiv.org/abs/1608.03983",
    about="The usual schedule of large networks: a careful start and a soft landing; its first step does not "
    "move.",
    libraries="optax.warmup_cosine_decay_schedule agrees: its decay_steps include the warm-up.",
)
