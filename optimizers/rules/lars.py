"""LARS: momentum in which each layer's step is a part of the norm of its weights."""

from typing import Literal

import optax

from ravine.optimizers._checks import check_word
from ravine.optimizers._numerics import Real, in_single
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import scale_by_trust_ratio


def lars(
    *,
    learning_rate: Real = 1.0,
    momentum: Real = 0.9,
    weight_decay: Real = 0.0,
    trust_coefficient: Real = 0.001,
    denominator: Literal["paper", "optax"] = "paper",
) -> optax.GradientTransformationExtraArgs:
    """LARS; every array of the parameters is one layer, so that a point of the plane is.

    Raises:
        HyperparameterError: `denominator` is neither of the two.
    """
    check_word("lars", "denominator", denominator, ("paper", "optax"))
    scaled = optax.chain(
        scale_by_trust_ratio(weight_decay, coefficient=trust_coefficient, norms_apart=denominator == "paper"),
        optax.scale_by_learning_rate(learning_rate),
        optax.trace(momentum),
    )
    return in_single(scaled)


OPTIMIZER = Optimizer(
    rule=lars,
    title="LARS",
    equation=r"\lambda_t = \frac{c\, \|\theta_t\|}{\|g_t\| + w\, \|\theta_t\|} \\"
    r"v_{t+1} = \mu v_t + \eta\, \lambda_t (g_t + w\, \theta_t) \\"
    r"\theta_{t+1} = \theta_t - v_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "momentum": "momentum, mu, in [0, 1)",
        "weight_decay": "weight decay, w, added to the gradient",
        "trust_coefficient": "trust coefficient, c: the relative size of a layer's step at learning rate 1",
        "denominator": "paper: the gradient's norm plus its weight decay's; optax: the norm of their sum",
    },
    family="layerwise",
    step_form="heavy ball",
    paper="Y. You, I. Gitman and B. Ginsburg, Large Batch Training of Convolutional Networks",
    year=2017,
    address="https://arxiv.org/abs/1708.03888",
    about="Gives all layers of a network steps of one relative size; in the plane its steps shrink near the "
    "origin, not near the minimum.",
    libraries="optax divides by the norm of gradient and decay together (denominator=optax), which is the "
    "same without weight decay.",
    series={"trust_ratio": "trust_ratio"},
)
