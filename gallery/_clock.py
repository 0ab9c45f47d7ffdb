"""Runs over the evaluations that they cost in place of their steps."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from ravine.gallery._series import Series
from ravine.optimizers import Descent

_COST = np.array([1.0, 1.0, 2.0])
"""Of a loss, of a gradient with its loss, and of a Hessian: in the plane two products with a vector."""


def on_evaluations(descent: Descent, series: Series, *, total: int) -> tuple[Descent, Series]:
    """The run at 0 to `total` evaluations: between two of its points it is on its way.

    Losses and other numbers are those of the last step that is over. A run whose steps end before the clock
    stays where it is, and one that leaves the reals is seen until the step that takes it there is over.
    """
    cost = descent.evaluations @ _COST
    clock = np.arange(total + 1.0)
    over = np.searchsorted(cost, clock, side="right") - 1
    diverged = int(descent.diverged_at)
    lost = evaluations_at(descent, diverged) if diverged >= 0 else total + 1
    moved = descent._replace(
        points=_between(descent.points, cost, clock, over),
        losses=descent.losses[over],
        gradients=descent.gradients[over],
        balls=_all_between(descent.balls, cost, clock, over),
        evaluations=descent.evaluations[over],
        diverged_at=np.array(lost if lost <= total else -1),
    )
    return moved, {name: values[over] for name, values in series.items()}


def evaluations_at(descent: Descent, step: int) -> int:
    """How many evaluations a run has cost at a step."""
    return int(np.ceil(descent.evaluations[step] @ _COST))


def _all_between(
    places: Mapping[str, np.ndarray], cost: np.ndarray, clock: np.ndarray, over: np.ndarray
) -> dict[str, np.ndarray]:
    return {name: _between(points, cost, clock, over) for name, points in places.items()}


def _between(
    points: Float[np.ndarray, "steps+1 2"],
    cost: Float[np.ndarray, "steps+1"],
    clock: Float[np.ndarray, " ticks"],
    over: np.ndarray,
) -> Float[np.ndarray, "ticks 2"]:
    after = np.minimum(over + 1, len(points) - 1)
    length = np.where(cost[after] > cost[over], cost[after] - cost[over], 1.0)
    part = np.clip((clock - cost[over]) / length, 0.0, 1.0)[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        moved = points[over] + part * (points[after] - points[over])
    return np.where(np.isfinite(moved).all(-1, keepdims=True), moved, points[over])
