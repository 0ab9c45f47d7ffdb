"""LAMB: Adam in which each layer's step is as long as its weights, times the rate."""

import optax

from ravine.optimizers._numerics import Real, in_single
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import scale_by_trust_ratio


def lamb(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-6,
    weight_decay: Real = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """LAMB; every array of the parameters is one layer, so that a point of the plane is."""
    scaled = optax.chain(
        optax.scale_by_adam(b1, b2, eps),
        scale_by_trust_ratio(weight_decay),
        optax.scale_by_learning_rate(learning_rate),
    )
    return in_single(scaled)


OPTIMIZER = Optimizer(
    rule=lamb,
    title="LAMB",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad "
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"u_t = \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda\, \theta_t, \quad "
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{\|\theta_t\|}{\|u_t\|}\, u_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "weight_decay": "weight decay, lambda, added to the step before the trust ratio is taken",
    },
    family="layerwise",
    paper="Y. You, J. Li, S. Reddi, J. Hseu, S. Kumar, S. Bhojanapalli, X. Song, J. Demmel, K. Keutzer and "
    "C.-J. Hsieh, Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
    year=2020,
    address="https://arxiv.org/abs/1904.00962",
    about="Trains networks with very large batches; in the plane each step is a part of the distance from "
    "the origin, so that it never settles at a minimum elsewhere.",
    libraries="optax agrees; others leave out the bias correction and bound the norm of the weights by 10.",
    series={"trust_ratio": "trust_ratio"},
)
