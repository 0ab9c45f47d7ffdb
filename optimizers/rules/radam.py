"""RAdam: Adam that waits until its mean square can be trusted, and then leans on it by degrees."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._numerics import Real, as_real, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import (
    Moments,
    correct_moments,
    early_eps,
    no_moments,
    normalise,
    scale,
    update_moments,
)


class RadamState(NamedTuple):
    """The moments, and what the last step was multiplied by: zero for a step that was not normalised."""

    moments: Moments
    rectification: Float[Array, ""]


def radam(
    *,
    learning_rate: Real = 0.001,
    b1: Real = 0.9,
    b2: Real = 0.999,
    eps: Real = 1e-8,
    threshold: Real = 4.0,
    eps_before_correction: bool = False,
) -> optax.GradientTransformationExtraArgs:
    """Rectified Adam: a step is normalised once the variance of its second moment is known well enough.

    No variance can be told from 4 gradients or fewer, whatever the threshold.
    """

    def init(params: optax.Params) -> RadamState:
        return RadamState(moments=no_moments(params), rectification=jnp.zeros([], real_type(params)))

    def update(
        updates: optax.Updates, state: RadamState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, RadamState]:
        del params
        moments = update_moments(updates, state.moments, b1, b2)
        mean, square = correct_moments(moments, b1, b2)
        step = as_real(moments.steps, updates)
        factor = rectification(step, b2, threshold)
        floor = early_eps(eps, b2, step) if eps_before_correction else eps
        rectified = scale(factor, normalise(mean, square, floor))
        direction = jax.tree.map(lambda r, m: jnp.where(factor > 0, r, m), rectified, mean)
        return direction, RadamState(moments, factor.astype(state.rectification.dtype))

    scaled = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return optax.chain(scaled, optax.scale_by_learning_rate(learning_rate))


def rectification(step: Float[Array, ""], b2: Real, threshold: Real) -> Float[Array, ""]:
    """The factor on a step, the first being 1: zero if the step is not to be normalised.

    The powers of b2 are taken by way of logarithms: near 1 their difference from 1 would lose most digits of
    float32.
    """
    log = step * jnp.log1p(b2 - 1)
    longest = 2 / (1 - b2) - 1
    length = longest + 2 * step * jnp.exp(log) / jnp.expm1(log)
    known = length > jnp.maximum(threshold, 4.0)
    length, longest = jnp.where(known, length, 5.0), jnp.where(known, longest, 5.0)
    square = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    return jnp.where(known, jnp.sqrt(square), 0.0)


OPTIMIZER = Optimizer(
    rule=radam,
    title="RAdam",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t, \quad "
    r"v_{t+1} = \beta_2 v_t + (1 - \beta_2) g_t^2 \\"
    r"\hat m = \frac{m_{t+1}}{1 - \beta_1^{t+1}}, \quad \hat v = \frac{v_{t+1}}{1 - \beta_2^{t+1}} \\"
    r"\rho_\infty = \frac{2}{1 - \beta_2} - 1, \quad "
    r"\rho = \rho_\infty - \frac{2 (t + 1) \beta_2^{t+1}}{1 - \beta_2^{t+1}}, \quad "
    r"r = \sqrt{\frac{(\rho - 4)(\rho - 2)\, \rho_\infty}"
    r"{(\rho_\infty - 4)(\rho_\infty - 2)\, \rho}} \\"
    r"\theta_{t+1} = \theta_t - \eta\, r\, \frac{\hat m}{\sqrt{\hat v} + \epsilon} "
    r"\quad (\rho > 4), \quad \theta_{t+1} = \theta_t - \eta\, \hat m \quad (\rho \leq 4)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the squared gradient (second moment), beta_2, in [0, 1)",
        "eps": "added to the root of the second moment against division by zero, epsilon",
        "threshold": "length rho of the second moment's average above which a step is normalised, at least 4",
        "eps_before_correction": "whether eps is added to the root before its bias correction",
    },
    family="adaptive",
    paper="L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao and J. Han, On the Variance of the Adaptive "
    "Learning Rate and Beyond",
    year=2020,
    address="https://arxiv.org/abs/1908.03265",
    about="Needs no warm-up; its first steps are plain momentum, so that a rate that suits Adam may explode "
    "where it is steep.",
    libraries="optax, torch and the authors' code have threshold=5: they normalise from step 6, the paper "
    "from step 5. torch and the authors add eps before the correction (eps_before_correction=true).",
    series={"rectification": "rectification"},
)
