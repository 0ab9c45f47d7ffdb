"""Asynchronous Adagrad: Adagrad on the gradients that arrive, however stale."""

import jax.numpy as jnp

from ravine.optimizers._asynchronous import Delays, Point, Shared, StaleWrites
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._process import Process


def async_adagrad(
    *,
    learning_rate: Real = 0.01,
    initial_accumulator_value: Real = 1.0,
    workers: int = 4,
    max_delay: int = 8,
    seed: int = 0,
    delays: Delays = (),
) -> Process:
    """Adagrad by several workers, without regard to what was written while they computed.

    Raises:
        HyperparameterError: a number of workers, a delay, a record of them or the seed is not possible.
    """

    def write(shared: Shared, gradient: Point, read: Shared) -> Shared:
        del read
        point, squares = shared
        squares = squares + gradient**2
        return point - learning_rate * gradient / jnp.sqrt(squares), squares

    return StaleWrites(
        method="async_adagrad",
        share=lambda start: (start, jnp.full_like(start, initial_accumulator_value)),
        write=write,
        workers=workers,
        max_delay=max_delay,
        seed=seed,
        delays=delays,
    ).process


OPTIMIZER = Optimizer(
    rule=async_adagrad,
    title="Asynchronous Adagrad",
    equation=r"g_t = \nabla f_t(\theta_{t - \tau_t}), \quad G_{t+1} = G_t + g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_{t+1}}}\, g_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "initial_accumulator_value": "first value of the sum of squared gradients, greater than 0",
        "workers": "number of workers, at least 1",
        "max_delay": "largest delay in writes, at least 0; a worker that would exceed it reads again",
        "seed": "random seed of the workers' computing times, at least 0",
        "delays": "recorded delays, one a step or a pair one a coordinate, in place of drawn ones; repeated",
    },
    family="asynchronous",
    paper="H. B. McMahan and M. Streeter, Delay-Tolerant Algorithms for Asynchronous Distributed Online "
    "Learning",
    year=2014,
    address="https://papers.nips.cc/paper/5242-delay-tolerant-algorithms-for-asynchronous-distributed-online-learning",
    about="Needs little tuning, as Adagrad does, but takes no notice of delays, and swings where they are "
    "long; AdaptiveRevision is measured by it.",
    iterate="point",
    markers={"worker": "workers", "read": "read"},
    marker_kinds={"worker": "worker", "read": "read"},
    unconnected=("worker",),
    series={"delay": "delay"},
    baseline={"workers": 1, "delays": ()},
)
