"""Hogwild!: workers read and write shared parameters without locks, each coordinate on its own."""

from ravine.optimizers._asynchronous import Delays, StaleWrites, write_step
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._process import Process


def hogwild(
    *, learning_rate: Real = 0.01, workers: int = 4, max_delay: int = 8, seed: int = 0, delays: Delays = ()
) -> Process:
    """Hogwild!; what a worker reads is torn: each coordinate may be another number of writes old.

    Raises:
        HyperparameterError: a number of workers, a delay, a record of them or the seed is not possible.
    """
    return StaleWrites(
        method="hogwild",
        share=lambda start: (start,),
        write=write_step(learning_rate),
        workers=workers,
        max_delay=max_delay,
        seed=seed,
        delays=delays,
        torn=True,
    ).process


OPTIMIZER = Optimizer(
    rule=hogwild,
    title="Hogwild!",
    equation=r"\hat\theta_v = \theta_{t - \tau_{t,v},\, v} \\"
    r"\theta_{t+1,\, v} = \theta_{t,\, v} - \eta\, \nabla_v f_t(\hat\theta) \quad v \in e_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "workers": "number of workers, at least 1",
        "max_delay": "largest delay in writes, at least 0; a worker that would exceed it reads again",
        "seed": "random seed of the workers' computing times, at least 0",
        "delays": "recorded delays, one a step or a pair one a coordinate, in place of drawn ones; repeated",
    },
    family="asynchronous",
    paper="F. Niu, B. Recht, C. Ré and S. J. Wright, Hogwild!: A Lock-Free Approach to Parallelizing "
    "Stochastic Gradient Descent",
    year=2011,
    address="https://arxiv.org/abs/1106.5730",
    about="Needs no locks where examples touch few parameters; where they touch all, stale and torn reads "
    "make a high rate swing.",
    iterate="point",
    markers={"worker": "workers", "read": "read"},
    marker_kinds={"worker": "worker", "read": "read"},
    unconnected=("worker",),
    series={"delay": "delay"},
    baseline={"workers": 1, "delays": ()},
)
