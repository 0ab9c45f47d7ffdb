"""Delayed SGD: every gradient arrives the same number of steps late."""

from ravine.optimizers._asynchronous import StaleWrites, check_whole, write_step
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._process import Process


def delayed_sgd(*, learning_rate: Real = 0.01, delay: int = 4) -> Process:
    """Gradient descent on stale gradients; those of the first steps are taken at the start.

    Raises:
        HyperparameterError: `delay` is not a whole number of steps.
    """
    check_whole("delayed_sgd", "delay", delay, least=0)
    return StaleWrites(
        method="delayed_sgd",
        share=lambda start: (start,),
        write=write_step(learning_rate),
        workers=delay + 1,
        max_delay=delay,
        delays=(delay,),
    ).process


OPTIMIZER = Optimizer(
    rule=delayed_sgd,
    title="Delayed SGD",
    equation=r"\theta_{t+1} = \theta_t - \eta\, \nabla f_t(\theta_{\max(0,\, t - \tau)})",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "delay": "age of every gradient in steps, tau, at least 0",
    },
    family="asynchronous",
    paper="J. Langford, A. J. Smola and M. Zinkevich, Slow Learners are Fast",
    year=2009,
    address="https://arxiv.org/abs/0911.0491",
    about="Workers that take turns need no more than this; the longer the delay, the smaller the rate at "
    "which a steep direction begins to swing.",
    iterate="point",
    markers={"read": "read"},
    marker_kinds={"read": "read"},
    series={"delay": "delay"},
    baseline={"delay": 0},
)
