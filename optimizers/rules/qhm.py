"""Quasi-hyperbolic momentum: a mean of the plain gradient and its momentum."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix


def qhm(
    *, learning_rate: Real = 0.01, beta: Real = 0.999, nu: Real = 0.7
) -> optax.GradientTransformationExtraArgs:
    """Quasi-hyperbolic momentum: a mix of the gradient and its running mean."""
    momentum = optax.ema(beta, debias=False)

    def update(
        updates: optax.Updates, state: optax.EmaState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, optax.EmaState]:
        mean, state = momentum.update(updates, state, params)  # pyright: ignore[reportAssignmentType]
        return mix(1 - nu, updates, nu, mean), state

    mixed = optax.GradientTransformationExtraArgs(momentum.init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(mixed, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=qhm,
    title="QHM",
    equation=r"m_{t+1} = \beta m_t + (1 - \beta) g_t \\"
    r"\theta_{t+1} = \theta_t - \eta \left((1 - \nu) g_t + \nu\, m_{t+1}\right)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "beta": "decay of the momentum, in [0, 1)",
        "nu": "weight of the momentum against the gradient in the update, in [0, 1]; 1 is momentum",
    },
    family="momentum",
    paper="J. Ma and D. Yarats, Quasi-hyperbolic momentum and Adam for deep learning",
    year=2019,
    address="https://arxiv.org/abs/1810.06801",
    about="Bears a momentum near one because the plain gradient steers it; with nu = beta it is Nesterov's "
    "look-ahead point.",
    libraries="Not in optax or torch; the authors' qhoptim agrees.",
)
