"""Sign descent: one step size for every coordinate, whatever its slope."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def sign_sgd(*, learning_rate: Real = 1e-4, momentum: Real = 0.0) -> optax.GradientTransformationExtraArgs:
    """signSGD, or Signum where there is momentum."""
    return optax.chain(
        optax.ema(momentum, debias=False), optax.scale_by_sign(), optax.scale_by_learning_rate(learning_rate)
    )


OPTIMIZER = Optimizer(
    rule=sign_sgd,
    title="signSGD",
    equation=r"m_{t+1} = \gamma\, m_t + (1 - \gamma)\, g_t \\"
    r"\theta_{t+1} = \theta_t - \eta\, \mathrm{sign}(m_{t+1})",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "momentum": "decay of the running mean of the gradient whose sign is taken, in [0, 1); 0 is "
        "signSGD, else Signum",
    },
    family="plain",
    paper="J. Bernstein, Y.-X. Wang, K. Azizzadenesheli and A. Anandkumar, signSGD: Compressed "
    "Optimisation for Non-Convex Problems",
    year=2018,
    address="https://arxiv.org/abs/1802.04434",
    about="Walks along diagonals at constant speed, blind to how steep it is, and never comes to rest.",
    libraries="optax agrees: sign_sgd without momentum, signum with it.",
)
