"""Measures at many points, computed under a study's budget and watched."""

from collections.abc import Mapping, Sequence

import jax
import numpy as np
from jaxtyping import Float

from ravine.gallery.studies._choices import Choices
from ravine.gallery.studies._kept import cache_folder
from ravine.gallery.studies._stage import Stage
from ravine.landscapes.networks import Objective, Params, Training
from ravine.landscapes.slices import evaluate

MEASURES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""What is measured of a network, in the order of the files."""


def evaluated(
    choices: Choices,
    objective: Objective,
    origin: Params,
    directions: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    *,
    title: str,
    stage: Stage,
    wanted: Sequence[str] = ("train_loss",),
) -> dict[str, Float[np.ndarray, " points"]]:
    """Measures at origin + coordinates @ directions."""
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
) -> Mapping[str, Float[np.ndarray, " kept"]]:
    """Loss and accuracy at the iterates of a training, with the objective's own batch norm."""
    if objective.batch_norm != "inference":
        return training.measures
    found = jax.jit(lambda iterates: jax.lax.map(objective.at, iterates))(training.iterates)
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}
