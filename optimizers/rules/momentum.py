"""Heavy-ball momentum: the step is a decaying sum of gradients."""

from typing import Literal

import optax

from ravine.optimizers._checks import check_word
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def momentum(
    *,
    learning_rate: Real = 0.01,
    momentum: Real = 0.9,
    average: bool = False,
    rate: Literal["inside", "outside"] = "inside",
) -> optax.GradientTransformationExtraArgs:
    """Heavy-ball momentum.

    With the rate inside the velocity, as published, a step remembers earlier rates; at a constant rate both
    forms are the same.

    Raises:
        HyperparameterError: `rate` is neither of the two.
    """
    check_word("momentum", "rate", rate, ("inside", "outside"))
    velocity = optax.ema(momentum, debias=False) if average else optax.trace(momentum)
    scaled = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(scaled, velocity) if rate == "inside" else optax.chain(velocity, scaled)


OPTIMIZER = Optimizer(
    rule=momentum,
    title="Momentum",
    equation=r"v_{t+1} = \gamma v_t + \eta\, g_t \\ \theta_{t+1} = \theta_t - v_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "momentum": "momentum, gamma, in [0, 1)",
        "average": "whether the velocity is an exponential average: a new gradient has weight 1 - momentum",
        "rate": "inside: the learning rate stands inside the velocity, as published; outside: it multiplies "
        "the velocity",
    },
    family="momentum",
    step_form="heavy ball",
    paper="B. T. Polyak, Some methods of speeding up the convergence of iteration methods",
    year=1964,
    address="https://doi.org/10.1016/0041-5553(64)90137-5",
    about="Runs along a ravine and damps the swing across it, but overshoots where it arrives fast.",
    libraries="optax.sgd and torch.optim.SGD have the rate outside of v (rate=outside), which differs under "
    "a schedule. average=true is the form with an exponential average, whose rate is 1 / (1 - momentum) "
    "times larger.",
)
