"""Rprop: a step size for every coordinate, that grows while the slope keeps its sign."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array

from ravine.optimizers._complex import for_real_parameters
from ravine.optimizers._numerics import Real
from ravine.optimizers._optimizer import Optimizer


class RpropState(NamedTuple):
    """Step sizes, the last gradient, which is 0 where it was taken back, and the last step."""

    sizes: optax.Updates
    gradient: optax.Updates
    step: optax.Updates


def rprop(
    *,
    initial_step: Real = 0.1,
    eta_minus: Real = 0.5,
    eta_plus: Real = 1.2,
    min_step: Real = 1e-6,
    max_step: Real = 50.0,
    backtracking: bool = True,
) -> optax.GradientTransformationExtraArgs:
    """Rprop: a step size for each coordinate, and the sign of its gradient."""

    def init(params: optax.Params) -> RpropState:
        gradient, step = (optax.tree.zeros_like(params) for _ in range(2))
        return RpropState(optax.tree.full_like(params, initial_step), gradient, step)

    def update(
        updates: optax.Updates, state: RpropState, params: optax.Params | None = None, **_: object
    ) -> tuple[optax.Updates, RpropState]:
        del params
        turn = optax.tree.mul(updates, state.gradient)

        def resize(turn: Array, size: Array) -> Array:
            factor = jnp.where(turn > 0, eta_plus, jnp.where(turn < 0, eta_minus, 1))
            return jnp.where(turn == 0, size, jnp.clip(size * factor, min_step, max_step))

        def walk(turn: Array, slope: Array, size: Array, last: Array) -> Array:
            return jnp.where(turn < 0, -last if backtracking else 0, -jnp.sign(slope) * size)

        sizes = jax.tree.map(resize, turn, state.sizes)
        step = jax.tree.map(walk, turn, updates, sizes, state.step)
        kept = jax.tree.map(lambda turn, slope: jnp.where(turn < 0, 0, slope), turn, updates)
        return step, RpropState(sizes, kept, step)

    sized = optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
    return for_real_parameters("rprop", sized)


OPTIMIZER = Optimizer(
    rule=rprop,
    title="Rprop",
    equation=r"\Delta_t = \min(\eta^+ \Delta_{t-1}, \Delta_{\max}),\ d_t = -\mathrm{sign}(g_t) \Delta_t "
    r"\quad (g_t g_{t-1} > 0) \\"
    r"\Delta_t = \max(\eta^- \Delta_{t-1}, \Delta_{\min}),\ d_t = -d_{t-1},\ g_t \leftarrow 0 \quad "
    r"(g_t g_{t-1} < 0) \\"
    r"\Delta_t = \Delta_{t-1},\ d_t = -\mathrm{sign}(g_t) \Delta_t \quad (g_t g_{t-1} = 0) \\"
    r"\theta_{t+1} = \theta_t + d_t",
    hyperparameters={
        "initial_step": "first step size of each coordinate, Delta_0, greater than 0",
        "eta_minus": "factor on a step size where the gradient's sign changes, eta^-, in (0, 1)",
        "eta_plus": "factor on a step size where the gradient's sign stays, eta^+, greater than 1",
        "min_step": "smallest step size, Delta_min",
        "max_step": "largest step size, Delta_max",
        "backtracking": "whether the last step is taken back where the sign changes; if not, the coordinate "
        "waits",
    },
    family="self-tuning",
    paper="M. Riedmiller and H. Braun, A Direct Adaptive Method for Faster Backpropagation Learning: The "
    "RPROP Algorithm",
    year=1993,
    address="https://doi.org/10.1109/ICNN.1993.298623",
    about="Needs no tuning and no scale of the loss where gradients are exact; the noise of minibatches "
    "turns its signs and so shrinks its steps.",
    libraries="torch waits where a slope changes its sign, and does not take the step back "
    "(backtracking=false). So does optax, which also takes every step one gradient late.",
)
