"""SAM: the gradient is taken uphill, where a sharp minimum's neighbourhood is worst."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from ravine.optimizers._complex import ascent
from ravine.optimizers._numerics import Real, in_single, real_type
from ravine.optimizers._optimizer import Optimizer


class SamState(NamedTuple):
    """The point at which the last gradient was taken, and evaluations so far: two gradients a step."""

    uphill: optax.Params
    sam_evaluations: Float[Array, "3"]


def sam(*, learning_rate: Real = 0.1, rho: Real = 0.05) -> optax.GradientTransformationExtraArgs:
    """Sharpness-aware minimization by gradient descent.

    Its update needs `value_fn`, the loss as a function of the parameters.
    """

    def init(params: optax.Params) -> SamState:
        # A copy: a training loop may donate the buffers of its parameters and of this state.
        here = jax.tree.map(lambda p: jnp.array(p, copy=True), params)
        return SamState(here, jnp.zeros(3, real_type(params)))

    def update(
        updates: optax.Updates,
        state: SamState,
        params: optax.Params,
        *,
        value_fn: Callable[[optax.Params], Array] | None = None,
        **_: object,
    ) -> tuple[optax.Updates, SamState]:
        if value_fn is None:
            raise ValueError("sam takes a second gradient: give its update the loss, value_fn=loss.")
        slope = optax.tree.norm(updates)
        scale = jnp.where(slope > 0, rho / jnp.where(slope > 0, slope, 1), 0)
        uphill = jax.tree.map(lambda p, g: p + scale * g, params, updates)
        steps = optax.tree.scale(-learning_rate, ascent(jax.grad(value_fn)(uphill)))
        return steps, SamState(uphill, state.sam_evaluations.at[1].add(2))

    descent = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return in_single(descent)


OPTIMIZER = Optimizer(
    rule=sam,
    title="SAM",
    equation=r"\theta'_t = \theta_t + \rho\, \frac{g_t}{\Vert g_t \Vert} \\"
    r"\theta_{t+1} = \theta_t - \eta\, \nabla f(\theta'_t)",
    hyperparameters={
        "learning_rate": "learning rate, eta",
        "rho": "distance uphill at which the gradient is taken, at least 0",
    },
    family="plain",
    paper="P. Foret, A. Kleiner, H. Mobahi and B. Neyshabur, Sharpness-Aware Minimization for Efficiently "
    "Improving Generalization",
    year=2021,
    address="https://arxiv.org/abs/2010.01412",
    about="Prefers wide minima to sharp ones at two gradients a step, and swings by about rho across a "
    "ravine.",
    libraries="optax.contrib.sam agrees, around any rule, in its opaque mode.",
    markers={"uphill": "uphill"},
    evaluations="sam_evaluations",
)
