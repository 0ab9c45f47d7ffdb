"""A grid of numbers between its points."""

import numpy as np
from jaxtyping import Float


def between(
    grid: Float[np.ndarray, "rows columns"],
    rows: Float[np.ndarray, " new_rows"],
    columns: Float[np.ndarray, " new_columns"],
) -> Float[np.ndarray, "new_rows new_columns"]:
    """The grid at places counted in rows and columns, by cubic splines through its numbers.

    Bands of a grid as coarse as 25 x 25 would show its squares otherwise.

    Reference: Catmull and Rom, "A class of local interpolating splines", 1974.
    """
    return _weights(grid.shape[0], rows) @ grid @ _weights(grid.shape[1], columns).T


def places(old: Float[np.ndarray, " old"], new: Float[np.ndarray, " new"]) -> Float[np.ndarray, " new"]:
    """Where new coordinates lie among the evenly spaced old ones, counted in these."""
    return np.clip((new - old[0]) / (old[-1] - old[0]), 0.0, 1.0) * (len(old) - 1)


def _weights(count: int, at: Float[np.ndarray, " places"]) -> Float[np.ndarray, "places count"]:
    first = np.clip(np.floor(at).astype(np.intp), 0, max(0, count - 2))
    t = at - first
    shares = (
        0.5 * (-t + 2 * t**2 - t**3),
        0.5 * (2 - 5 * t**2 + 3 * t**3),
        0.5 * (t + 4 * t**2 - 3 * t**3),
        0.5 * (t**3 - t**2),
    )
    # A point beyond either edge lies on the straight line through the two at it, which keeps planes plane.
    weights = np.zeros((len(at), count + 2))
    for offset, share in enumerate(shares):
        np.add.at(weights, (np.arange(len(at)), first + offset), share)
    inside = weights[:, 1:-1]
    inside[:, [0, 1]] += weights[:, :1] * np.array([2.0, -1.0])
    inside[:, [-1, -2]] += weights[:, -1:] * np.array([2.0, -1.0])
    return inside
