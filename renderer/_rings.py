"""Balls that share a place: each is larger than those drawn after it, so that none hides its rival."""

import numpy as np
from jaxtyping import Float

_RING = 0.42
_ALL_RINGS = 2.6
"""By what part of its radius a ball grows where it shares its place with one that is drawn after it, and at
most for all of them."""


def ring_share(balls: int, *, most: float = _ALL_RINGS) -> float:
    """By what part of its radius a ball grows for each one of so many that it shares its place with."""
    return min(_RING, most / max(1, balls - 1))


def largest_radius(radius: float, balls: int, *, most: float = _ALL_RINGS) -> float:
    """Of the outermost of so many balls in one place."""
    return radius * (1.0 + ring_share(balls, most=most) * max(0, balls - 1))


def ring_radii(
    heads: Float[np.ndarray, "balls 2"], radius: float, *, most: float = _ALL_RINGS
) -> list[float]:
    """The radius of each ball, in the order in which they are drawn; heads may be not a number."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.linalg.norm(heads[:, None] - heads[None], axis=-1)
        overlap = np.clip(1.0 - apart / (1.6 * radius), 0.0, 1.0)
    grown = np.triu(np.nan_to_num(overlap), 1).sum(1)
    return (radius * (1.0 + ring_share(len(heads), most=most) * grown)).tolist()
