"""Lines cut into dashes."""

from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float


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
