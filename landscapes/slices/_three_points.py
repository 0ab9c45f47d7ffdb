"""The plane through three points."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from ravine.landscapes.networks._objective import Params
from ravine.landscapes.slices._vectors import Mask, flat, unflat

_SMALLEST_ANGLE = 1e-5
"""In radians: below this, float32 parameters do not tell a plane from a line."""


class ThreePoints(NamedTuple):
    """A plane with orthonormal directions, and where the three points lie on it.

    Attributes:
        origin: The first point.
        u: Towards the second point, of length 1.
        v: Orthogonal to `u`, towards the third point's side, of length 1.
        coordinates: Of the three points along `u` and `v`.
    """

    origin: Params
    u: Params
    v: Params
    coordinates: Float64[np.ndarray, "3 2"]


def through(w1: Params, w2: Params, w3: Params, mask: Mask) -> ThreePoints:
    """The plane through three points, as in Izmailov et al., 2018, section 3.

    Raises:
        ValueError: two of the points are the same, or all three lie on one line.
    """
    points = [flat(point, mask) for point in (w1, w2, w3)]
    _check_distinct(points)
    first, second, third = points
    length = np.linalg.norm(second - first)
    u = (second - first) / length
    along = (third - first) @ u
    beside = third - first - along * u
    height = np.linalg.norm(beside)
    if height <= _SMALLEST_ANGLE * np.linalg.norm(third - first):
        raise ValueError(
            "A plane needs three points that do not lie on one line; the third lies on the line through "
            "the first two, so take another point."
        )
    return ThreePoints(
        origin=w1,
        u=unflat(u, w1, mask),
        v=unflat(beside / height, w1, mask),
        coordinates=np.array([[0.0, 0.0], [length, 0.0], [along, height]]),
    )


def _check_distinct(points: list[Float64[np.ndarray, " size"]]) -> None:
    names = ("first", "second", "third")
    for one, other in ((0, 1), (0, 2), (1, 2)):
        if np.array_equal(points[one], points[other]):
            raise ValueError(
                f"A plane needs three distinct points; the {names[one]} and the {names[other]} are the same."
            )
