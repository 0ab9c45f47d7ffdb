"""AMSGrad: Adam whose rate of a coordinate never rises again."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._checks import check_word
from ravine.optimizers._complex import real_zeros_like
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import Moments, no_moments, normalise, update_moments


class AmsgradState(NamedTuple):
    """The moments, and the largest mean square so far."""

    moments: Moments
    largest: optax.Updates


def amsgrad(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    variant: Literal["paper", "optax", "torch"] = "paper",
) -> optax.GradientTransformationExtraArgs:
    """AMSGrad; the published form corrects no bias.

    Both variants correct the mean; `variant="optax"` takes the largest of the corrected squares and
    `variant="torch"` corrects the largest of the squares.

    Raises:
        HyperparameterError: `variant` is none of the three.
    """
    check_word("amsgrad", "variant", variant, ("paper", "optax", "torch"))

    def init(params: optax.Params) -> AmsgradState:
        return AmsgradState(moments=no_moments(params), largest=real_zeros_like(params))

    def update(
        updates: optax.Updates, state: AmsgradState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, AmsgradState]:
        del params
        moments = update_moments(updates, state.moments, b1, b2)
        mean, square, steps = moments.mean, moments.square, moments.steps
        if variant != "paper":
            mean = optax.tree.bias_correction(mean, b1, steps)
        if variant == "optax":
            square = optax.tree.bias_correction(square, b2, steps)
        largest = jax.tree.map(jnp.maximum, state.largest, square)
        seen = optax.tree.bias_correction(largest, b2, steps) if variant == "torch" else largest
        return normalise(mean, seen, eps), AmsgradState(moments=moments, largest=largest)

    scaled = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(scaled, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=amsgrad,
    title="AMSGrad",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2, \quad \hat v_{t+1} = \max(\hat v_t,\, v_{t+1}) \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{m_{t+1}}{\sqrt{\hat v_{t+1}} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the largest second moment, epsilon",
        "variant": "paper: no bias correction; optax: before the largest second moment is taken; torch: "
        "after it",
    },
    family="adaptive",
    paper="S. J. Reddi, S. Kale and S. Kumar, On the Convergence of Adam and Beyond",
    year=2018,
    address="https://arxiv.org/abs/1904.09237",
    about="Converges where Adam may not, but stays slow after one steep place; uncorrected, its first steps "
    "are long.",
    libraries="optax and torch correct the bias of the mean; optax takes the largest corrected square "
    "(variant=optax), torch corrects the largest square (variant=torch).",
)
