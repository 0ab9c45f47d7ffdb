"""The gradients at the points of a walk."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from ravine.landscapes.networks import Objective, Params


def slope_of(objective: Objective, point: Params, mask: Params) -> Params:
    """The gradient by the trained leaves; the others stand in it as they are."""
    moving, others = eqx.partition(point, mask)
    slope = jax.grad(lambda moving: objective.loss(eqx.combine(moving, others)))(moving)
    return eqx.combine(slope, others)


def gradients_at(
    gradient: Callable[[Params, Any], Params], iterates: Params, rows: Int[np.ndarray, "updates size"]
) -> Params:
    """Those that the updates were taken with, stacked."""
    places = jax.tree.map(lambda leaf: jnp.asarray(leaf[: len(rows)]), iterates)
    found = jax.jit(lambda: jax.lax.map(lambda place: gradient(*place), (places, jnp.asarray(rows))))()
    return jax.device_get(found)
