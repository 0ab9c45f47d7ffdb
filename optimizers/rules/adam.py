"""Adam: momentum over the root of the running mean square, both corrected for their start at zero."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import Moments, normalise, scale_by_moments


def adam(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    bias_correction: bool = True,
    l2: Real = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """Adam, with or without bias correction and an L2 penalty."""

    def uncorrected(_: optax.Updates, moments: Moments) -> optax.Updates:
        return normalise(moments.mean, moments.square, eps)

    direction = optax.scale_by_adam(b1, b2, eps) if bias_correction else scale_by_moments(b1, b2, uncorrected)
    return optax.chain(optax.add_decayed_weights(l2), direction, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=adam,
    title="Adam",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "bias_correction": "whether both moments are corrected for their start at zero",
        "l2": "coefficient of an L2 penalty, whose gradient l2 * theta is added before the moments",
    },
    family="adaptive",
    paper="D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization",
    year=2015,
    address="https://arxiv.org/abs/1412.6980",
    about="Robust to the scale of the loss; its momentum makes it swing around a minimum before it settles.",
    libraries="optax and torch agree. bias_correction=false is the form of BERT's optimizer.",
)
