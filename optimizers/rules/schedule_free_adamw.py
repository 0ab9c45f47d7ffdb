"""Schedule-Free AdamW: Adam without momentum and its average, with gradients taken between the two."""

from collections.abc import Callable
from typing import Literal

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import check_word
from ravine.optimizers._numerics import Real, as_real, no_steps, one_more
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import scale
from ravine.optimizers.rules._schedule_free import schedule_free_from


def schedule_free_adamw(
    *,
    learning_rate: Real = 0.0025,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    weight_decay: Real = 0.0,
    variant: Literal["paper", "optax"] = "paper",
) -> optax.GradientTransformationExtraArgs:
    """Schedule-Free AdamW; weights decay at the point where the gradient is taken.

    The published form does not correct the mean square but the rate, so that the decay and the weights in the
    average begin as small as that; `variant="optax"` corrects the mean square alone.

    Raises:
        HyperparameterError: `variant` is neither "paper" nor "optax".
    """
    check_word("schedule_free_adamw", "variant", variant, ("paper", "optax"))

    def rate(step: Float[Array, ""]) -> Real:
        if variant == "optax":
            return learning_rate
        return learning_rate * jnp.sqrt(-jnp.expm1(step * jnp.log1p(b2 - 1)))

    corrected = optax.scale_by_rms(b2, eps, eps_in_sqrt=False, bias_correction=variant == "optax")
    base = optax.chain(
        corrected, optax.add_decayed_weights(weight_decay), _scale_by(lambda step: -rate(step))
    )
    return schedule_free_from(base, b1=b1, weight=lambda step: rate(step) ** 2, start_weight=0.0)


def _scale_by(factor: Callable[[Float[Array, ""]], Real]) -> optax.GradientTransformationExtraArgs:
    """A rule that multiplies by a function of the step t = 1, 2, ..."""

    def init(params: optax.Params) -> Int[Array, ""]:
        del params
        return no_steps()

    def update(
        updates: optax.Updates, count: Int[Array, ""], params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, Int[Array, ""]]:
        del params
        count = one_more(count)
        return scale(factor(as_real(count, updates)), updates), count

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=schedule_free_adamw,
    title="Schedule-Free AdamW",
    equation=r"y_t = (1 - \beta_1) z_t + \beta_1 x_t, \quad z_0 = x_0 = \theta_0 \\"
    r"g_t = \nabla f(y_t) \\"
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2, \quad \gamma_t = \eta_t \sqrt{1 - \beta_2^{t+1}} \\"
    r"z_{t+1} = z_t - \gamma_t \left( \frac{g_t}{\sqrt{v_{t+1}} + \epsilon} + \lambda\, y_t \right) \\"
    r"x_{t+1} = (1 - c_t)\, x_t + c_t z_{t+1}, \quad c_t = \frac{\gamma_t^2}{\sum_{i=0}^t \gamma_i^2}, \quad "
    r"\theta_{t+1} = x_{t+1}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "weight of the average x against the base point z where gradients are taken, beta_1, in [0, 1]",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "weight_decay": "weight decay, lambda, at the point where the gradient is taken",
        "variant": "paper: the learning rate is bias-corrected; optax: the second moment is",
    },
    family="averaging",
    paper="A. Defazio et al., The Road Less Scheduled",
    year=2024,
    address="https://arxiv.org/abs/2405.15682",
    about="Adam whose jitter is averaged away, without a schedule; the average trails behind z on a long "
    "way.",
    libraries="The default is what the authors' package calls AdamWScheduleFreePaper. Its AdamWScheduleFree "
    "and optax correct the mean square in place of the rate (variant=optax), so that the decay and the "
    "weights in the average are whole from the first step on. All of them weigh by the highest rate so far, "
    "which differs where a rate falls; their parameters are y, and the average x is calculated when it is "
    "asked for.",
    iterate="x",
    markers={"gradient point": "params", "base point": "z"},
)
