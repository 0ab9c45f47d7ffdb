"""Schedule-Free SGD: gradient descent and its average, with gradients taken between the two."""

from typing import Literal

import optax

from ravine.optimizers._checks import check_word
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers.rules._schedule_free import schedule_free_from


def schedule_free(
    *, learning_rate: Real = 1.0, b1: Real = 0.9, variant: Literal["paper", "optax"] = "paper"
) -> optax.GradientTransformationExtraArgs:
    """Schedule-Free SGD: gradient descent whose average needs no schedule.

    Raises:
        HyperparameterError: `variant` is neither "paper" nor "optax".
    """
    check_word("schedule_free", "variant", variant, ("paper", "optax"))
    descent = optax.sgd(learning_rate)
    if variant == "optax":
        return schedule_free_from(descent, b1=b1, weight=lambda _: learning_rate**2, start_weight=0.0)
    return schedule_free_from(descent, b1=b1, weight=lambda _: 1.0, start_weight=1.0)


OPTIMIZER = Optimizer(
    rule=schedule_free,
    title="Schedule-Free SGD",
    equation=r"y_t = (1 - \beta) z_t + \beta\, x_t, \quad z_0 = x_0 = \theta_0 \\"
    r"z_{t+1} = z_t - \eta\, \nabla f(y_t) \\"
    r"x_{t+1} = (1 - \frac{1}{t+2})\, x_t + \frac{1}{t+2}\, z_{t+1}, \quad \theta_{t+1} = x_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "weight of the average x against the base point z where gradients are taken, beta, in [0, 1]",
        "variant": "paper: the average weighs all points alike; optax: by the squared rate, and without the "
        "start",
    },
    family="averaging",
    paper="A. Defazio et al., The Road Less Scheduled",
    year=2024,
    address="https://arxiv.org/abs/2405.15682",
    about="Needs neither a schedule nor its end, and bears a far higher rate than SGD; its average still "
    "remembers the start when z has long arrived.",
    libraries="The authors' code and optax weigh points by the squared rate and leave out the start "
    "(variant=optax); their parameters are y, and the average x is calculated when it is asked for.",
    iterate="x",
    markers={"gradient point": "params", "base point": "z"},
)
