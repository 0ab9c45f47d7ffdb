"""Averaged SGD: a slowly falling rate, weight decay, and the mean of the iterates after a while."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._numerics import Real, as_real, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer
from ravine.optimizers._transforms import averaging


def asgd(
    *, learning_rate: Real = 0.01, lam: Real = 1e-4, alpha: Real = 0.75, t0: Real = 50.0
) -> optax.GradientTransformationExtraArgs:
    """Averaged SGD, whose rate decays; the average begins late."""

    def weight(step: Float[Array, ""]) -> Float[Array, ""]:
        return 1 / jnp.maximum(1.0, step - 1 - t0)

    return averaging(_falling_sgd(learning_rate, lam, alpha), weight)


class _FallingState(NamedTuple):
    """The steps so far, and the rate of the last one."""

    steps: Int[Array, ""]
    asgd_rate: Float[Array, ""]


def _falling_sgd(learning_rate: Real, lam: Real, alpha: Real) -> optax.GradientTransformationExtraArgs:
    def init(params: optax.Params) -> _FallingState:
        return _FallingState(no_steps(), jnp.zeros([], real_type(params)))

    def update(
        updates: optax.Updates, state: _FallingState, params: Any = None, **_: object
    ) -> tuple[optax.Updates, _FallingState]:
        rate = learning_rate / (1 + lam * learning_rate * as_real(state.steps, params)) ** alpha
        steps = jax.tree.map(lambda g, p: (-rate * (g + lam * p)).astype(p.dtype), updates, params)
        return steps, _FallingState(one_more(state.steps), jnp.asarray(rate, state.asgd_rate.dtype))

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


OPTIMIZER = Optimizer(
    rule=asgd,
    title="ASGD",
    equation=r"\eta_t = \frac{\eta}{(1 + \lambda \eta t)^{\alpha}} \\"
    r"\theta_{t+1} = (1 - \lambda \eta_t)\, \theta_t - \eta_t\, g_t \\"
    r"\bar\theta_{t+1} = \bar\theta_t + \frac{\theta_{t+1} - \bar\theta_t}{\max(1, t - t_0)}",
    hyperparameters={
        "learning_rate": "initial learning rate, eta",
        "lam": "weight decay, lambda, which also sets the pace at which the rate decays",
        "alpha": "power at which the learning rate decays, at least 0",
        "t0": "step at which averaging begins; until then the average is the iterate itself",
    },
    family="averaging",
    paper="W. Xu, Towards Optimal One Pass Large Scale Learning with Averaged Stochastic Gradient Descent",
    year=2011,
    address="https://arxiv.org/abs/1107.2490",
    about="Averages the noise of SGD away once it is near the minimum; with an average that starts too early "
    "it lags behind.",
    libraries="The form of torch.optim.ASGD and of L. Bottou's sgd-2.0; torch's t0 is 1e6, beyond any film. "
    "optax has none.",
    markers={"average": "average"},
    series={"learning_rate": "asgd_rate"},
)
