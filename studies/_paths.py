"""Ways through a network's parameters that are drawn on a plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Float, Int

from ravine.core.pytree import Params
from ravine.landscapes.geometry import stacked
from ravine.landscapes.networks import Objective
from ravine.studies._measure import measures_of_iterates
from ravine.studies._subjects import Trained


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """Points in their order, such as a training's iterates.

    Attributes:
        label: In the legend.
        rule: The optimizer's name in the catalogue, which has its colour.
        note: The small print.
        steps: The number of each point: after so many updates it was kept.
        points: Parameters with a first axis for the points.
        loss: At each of them.
    """

    label: str
    rule: str = ""
    note: str = ""
    steps: Int[np.ndarray, " points"]
    points: Params
    loss: Float[np.ndarray, " points"]


def way_of_training(run: Trained, objective: Objective) -> Way:
    """The iterates of a training."""
    return Way(
        label=run.label,
        rule=run.rule,
        note=run.note,
        steps=np.asarray(run.training.steps),
        points=run.training.iterates,
        loss=measures_of_iterates(run.training, objective)["train_loss"],
    )


def way_of_points(points: Sequence[Params], objective: Objective) -> Way:
    """Points that were given."""
    stack = stacked(points, objective.trained(points[0]))
    with objective.checked():
        losses = jax.jit(lambda stack: jax.lax.map(objective.loss, stack))(stack)
        loss = np.asarray(losses, dtype=np.float64)
    return Way(label="given points", steps=np.arange(len(points)), points=stack, loss=loss)
