"""The smallest and the largest curvature, at a point and over a plane of points."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64

from ravine.core.pytree import Params, flat, mixed
from ravine.landscapes.curvature._hessian import hessian_fingerprint, hessian_product
from ravine.landscapes.curvature._lanczos import NotFiniteError, lanczos
from ravine.landscapes.evaluation import own_part, source_of
from ravine.landscapes.networks import Objective


class Extremes(NamedTuple):
    """The ends of the Hessian's spectrum at points."""

    lowest: Float64[np.ndarray, " points"]
    highest: Float64[np.ndarray, " points"]

    @property
    def ratio(self) -> Float64[np.ndarray, " points"]:
        """|lowest / highest|: near 0 where the loss is close to convex; NaN where both are 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.lowest / self.highest)


def extremes(
    objective: Objective, params: Params, *, steps: int = 40, tolerance: float = 1e-2, seed: int = 0
) -> tuple[float, float]:
    """The smallest and the largest eigenvalue of the training loss's Hessian at a point.

    Further points of the same objective compile nothing new.

    Args:
        objective: The loss.
        params: The point.
        steps: Hessian products at most.
        tolerance: On the residuals of both, relative to the larger absolute value; the error of an
            eigenvalue is about its residual's square over the gap to the next.
        seed: Of the first vector.

    Raises:
        ValueError: no parameter is trained.
        NotFiniteError: the Hessian is not finite.
    """
    size = len(flat(params, objective.trained(params)))
    if size == 0:
        raise ValueError("A curvature needs trained parameters; this objective has none.")
    start = np.random.default_rng(seed).normal(size=size)
    product = hessian_product(objective, params)
    found = lanczos(product, start, steps=steps, top=1, bottom=1, tolerance=tolerance, seed=seed)
    return float(found.values[0]), float(found.values[-1])


def extremes_at(
    objective: Objective,
    origin: Params,
    directions: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    *,
    steps: int = 40,
    tolerance: float = 1e-2,
    seed: int = 0,
    keep: Path | None = None,
    on_points: Callable[[int], None] | None = None,
) -> Extremes:
    """The same at `origin + sum_k coordinates[:, k] directions[k]`, as for a map of convexity.

    A point whose Hessian is not finite has NaN for both.

    Args:
        objective: The loss.
        origin: The point whose coordinates are 0.
        directions: Of the line or plane.
        coordinates: Of the points.
        steps: Hessian products a point, at most.
        tolerance: As for `extremes`.
        seed: Of the first vector, the same at each point.
        keep: A folder for numbers, as for `evaluate`.
        on_points: Called with the number of points done so far.

    Reference:
        H. Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 6.
    """
    curvature = hessian_fingerprint(objective, origin) if keep is not None else ""
    folder = keep if objective.identity or curvature else None
    measured = ("extremes", curvature, str(steps), str(tolerance), str(seed))
    source = partial(source_of, objective, (origin, *directions), coordinates, measured)
    with own_part(folder, source, points=len(coordinates), measures=2) as (grid, left):
        for index in left.tolist():
            point = mixed([(1.0, origin), *zip(coordinates[index].tolist(), directions, strict=True)])
            found = (np.nan, np.nan)
            with suppress(NotFiniteError):
                found = extremes(objective, point, steps=steps, tolerance=tolerance, seed=seed)
            grid.put(slice(index, index + 1), np.array([found]))
            if on_points:
                on_points(int(grid.done.sum()))
    found = grid.values.astype(np.float64)
    return Extremes(lowest=found[:, 0], highest=found[:, 1])
