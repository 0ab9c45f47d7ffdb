"""Lion: steps of one size, in the signs of an interpolated momentum."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def lion(
    *, learning_rate: Real = 1e-4, b1: Real = 0.9, b2: Real = 0.99, weight_decay: Real = 0.0
) -> optax.GradientTransformationExtraArgs:
    """Lion, with decoupled weight decay."""
    return optax.lion(learning_rate, b1, b2, weight_decay=weight_decay)


OPTIMIZER = Optimizer(
    rule=lion,
    title="Lion",
    equation=r"c_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"\theta_{t+1} = \theta_t - \eta\, (\mathrm{sign}(c_{t+1}) + \lambda\, \theta_t) \\"
    r"m_{t+1} = \beta_2 m_t + (1 - \beta_2) g_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "weight of the momentum against the gradient in the sign, beta_1, in [0, 1)",
        "b2": "decay of the momentum, beta_2, in [0, 1)",
        "weight_decay": "decoupled weight decay, lambda; a step takes off learning_rate * weight_decay of "
        "the weights",
    },
    family="adaptive",
    paper="X. Chen et al., Symbolic Discovery of Optimization Algorithms",
    year=2023,
    address="https://arxiv.org/abs/2302.06675",
    about="Was found by a search over programs; it runs down a slope at constant speed whatever its "
    "height, and circles a minimum at the width of its steps.",
    libraries="optax agrees, but decays weights by 0.001 unless told otherwise.",
)
