"""Adagrad: every coordinate's rate falls with the gradients that it has seen."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def adagrad(
    *, learning_rate: Real = 0.01, eps: Real = 1e-8, initial_accumulator_value: Real = 0.0
) -> optax.GradientTransformationExtraArgs:
    """Adagrad, with eps inside the root."""
    return optax.adagrad(learning_rate, initial_accumulator_value, eps)


OPTIMIZER = Optimizer(
    rule=adagrad,
    title="Adagrad",
    equation=r"G_{t+1} = G_t + g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_{t+1} + \epsilon}}\, g_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "eps": "added to the sum of squared gradients inside the root, epsilon",
        "initial_accumulator_value": "first value of the sum of squared gradients, G_0, at least 0",
    },
    family="adaptive",
    paper="J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods for Online Learning and Stochastic "
    "Optimization",
    year=2011,
    address="https://jmlr.org/papers/v12/duchi11a.html",
    about="Suits sparse gradients and needs little tuning, but its rate only ever falls and may stall.",
    libraries="optax starts its accumulator at 0.1 and has eps 1e-7. The paper adds eps outside the root, "
    "and so does torch, with 1e-10.",
)
