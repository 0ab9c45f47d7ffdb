"""Demon Adam: Adam whose momentum decays until none is left at the last step."""

from typing import Literal, NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import check_steps, check_word
from ravine.optimizers._complex import real_zeros_like
from ravine.optimizers._numerics import Real, as_real, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import mix, normalise, scale, update_square
from ravine.optimizers.rules.demon import decayed_momentum


class DemonAdamState(NamedTuple):
    """Both means, the momentum that the last step was taken with, and the product of all momenta."""

    steps: Int[Array, ""]
    mean: optax.Updates
    square: optax.Updates
    momentum: Float[Array, ""]
    product: Float[Array, ""]


def demon_adam(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    total_steps: int = 200,
    form: Literal["accumulate", "ema"] = "accumulate",
) -> optax.GradientTransformationExtraArgs:
    """Demon Adam: Adam whose momentum decays.

    The bias of an average is corrected with the product of the momenta so far.

    Raises:
        HyperparameterError: `form` is neither of the two, or `total_steps` not a number of steps.
    """
    check_word("demon_adam", "form", form, ("accumulate", "ema"))
    check_steps("demon_adam", "total_steps", total_steps, least=0)

    def init(params: optax.Params) -> DemonAdamState:
        return DemonAdamState(
            steps=no_steps(),
            mean=optax.tree.zeros_like(params),
            square=real_zeros_like(params),
            momentum=jnp.asarray(b1, real_type(params)),
            product=jnp.ones([], real_type(params)),
        )

    def update(
        updates: optax.Updates, state: DemonAdamState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, DemonAdamState]:
        del params
        beta = decayed_momentum(b1, as_real(state.steps, updates), total_steps).astype(state.momentum.dtype)
        product = state.product * beta
        steps = one_more(state.steps)
        square = update_square(updates, state.square, b2)
        mean = mix(beta, state.mean, 1 - beta if form == "ema" else 1.0, updates)
        corrected = scale(1 / (1 - product), mean) if form == "ema" else mean
        direction = normalise(corrected, optax.tree.bias_correction(square, b2, steps), eps)
        return direction, DemonAdamState(steps, mean, square, momentum=beta, product=product)

    scaled = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(scaled, optax.scale_by_learning_rate(learning_rate))


OPTIMIZER = Optimizer(
    rule=demon_adam,
    title="Demon Adam",
    equation=r"\beta_t = \frac{\beta_1\, (1 - t / T)}{(1 - \beta_1) + \beta_1\, (1 - t / T)} \\"
    r"m_{t+1} = \beta_t m_t + g_t, \quad v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\theta_{t+1} = \theta_t - \eta\, \frac{m_{t+1}}{\sqrt{\hat v} + \epsilon}, \quad "
    r"\hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}}",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "initial momentum, beta, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "total_steps": "steps over which the momentum decays to zero, T; 0 for no decay",
        "form": "accumulate: gradients add up, as published; ema: they are averaged as in Adam, and "
        "bias-corrected",
    },
    family="adaptive",
    paper="J. Chen, C. Wolfe, Z. Li and A. Kyrillidis, Demon: Improved Neural Network Training with Momentum "
    "Decay",
    year=2019,
    address="https://arxiv.org/abs/1910.04952",
    about="Loses Adam's swing around a minimum towards its end; as gradients add up, it wants about a tenth "
    "of Adam's rate.",
    libraries="Not in optax or torch. form=ema averages the gradients as Adam does, the other reading of the "
    "paper; total_steps=0 never decays.",
    series={"momentum": "momentum"},
)
