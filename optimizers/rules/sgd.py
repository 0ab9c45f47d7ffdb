"""Gradient descent: a step along the negative gradient."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def sgd(*, learning_rate: Real = 0.01) -> optax.GradientTransformationExtraArgs:
    """Gradient descent."""
    return optax.sgd(learning_rate)


OPTIMIZER = Optimizer(
    rule=sgd,
    title="SGD",
    equation=r"\theta_{t+1} = \theta_t - \eta\, g_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
    },
    family="plain",
    step_form="gradient",
    paper="H. Robbins and S. Monro, A Stochastic Approximation Method",
    year=1951,
    address="https://doi.org/10.1214/aoms/1177729586",
    about="Needs nothing but the gradient, and is held back by the steepest direction of a ravine.",
)
