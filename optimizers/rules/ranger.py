"""Ranger: RAdam inside Lookahead."""

import optax

from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers.rules.lookahead import lookahead
from ravine.optimizers.rules.radam import radam


def ranger(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.95,
    b2: Real = 0.999,
    eps: Real = 1e-5,
    sync_period: int = 6,
    slow_step_size: Real = 0.5,
    threshold: Real = 5.0,
) -> optax.GradientTransformationExtraArgs:
    """RAdam, with eps added before the correction of its mean square, inside Lookahead.

    Raises:
        HyperparameterError: `sync_period` is not a whole number of steps.
    """
    fast = radam(
        learning_rate=learning_rate, b1=b1, b2=b2, eps=eps, threshold=threshold, eps_before_correction=True
    )
    return lookahead(inner=fast, sync_period=sync_period, slow_step_size=slow_step_size)


OPTIMIZER = Optimizer(
    rule=ranger,
    title="Ranger",
    equation=r"\theta_{t+1} = \theta_t + \mathrm{RAdam}(g_t) \\"
    r"\mathrm{every}\ k\ \mathrm{steps:} \quad \phi \leftarrow \phi + \alpha\, (\theta_{t+1} - \phi), \quad "
    r"\theta_{t+1} \leftarrow \phi",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment before its bias correction, epsilon",
        "sync_period": "fast steps between two updates of the slow weights, k, at least 1",
        "slow_step_size": "fraction of the way to the fast weights that the slow ones go, alpha, in [0, 1]",
        "threshold": "length rho of the second moment's average above which a step is normalised, at least 4",
    },
    family="adaptive",
    paper="L. Wright, New Deep Learning Optimizer, Ranger: Synergistic combination of RAdam + LookAhead for "
    "the best of both",
    year=2019,
    address="https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer",
    about="Needs no warm-up and hardly jitters; its first steps are plain momentum and may explode where it "
    "is steep.",
    libraries="The author's code also centralises gradients, which changes nothing for a vector. optax has "
    "none.",
    markers={"slow": "slow"},
    series={"rectification": "rectification"},
)
