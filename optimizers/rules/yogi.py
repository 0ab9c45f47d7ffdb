"""Yogi: Adam whose mean square moves towards the squared gradient by steps of its size."""

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax

from ravine.optimizers._checks import check_word
from ravine.optimizers._complex import real_zeros_like, squared
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import normalise


class YogiState(NamedTuple):
    """Running means of the gradient and of its square."""

    mean: optax.Updates
    square: optax.Updates


def yogi(
    *,
    learning_rate: Real = 0.01,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-3,
    variant: Literal["paper", "optax"] = "paper",
) -> optax.GradientTransformationExtraArgs:
    """Yogi; `variant="optax"` corrects both means for their start, which is then 1e-6.

    Raises:
        HyperparameterError: `variant` is neither "paper" nor "optax".
    """
    check_word("yogi", "variant", variant, ("paper", "optax"))
    if variant == "optax":
        return optax.yogi(learning_rate, b1, b2, eps)
    return optax.chain(_scale_by_yogi(b1, b2, eps), optax.scale_by_learning_rate(learning_rate))


def _scale_by_yogi(b1: Real, b2: Real, eps: Real) -> optax.GradientTransformationExtraArgs:
    def init(params: optax.Params) -> YogiState:
        return YogiState(mean=optax.tree.zeros_like(params), square=real_zeros_like(params))

    def update(
        updates: optax.Updates, state: YogiState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, YogiState]:
        del params
        mean = optax.tree.update_moment(updates, state.mean, b1, 1)
        own = squared(updates)
        square = jax.tree.map(lambda s, v: v - (1 - b2) * jnp.sign(v - s) * s, own, state.square)
        return normalise(mean, square, eps), YogiState(mean=mean, square=square)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=yogi,
    title="Yogi",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"v_{t+1} = v_t - (1 - \beta_2)\, \mathrm{sign}(v_t - g_t^2)\, g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{m_{t+1}}{\sqrt{v_{t+1}} + \epsilon}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "1 - beta_2 is the weight of a squared gradient in the second moment's additive update, in "
        "[0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "variant": "paper: no bias correction, from zero; optax: both moments bias-corrected, from 1e-6",
    },
    family="adaptive",
    paper="M. Zaheer, S. Reddi, D. Sachan, S. Kale and S. Kumar, Adaptive Methods for Nonconvex Optimization",
    year=2018,
    address="https://papers.nips.cc/paper_files/paper/2018/hash/90365351ccc7437a1309dc64e4db32a3-Abstract.html",
    about="Its rate grows only slowly where gradients shrink, so that it does not leap out of a valley as "
    "Adam may, but creeps on a plateau.",
    libraries="optax starts both means at 1e-6 and corrects them for their start (variant=optax). The "
    "paper also suggests to start the mean square at the first squared gradient.",
)
