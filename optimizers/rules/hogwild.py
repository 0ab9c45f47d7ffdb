"""Hogwild!: workers read and write shared parameters without locks, each coordinate on its own."""

from ravine.optimizers._asynchronous import Delays, StaleWrites, write_step
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._process import Process


def hogwild(
    *, learning_rate: Real = 0.01, workers: int = 4, max_delay: int = 8, seed: int = 0, delays: Delays = ()
) -> Process:
    """Hogwild!; what a worker reads is torn: each coordinate may be another number of writes old.

    The other arguments, and what is refused of them, are those of `StaleWrites`.
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
    family="asynchronous",
    paper="F. Niu, B. Recht, C. Ré and S. J. Wright, Hogwild!: A Lock-Free Approach to Parallelizing "
    "Stochastic Gradient Descent",
    year=2011,
    address="https://arxiv.org/abs/1106.5730",
    about="Needs no locks where examples touch few parameters; where they touch all, stale and torn reads "
    "make a high rate swing.",
    iterate="point",
    balls={"worker": "workers", "read": "read"},
    untied=("worker",),
    series={"delay": "delay"},
    control={"workers": 1, "delays": ()},
)
