"""NovoGrad: momentum of gradients that are divided by their running norm, layer by layer."""

import optax

from ravine.optimizers._numerics import Real, in_single
from ravine.optimizers._optimizer import Optimizer


def novograd(
    *,
    learning_rate: Real = 0.01,
    b1: Real = 0.95,
    b2: Real = 0.98,
    eps: Real = 1e-8,
    weight_decay: Real = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """NovoGrad; an array of the parameters is a layer."""
    return in_single(optax.novograd(learning_rate, b1, b2, eps, weight_decay=weight_decay))


OPTIMIZER = Optimizer(
    rule=novograd,
    title="NovoGrad",
    equation=r"v_1 = \Vert g_0 \Vert^2, \quad v_{t+1} = \beta_2 v_t + (1 - \beta_2) \Vert g_t \Vert^2 \\"
    r"m_{t+1} = \beta_1 m_t + \frac{g_t}{\sqrt{v_{t+1}} + \epsilon} + \lambda\, \theta_t \\"
    r"\theta_{t+1} = \theta_t - \eta\, m_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the momentum, beta_1, in [0, 1)",
        "b2": "decay of the running mean of each layer's squared gradient norm, beta_2, in [0, 1)",
        "eps": "added to the root of that mean, epsilon",
        "weight_decay": "weight decay, lambda, added to the normalised gradient",
    },
    family="layerwise",
    paper="B. Ginsburg et al., Training Deep Networks with Stochastic Gradient Normalized by Layerwise "
    "Adaptive Second Moments",
    year=2019,
    address="https://arxiv.org/abs/1905.11286",
    about="Has one rate for all of a layer, and so keeps the gradient's direction, ravines and all; it "
    "needs no warm-up.",
    libraries="optax agrees, with b1 0.9, b2 0.25 and eps 1e-6; other libraries can weigh a new gradient by "
    "1 - b1.",
)
