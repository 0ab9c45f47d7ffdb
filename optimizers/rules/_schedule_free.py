"""Schedule-Free methods: a base sequence, its average, and gradients taken between the two."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._numerics import Real, as_real, no_steps, one_more, real_type


class ScheduleFreeState(NamedTuple):
    """The steps so far, the base sequence z, its average x and the sum of its weights, and the base state."""

    steps: Int[Array, ""]
    z: optax.Params
    x: optax.Params
    weight_sum: Float[Array, ""]
    base_state: optax.OptState


def schedule_free_from(
    base: optax.GradientTransformation,
    *,
    b1: Real,
    weight: Callable[[Float[Array, ""]], Real],
    start_weight: Real,
) -> optax.GradientTransformationExtraArgs:
    """A rule whose parameters are the points y = (1 - b1) z + b1 x at which gradients are taken.

    What else moves the parameters, such as a rule around this one, moves z and x with them.

    Args:
        base: The rule, without momentum, whose steps z takes.
        b1: The weight of the average in the point where gradients are taken.
        weight: From the step t = 1, 2, ... to the weight in the average of the point z after it.
        start_weight: Of the start.
    """
    base = optax.with_extra_args_support(base)

    def between(z: optax.Params, x: optax.Params) -> optax.Params:
        return jax.tree.map(lambda z, x: (1 - b1) * z + b1 * x, z, x)

    def init(params: optax.Params) -> ScheduleFreeState:
        # Copies: a training loop may donate the buffers of its parameters and of this state.
        z, x = (jax.tree.map(lambda p: jnp.array(p, copy=True), params) for _ in range(2))
        total = jnp.asarray(start_weight, real_type(params))
        return ScheduleFreeState(no_steps(), z, x, total, base.init(params))

    def update(
        updates: optax.Updates, state: ScheduleFreeState, params: optax.Params, **extra: object
    ) -> tuple[optax.Updates, ScheduleFreeState]:
        moved = optax.tree.sub(params, between(state.z, state.x))
        steps, base_state = base.update(updates, state.base_state, params, **extra)
        z = optax.tree.add(state.z, moved, steps)
        count = one_more(state.steps)
        own = weight(as_real(count, params))
        total = state.weight_sum + own
        share = jnp.where(total > 0, own / jnp.where(total > 0, total, 1), 0)
        x = jax.tree.map(
            lambda x, m, z: ((1 - share) * (x + m) + share * z).astype(x.dtype), state.x, moved, z
        )
        return optax.tree.sub(between(z, x), params), ScheduleFreeState(count, z, x, total, base_state)

    return optax.GradientTransformationExtraArgs(init, update)  # pyright: ignore[reportArgumentType]
