"""RMSprop: the gradient over the root of its running mean square."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def rmsprop(
    *,
    learning_rate: Real = 0.001,
    decay: Real = 0.9,
    eps: Real = 1e-8,
    momentum: Real = 0.0,
    nesterov: bool = False,
    eps_inside: bool = True,
) -> optax.GradientTransformationExtraArgs:
    """RMSprop, with or without momentum on the scaled gradient."""
    return optax.chain(
        optax.scale_by_rms(decay, eps, eps_in_sqrt=eps_inside),
        optax.trace(momentum, nesterov),
        optax.scale_by_learning_rate(learning_rate),
    )


OPTIMIZER = Optimizer(
    rule=rmsprop,
    title="RMSprop",
    equation=r"E_{t+1} = \rho E_t + (1 - \rho) g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{E_{t+1} + \epsilon}}\, g_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "decay": "decay of the running mean of the squared gradient, rho, in [0, 1)",
        "eps": "added to that mean, epsilon, inside or outside the root",
        "momentum": "momentum on the scaled gradient, in [0, 1); 0 for none",
        "nesterov": "whether that momentum is Nesterov's",
        "eps_inside": "whether eps stands inside the root",
    },
    family="adaptive",
    paper="T. Tieleman and G. Hinton, Lecture 6.5, COURSERA: Neural Networks for Machine Learning",
    year=2012,
    address="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    about="Takes steps of one size whatever the slope, and so jitters around a minimum at a constant rate.",
    libraries="torch adds eps outside the root (eps_inside=false); optax and Keras 3 have it inside.",
)
