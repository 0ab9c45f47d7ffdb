"""A loss between the points of a grid: smooth, through every point, and without waves of its own."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer import GridLosses

if TYPE_CHECKING:
    from scipy.interpolate import RectBivariateSpline

_WIDE = 50.0
"""Positive losses whose largest is more than so many times their smallest are smooth in their logarithm."""

_OVERSHOOT = 0.25
"""In a cell the loss goes beyond its corners by this part of their range at most: the floor of a valley
passes between grid points, but a spline swings beside a cliff."""

_LARGEST = 1e300


def losses_between(
    x: Float[np.ndarray, " columns"], y: Float[np.ndarray, " rows"], loss: Float[np.ndarray, "rows columns"]
) -> GridLosses:
    """The loss at any pair of an x and a y on the box of a grid.

    It is the grid's own at the grid's points. What lies nearest to a point whose loss is not finite has none
    either.

    Args:
        x: The columns, rising, two at least.
        y: The rows, likewise.
        loss: Finite somewhere, or nowhere.
    """
    x, y, loss = (np.asarray(numbers, dtype=float) for numbers in (x, y, loss))
    holes = ~np.isfinite(loss)
    if holes.all():
        return lambda xs, ys: np.full((len(ys), len(xs)), np.nan)
    known = np.clip(_filled(loss, holes), -_LARGEST, _LARGEST)
    log = bool(known.min() > 0.0 and known.max() > _WIDE * known.min())
    heights = np.log(known) if log else known
    spline = _spline(x, y, heights)

    def losses(xs: Float[np.ndarray, " xs"], ys: Float[np.ndarray, " ys"]) -> Float[np.ndarray, "ys xs"]:
        xs, ys = np.clip(xs, x[0], x[-1]), np.clip(ys, y[0], y[-1])
        low, high = _bounds(heights, _cells(x, xs), _cells(y, ys))
        values = np.clip(spline(ys, xs), low, high)
        values = np.exp(values) if log else values
        return np.where(holes[_nearest(y, ys)][:, _nearest(x, xs)], np.nan, values)

    return losses


def _spline(
    x: Float[np.ndarray, " columns"],
    y: Float[np.ndarray, " rows"],
    heights: Float[np.ndarray, "rows columns"],
) -> "RectBivariateSpline":
    from scipy.interpolate import RectBivariateSpline

    return RectBivariateSpline(y, x, heights, kx=min(3, len(y) - 1), ky=min(3, len(x) - 1), s=0)


def _filled(
    loss: Float[np.ndarray, "rows columns"], holes: Bool[np.ndarray, "rows columns"]
) -> Float[np.ndarray, "rows columns"]:
    """The losses, holes with that of the nearest point that has one."""
    from scipy.ndimage import distance_transform_edt

    if not holes.any():
        return loss
    rows, columns = np.asarray(distance_transform_edt(holes, return_distances=False, return_indices=True))
    return loss[rows, columns]


def _bounds(
    heights: Float[np.ndarray, "rows columns"], columns: np.ndarray, rows: np.ndarray
) -> tuple[Float[np.ndarray, "ys xs"], Float[np.ndarray, "ys xs"]]:
    """How low and how high a loss may be in the cell where each pair lies."""
    corners = [heights[:-1, :-1], heights[:-1, 1:], heights[1:, :-1], heights[1:, 1:]]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    beyond = _OVERSHOOT * (high - low)
    return (low - beyond)[rows][:, columns], (high + beyond)[rows][:, columns]


def _cells(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The cell in which each number lies."""
    return np.clip(np.searchsorted(places, at, side="right") - 1, 0, len(places) - 2)


def _nearest(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The place nearest to each number."""
    return np.searchsorted((places[:-1] + places[1:]) / 2, at)
