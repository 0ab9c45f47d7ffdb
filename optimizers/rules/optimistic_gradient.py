"""Optimistic gradient descent: a step against the gradient that is about to come."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def optimistic_gradient(
    *, learning_rate: Real = 0.01, optimism: Real = 1.0
) -> optax.GradientTransformationExtraArgs:
    """Optimistic gradient descent; the first step is one of gradient descent."""
    return optax.optimistic_gradient_descent(learning_rate, alpha=1.0, beta=optimism)


OPTIMIZER = Optimizer(
    rule=optimistic_gradient,
    title="Optimistic gradient",
    equation=r"\theta_{t+1} = \theta_t - \eta\, g_t - \eta\, \beta\, (g_t - g_{t-1})",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "optimism": "weight of the gradient's last change in the step, beta; 0 is gradient descent",
    },
    family="momentum",
    paper="L. D. Popov, A modification of the Arrow-Hurwicz method for search of saddle points",
    year=1980,
    address="https://doi.org/10.1007/BF01141092",
    about="Made for games, where it settles and gradient descent circles; down a ravine it damps the "
    "swing, but bears a smaller rate.",
    libraries="optax.optimistic_gradient_descent agrees.",
)
