"""AdaBelief: long steps where the gradient is what its running mean foretold."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def adabelief(
    *, learning_rate: Real = 0.001, b1: Real = 0.9, b2: Real = 0.999, eps: Real = 1e-8
) -> optax.GradientTransformationExtraArgs:
    """AdaBelief, with eps in the running mean and beside its root."""
    return optax.adabelief(learning_rate, b1, b2, eps=eps, eps_root=eps)


OPTIMIZER = Optimizer(
    rule=adabelief,
    title="AdaBelief",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"s_{t+1} = \beta_2 s_t + (1 - \beta_2) (g_t - m_{t+1})^2 + \epsilon \\"
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat s = \frac{s_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{\hat m}{\sqrt{\hat s} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of (gradient - first moment) squared, beta_2, in [0, 1)",
        "eps": "added to that running mean at every step, and to its root, epsilon",
    },
    family="adaptive",
    paper="J. Zhuang et al., AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients",
    year=2020,
    address="https://arxiv.org/abs/2010.07468",
    about="Strides where the slope is steady, where Adam only walks; its first steps depend on a gradient "
    "that nothing has foretold yet.",
    libraries="optax and the authors' own code have eps 1e-16.",
)
