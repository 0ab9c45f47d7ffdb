"""Measures and gradients at many points, computed under a study's budget and watched."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ravine.core.cache import cache_folder
from ravine.core.pytree import Params
from ravine.landscapes.evaluation import evaluate
from ravine.landscapes.networks import Objective
from ravine.studies._options import Options
from ravine.studies._study import Stage
from ravine.studies.training import Training

MEASURES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""The measures of a network, in the order of the files."""


def evaluated(
    choices: Options,
    objective: Objective,
    origin: Params,
    directions: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    *,
    title: str,
    stage: Stage,
    wanted: Sequence[str] = ("train_loss",),
) -> dict[str, Float[np.ndarray, " points"]]:
    """Compute measures at origin + coordinates @ directions."""
    with stage(title, len(coordinates)) as on_points, objective.checked():
        found = evaluate(
            objective,
            origin,
            directions,
            coordinates,
            wanted=wanted,
            memory_mb=choices.memory,
            keep=cache_folder() / "grids" if choices.keep else None,
            on_points=on_points,
        )
    return {name: values.astype(np.float64) for name, values in found.items()}


def measures_of_iterates(
    training: Training, objective: Objective
) -> Mapping[str, Float[np.ndarray, " saved"]]:
    """Compute loss and accuracy at the iterates of a training, with the objective's own batch norm."""
    if objective.batch_norm != "inference":
        return training.measures
    found = jax.jit(lambda iterates: jax.lax.map(objective.at, iterates))(training.iterates)
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}


def slope_of(objective: Objective, point: Params, mask: Params) -> Params:
    """Differentiate by the trained leaves; the others stand in the gradient as they are."""
    moving, others = eqx.partition(point, mask)
    slope = jax.grad(lambda moving: objective.loss(eqx.combine(moving, others)))(moving)
    return eqx.combine(slope, others)


def gradients_at(
    gradient: Callable[[Params, Any], Params], iterates: Params, rows: Int[np.ndarray, "updates size"]
) -> Params:
    """Recompute the gradients that the updates were taken with, stacked."""
    places = jax.tree.map(lambda leaf: jnp.asarray(leaf[: len(rows)]), iterates)
    found = jax.jit(lambda: jax.lax.map(lambda place: gradient(*place), (places, jnp.asarray(rows))))()
    return jax.device_get(found)
