"""A rate that grows along a line to its full size."""

import optax

from ravine.optimizers._schedule import Schedule
from ravine.optimizers.schedules._checks import check_at_least


def linear_warmup(rate: float, warmup: int, from_zero: bool = False) -> optax.Schedule:
    """A rate that is whole at the `warmup`-th step, and a part of it at each step before.

    `from_zero=True` starts at zero, so that the first step does not move, and is whole one step later.
    """
    check_at_least(1, "linear_warmup", warmup=warmup)
    if from_zero:
        return optax.warmup_constant_schedule(0.0, rate, warmup)
    return optax.warmup_constant_schedule(rate / warmup, rate, warmup - 1)


SCHEDULE = Schedule(
    rule=linear_warmup,
    title="Linear warm-up",
    equation=r"\eta_t = \eta\, \min\left(1, \frac{t + 1}{w}\right)",
    arguments={
        "rate": "full learning rate, eta",
        "warmup": "number of steps of the warm-up, w, at least 1",
        "from_zero": "whether the first learning rate is 0",
    },
    paper="P. Goyal, P. Dollár, R. Girshick, P. Noordhuis, L. Wesolowski, A. Kyrola, A. Tulloch, Y. Jia and "
    "K. He, Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour",
    year=2017,
    address="https://arxiv.org/abs/1706.02677",
    about="Keeps the first steps small, where slopes are steep or an adaptive rule knows too little.",
    libraries="optax.warmup_constant_schedule with its first rate at 0 is from_zero=true.",
)
