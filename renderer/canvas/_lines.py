"""Lines on a grid: places along an axis, contour lines, and lines cut into dashes."""

from itertools import pairwise
from typing import cast

import numpy as np
from contourpy import LineType, contour_generator
from jaxtyping import Bool, Float


def middles(bounds: tuple[float, float], count: int) -> Float[np.ndarray, " count"]:
    """The middles of `count` equal cells between the bounds."""
    low, high = bounds
    return low + (np.arange(count) + 0.5) / count * (high - low)


def edges(bounds: tuple[float, float], count: int) -> Float[np.ndarray, " count"]:
    """`count` places from one bound to the other."""
    return np.linspace(*bounds, count)


class Isolines:
    """The lines of a grid of heights over `xs` and `ys`, level by level."""

    def __init__(
        self,
        xs: Float[np.ndarray, " columns"],
        ys: Float[np.ndarray, " rows"],
        heights: Float[np.ndarray, "rows columns"],
    ) -> None:
        self._generator = contour_generator(xs, ys, heights, line_type=LineType.Separate)

    def at(self, level: float) -> tuple[Float[np.ndarray, "points 2"], Bool[np.ndarray, " points"]]:
        """All lines at a level, one after the other, and the first point of each."""
        lines = cast("list[np.ndarray]", self._generator.lines(level))
        starts = [np.arange(len(line)) == 0 for line in lines]
        nothing = np.zeros((0, 2))
        return np.concatenate([nothing, *lines]), np.concatenate([nothing[:, 0] > 0, *starts])


def dashed(
    points: Float[np.ndarray, "points 2"],
    starts: Bool[np.ndarray, " points"],
    *,
    dash: float,
    space: float,
) -> tuple[Float[np.ndarray, "dashes 2"], Bool[np.ndarray, " dashes"]]:
    """Dashes of `dash` pixels, `space` pixels apart, along several lines, each of which begins with one.

    `starts` marks the first point of each line, as it does of each dash in what is returned.
    """
    edges = [*np.flatnonzero(starts).tolist(), len(points)]
    cut = [_dashed(points[a:b], dash, space) for a, b in pairwise(edges) if b - a > 1]
    nothing = np.zeros((0, 2)), np.zeros(0, dtype=bool)
    places, firsts = zip(nothing, *cut, strict=True)
    return np.concatenate(places), np.concatenate(firsts)


def _dashed(
    line: Float[np.ndarray, "points 2"], dash: float, space: float
) -> tuple[Float[np.ndarray, "dashes 2"], Bool[np.ndarray, " dashes"]]:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    firsts = np.arange(0.0, along[-1], dash + space)
    lasts = np.minimum(firsts + dash, along[-1])
    inner = along[1:-1]
    inner = inner[np.mod(inner, dash + space) < dash]
    at = np.concatenate([firsts, lasts, inner])
    order = np.argsort(at, kind="stable")
    places = np.stack([np.interp(at[order], along, line[:, k]) for k in range(2)], axis=-1)
    return places, (order < len(firsts))
