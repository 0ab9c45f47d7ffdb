"""Sophia: momentum over an estimate of the Hessian's diagonal, clipped where that is small or negative."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import check_steps
from ravine.optimizers._complex import for_real_parameters
from ravine.optimizers._numerics import Real, no_steps, one_more, real_type
from ravine.optimizers._optimizer import Optimizer


class SophiaState(NamedTuple):
    """Steps, running means of the gradient and of the Hessian's diagonal, and evaluations so far.

    A product of the Hessian with a vector counts as one gradient: it costs about one more.
    """

    steps: Int[Array, ""]
    mean: optax.Updates
    curvature: optax.Updates
    sophia_evaluations: Float[Array, "3"]


def sophia(
    *,
    learning_rate: Real = 1e-4,
    b1: Real = 0.96,
    b2: Real = 0.99,
    eps: Real = 1e-12,
    gamma: Real = 0.01,
    weight_decay: Real = 0.0,
    update_interval: int = 10,
    seed: int = 0,
) -> optax.GradientTransformationExtraArgs:
    """Sophia-H, with Hutchinson's estimate of the Hessian's diagonal.

    Its update needs `value_fn`, the loss as a function of the parameters.

    Raises:
        HyperparameterError: `update_interval` is not a number of steps.
    """
    check_steps("sophia", "update_interval", update_interval)
    clipped = optax.chain(
        _scale_by_sophia(b1, b2, eps, gamma, update_interval, seed),
        optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(learning_rate),
    )
    return for_real_parameters("sophia", clipped)


def _scale_by_sophia(
    b1: Real, b2: Real, eps: Real, gamma: Real, update_interval: int, seed: int
) -> optax.GradientTransformationExtraArgs:
    def init(params: optax.Params) -> SophiaState:
        mean, curvature = (optax.tree.zeros_like(params) for _ in range(2))
        return SophiaState(no_steps(), mean, curvature, jnp.zeros(3, real_type(params)))

    def update(
        updates: optax.Updates,
        state: SophiaState,
        params: optax.Params,
        *,
        value_fn: Callable[[optax.Params], Array] | None = None,
        **_: object,
    ) -> tuple[optax.Updates, SophiaState]:
        if value_fn is None:
            raise ValueError("sophia estimates the Hessian: give its update the loss, value_fn=loss.")

        def estimated() -> optax.Updates:
            key = jax.random.fold_in(jax.random.key(seed), state.steps)
            return optax.tree.update_moment(hutchinson(value_fn, params, key), state.curvature, b2, 1)

        due = state.steps % update_interval == 0
        mean = optax.tree.update_moment(updates, state.mean, b1, 1)
        curvature = jax.lax.cond(due, estimated, lambda: state.curvature)
        clipped = jax.tree.map(lambda m, h: jnp.clip(m / jnp.maximum(gamma * h, eps), -1, 1), mean, curvature)
        evaluations = state.sophia_evaluations.at[1].add(1 + due)
        return clipped, SophiaState(one_more(state.steps), mean, curvature, evaluations)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]


def hutchinson(loss: Callable[[optax.Params], Array], params: optax.Params, key: Array) -> optax.Updates:
    """An unbiased estimate of the Hessian's diagonal: a normal vector times the Hessian's product with it."""
    vector = optax.tree.random_like(key, params)
    _, product = jax.jvp(jax.grad(loss), (params,), (vector,))
    return optax.tree.mul(vector, product)


OPTIMIZER = Optimizer(
    rule=sophia,
    title="Sophia",
    equation=r"m_{t+1} = \beta_1 m_t + (1 - \beta_1) g_t \\"
    r"h \leftarrow \beta_2 h + (1 - \beta_2)\, u \odot \nabla^2 f(\theta_t)\, u \quad "
    r"(\mathrm{every}\ k\ \mathrm{steps},\ u \sim N(0, I)) \\"
    r"\theta_{t+1} = \theta_t - \eta\, \mathrm{clip} "
    r"\left( \frac{m_{t+1}}{\max(\gamma h, \epsilon)}, 1 \right) - \eta\, \lambda\, \theta_t",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "b1": "decay of the running mean of the gradient (first moment), beta_1, in [0, 1)",
        "b2": "decay of the running mean of the Hessian's estimated diagonal, beta_2, in [0, 1)",
        "eps": "smallest divisor, epsilon, greater than 0",
        "gamma": "factor on the curvature in the divisor, greater than 0; a smaller one clips more steps",
        "weight_decay": "decoupled weight decay, lambda; a step takes off learning_rate * weight_decay of "
        "the weights",
        "update_interval": "steps between two estimates of the Hessian's diagonal, k, at least 1",
        "seed": "random seed of the estimates",
    },
    family="second order",
    paper="H. Liu, Z. Li, D. Hall, P. Liang and T. Ma, Sophia: A Scalable Stochastic Second-order "
    "Optimizer for Language Model Pre-training",
    year=2024,
    address="https://arxiv.org/abs/2305.14342",
    about="Takes long steps along flat directions and clipped ones where curvature is negative; on few "
    "parameters one random vector tells little of the curvature.",
    libraries="optax corrects the momentum for its start, takes the estimate of the step before, and draws "
    "signs in place of normal numbers.",
    evaluations="sophia_evaluations",
)
