"""QHAdam: Adam in which both moments are mixed with the plain gradient."""

import optax

from ravine.optimizers._complex import squared
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import Moments, correct_moments, mix, normalise, scale_by_moments


def qhadam(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.995,
    b2: Real = 0.999,
    nu1: Real = 0.7,
    nu2: Real = 1.0,
    eps: Real = 1e-8,
) -> optax.GradientTransformationExtraArgs:
    """QHAdam: each of Adam's moments mixed with what it is the mean of."""

    def direction(gradients: optax.Updates, moments: Moments) -> optax.Updates:
        mean, square = correct_moments(moments, b1, b2)
        seen = mix(1 - nu2, squared(gradients), nu2, square)
        return normalise(mix(1 - nu1, gradients, nu1, mean), seen, eps)

    return optax.chain(scale_by_moments(b1, b2, direction), optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=qhadam,
    title="QHAdam",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad "
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{(1 - \nu_1) g_t + \nu_1 \hat m}"
    r"{\sqrt{(1 - \nu_2) g_t^2 + \nu_2 \hat v} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "nu1": "weight of the first moment against the gradient in the update, nu_1, in [0, 1]; 1 is Adam",
        "nu2": "weight of the second moment against the squared gradient, nu_2, in [0, 1]; 1 is Adam",
        "eps": "added to the root of the second moment's mix, epsilon",
    },
    family="adaptive",
    paper="J. Ma and D. Yarats, Quasi-hyperbolic momentum and Adam for deep learning",
    year=2019,
    address="https://arxiv.org/abs/1810.06801",
    about="Turns sooner than Adam at the same momentum, at the price of two more numbers to choose; with "
    "nu1 = nu2 = 1 it is Adam.",
    libraries="Not in optax or torch; the authors' qhoptim agrees. With nu1 = b1 and nu2 = 1 it is Nadam but "
    "for the correction of the plain gradient, which QHAdam leaves out.",
)
