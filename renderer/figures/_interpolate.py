"""A grid between its points: smooth, through every point, and without waves of its own."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._scene import GridLosses
from ravine.renderer.style import LossNorm

if TYPE_CHECKING:
    from scipy.interpolate import RectBivariateSpline

_KNEE_SHARE = 0.01
_SMALLEST = 1e-300
"""Of the range of losses: the least that they are told apart by."""


def losses_between(
    x: Float[np.ndarray, " columns"], y: Float[np.ndarray, " rows"], loss: Float[np.ndarray, "rows columns"]
) -> GridLosses:
    """The loss at any pair of an x and a y on the box of a grid.

    It is the grid's own at the grid's points, and in each cell between those of its corners: beside a cliff
    a spline would swing. What lies nearest to a point whose loss is not finite has none either.

    Args:
        x: The columns, rising, two at least.
        y: The rows, likewise.
        loss: Finite somewhere, or nowhere.
    """
    x, y, loss = (np.asarray(numbers, dtype=float) for numbers in (x, y, loss))
    holes = ~np.isfinite(loss)
    if holes.all():
        return lambda xs, ys: np.full((len(ys), len(xs)), np.nan)
    tone = _tone(loss[~holes])
    levels = tone.level(_filled(loss, holes))
    spline = _spline(x, y, levels)

    def losses(xs: Float[np.ndarray, " xs"], ys: Float[np.ndarray, " ys"]) -> Float[np.ndarray, "ys xs"]:
        xs, ys = np.clip(xs, x[0], x[-1]), np.clip(ys, y[0], y[-1])
        between = tone.loss(np.clip(spline(ys, xs), *_bounds(levels, _cells(x, xs), _cells(y, ys))))
        return np.where(holes[_nearest(y, ys)][:, _nearest(x, xs)], np.nan, between)

    return losses


def _tone(losses: Float[np.ndarray, " finite"]) -> LossNorm:
    """What the losses are smooth in: themselves, or their logarithm from the lowest on where they are skewed.

    Unlike the tone of a picture it tells losses of any size apart, and a plateau from what is beside it.
    """
    tone = LossNorm.of(losses, "auto")
    if tone.linthresh is None:
        return tone
    excess = np.clip(losses, tone.low, tone.high) - tone.low
    linthresh = max(tone.low, float(np.quantile(excess, _KNEE_SHARE)))
    if linthresh <= 0.0:
        linthresh = float(np.quantile(excess[excess > 0.0], _KNEE_SHARE))
    return replace(tone, linthresh=max(linthresh, _SMALLEST * (tone.high - tone.low)))


def _spline(
    x: Float[np.ndarray, " columns"], y: Float[np.ndarray, " rows"], levels: Float[np.ndarray, "rows columns"]
) -> "RectBivariateSpline":
    from scipy.interpolate import RectBivariateSpline

    return RectBivariateSpline(y, x, levels, kx=min(3, len(y) - 1), ky=min(3, len(x) - 1), s=0)


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
    levels: Float[np.ndarray, "rows columns"], columns: np.ndarray, rows: np.ndarray
) -> tuple[Float[np.ndarray, "ys xs"], Float[np.ndarray, "ys xs"]]:
    """The lowest and the highest corner of the cell where each pair lies."""
    corners = [levels[:-1, :-1], levels[:-1, 1:], levels[1:, :-1], levels[1:, 1:]]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    return low[rows][:, columns], high[rows][:, columns]


def _cells(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The cell in which each number lies."""
    return np.clip(np.searchsorted(places, at, side="right") - 1, 0, len(places) - 2)


def _nearest(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The place nearest to each number."""
    return np.searchsorted((places[:-1] + places[1:]) / 2, at)
