"""AdEMAMix: Adam with a second, far slower momentum."""

import jax.numpy as jnp
import optax
from jax.typing import ArrayLike
from jaxtyping import Array

from ravine.optimizers._numerics import Real, in_single
from ravine.optimizers._optimizer import Optimizer


def ademamix(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    b3: Real = 0.9999,
    alpha: Real = 5.0,
    eps: Real = 1e-8,
    weight_decay: Real = 0.0,
    warmup_steps: int = 0,
) -> optax.GradientTransformationExtraArgs:
    """AdEMAMix; over `warmup_steps` alpha grows from 0, and b3 from b1 so that its half-life does evenly."""

    def part(count: ArrayLike) -> Array:
        return jnp.minimum((jnp.asarray(count, float) + 1) / warmup_steps, 1.0)

    def decay(count: ArrayLike) -> Array:
        fast, slow = jnp.log(b1), jnp.log(b3)
        return jnp.exp(fast * slow / ((1 - part(count)) * slow + part(count) * fast))

    grows = warmup_steps > 0
    rule = optax.contrib.ademamix(
        learning_rate,
        b1,
        b2,
        decay if grows else b3,
        (lambda count: part(count) * alpha) if grows else alpha,
        eps,
        weight_decay=weight_decay,
    )
    return in_single(rule)


OPTIMIZER = Optimizer(
    rule=ademamix,
    title="AdEMAMix",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad \hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}} \\"
    r"s_{t+1} = \beta_3 s_t + (1 - \beta_3) g_t \\"
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\theta_{t+1} = \theta_t - \eta \left( \frac{\hat m + \alpha\, s_{t+1}}{\sqrt{\hat v} + \epsilon} "
    r"+ \lambda\, \theta_t \right)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the fast running mean of the gradient, beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "b3": "decay of the slow running mean of the gradient, beta_3, in [0, 1)",
        "alpha": "weight of the slow mean in the step, at least 0",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "weight_decay": "decoupled weight decay, lambda; a step takes off learning_rate * weight_decay of "
        "the weights",
        "warmup_steps": "steps over which alpha grows from 0 and b3 from b1; 0 for no warm-up",
    },
    family="adaptive",
    paper="M. Pagliardini, P. Ablin and D. Grangier, The AdEMAMix Optimizer: Better, Faster, Older",
    year=2024,
    address="https://arxiv.org/abs/2409.03137",
    about="Made for runs of a hundred thousand steps, in which old gradients still help; on a small "
    "landscape they push past the minimum.",
    libraries="optax agrees; the authors' own code has alpha 2.",
)
