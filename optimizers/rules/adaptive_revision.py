"""AdaptiveRevision: Adagrad that revises its rates for what was written while a gradient was on its way."""

import jax.numpy as jnp

from ravine.optimizers._asynchronous import Delays, Point, Shared, StaleWrites
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._process import Process


def adaptive_revision(
    *,
    learning_rate: Real = 0.01,
    initial_accumulator_value: Real = 1.0,
    workers: int = 4,
    max_delay: int = 8,
    seed: int = 0,
    delays: Delays = (),
) -> Process:
    """AdaptiveRevision; the workers share the parameters, the sum of gradients, z and its largest value.

    Raises:
        HyperparameterError: a number of workers, a delay, a record of them or the seed is not possible.
    """

    def share(start: Point) -> Shared:
        first = jnp.full_like(start, initial_accumulator_value)
        return start, jnp.zeros_like(start), first, first

    def write(shared: Shared, gradient: Point, read: Shared) -> Shared:
        point, total, squares, largest = shared
        between = total - read[1]
        squares = squares + gradient**2 + 2 * gradient * between
        before, largest = learning_rate / jnp.sqrt(largest), jnp.maximum(largest, squares)
        rate = learning_rate / jnp.sqrt(largest)
        point = point - rate * gradient + (before - rate) * between
        return point, total + gradient, squares, largest

    return StaleWrites(
        method="adaptive_revision",
        share=share,
        write=write,
        workers=workers,
        max_delay=max_delay,
        seed=seed,
        delays=delays,
    ).process


OPTIMIZER = Optimizer(
    rule=adaptive_revision,
    title="AdaptiveRevision",
    equation=r"g_t = \nabla f_t(\theta_{t - \tau_t}), \quad b_t = g_{t - \tau_t} + \cdots + g_{t-1} \\"
    r"z_{t+1} = z_t + g_t^2 + 2\, g_t b_t, \quad \alpha_t = \frac{\eta}{\sqrt{\max_{s \leq t}\, z_s}} \\"
    r"\theta_{t+1} = \theta_t - \alpha_{t+1}\, g_t + (\alpha_t - \alpha_{t+1})\, b_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "initial_accumulator_value": "first value of the sum z and of its largest value so far, greater "
        "than 0",
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
    about="Stays stable under delays that make Adagrad swing, by smaller rates where gradients that crossed "
    "each other agree.",
    libraries="Both accumulators start at 1, as in Petuum's Bosen.",
    iterate="point",
    markers={"worker": "workers", "read": "read"},
    marker_kinds={"worker": "worker", "read": "read"},
    unconnected=("worker",),
    series={"delay": "delay"},
    baseline={"workers": 1, "delays": ()},
)
