"""Heavy-ball momentum: the step is a decaying sum of gradients."""

import optax

from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._real import Real


def momentum(
    *, learning_rate: Real = 0.01, momentum: Real = 0.9, average: bool = False
) -> optax.GradientTransformationExtraArgs:
    """Heavy-ball momentum; `average=True` weighs each new gradient by 1 - momentum."""
    if average:
        return optax.chain(optax.ema(momentum, debias=False), optax.scale_by_learning_rate(learning_rate))
    return optax.sgd(learning_rate, momentum=momentum)


OPTIMIZER = Optimizer(
    rule=momentum,
    title="Momentum",
    equation=r"v_{t+1} = \gamma v_t + \eta\, g_t \\ \theta_{t+1} = \theta_t - v_{t+1}",
    family="momentum",
    paper="B. T. Polyak, Some methods of speeding up the convergence of iteration methods",
    year=1964,
    address="https://doi.org/10.1016/0041-5553(64)90137-5",
    about="Runs along a ravine and damps the swing across it, but overshoots where it arrives fast.",
    libraries="The same iterates as optax.sgd and torch.optim.SGD at a constant rate; average=True is the "
    "form with an exponential average, whose rate is 1 / (1 - momentum) times larger.",
)
