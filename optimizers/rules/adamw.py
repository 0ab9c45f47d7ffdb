"""AdamW: Adam with weight decay beside the step in place of a penalty inside it."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


def adamw(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    weight_decay: Real = 0.01,
) -> optax.GradientTransformationExtraArgs:
    """AdamW: the decay is not divided by the root of the mean square, as a penalty's gradient would be."""
    return optax.chain(
        optax.scale_by_adam(b1, b2, eps),
        optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(learning_rate),
    )


OPTIMIZER = Optimizer(
    rule=adamw,
    title="AdamW",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad "
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta \left(\frac{\hat m}{\sqrt{\hat v} + \epsilon} + "
    r"\lambda\, \theta_t\right)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "weight_decay": "decoupled weight decay, lambda; a step takes off learning_rate * weight_decay of "
        "the weights",
    },
    family="adaptive",
    paper="I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization",
    year=2019,
    address="https://arxiv.org/abs/1711.05101",
    about="Shrinks all weights alike whatever their slopes; on a landscape it pulls the minimum towards the "
    "origin.",
    libraries="The paper multiplies the decay by the schedule alone; optax, torch and this rule multiply it "
    "by the whole rate. The default is 0.01 in torch and 1e-4 in optax.",
)
