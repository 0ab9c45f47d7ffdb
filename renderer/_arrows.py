"""Arrows: shapes in pixels, whose heads keep their size."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._canvas import Canvas
from ravine.renderer._theme import Theme

Place = Float[np.ndarray, "2"]

_HEAD, _HALF_HEAD, _HALF_SHAFT = 15.0, 6.6, 1.8
"""The length of a head, half its width, and half that of a shaft, in units."""

_MOST_HEAD = 0.7
"""A head takes at most this part of its arrow: a short arrow is a small one."""

_SHORTEST = 3.0
_FARTHEST = 1e5
"""In units: a shorter arrow cannot be seen, and one that is longer need not be drawn to its end."""

_HALO = 2.6
"""How far the halo of an arrow with a full head reaches beyond its outline, in units."""

_ALIKE = np.radians(20.0)
_TOGETHER = 8.0
_ASIDE = 3.2
"""Arrows stand aside from each other where their directions, in radians, and their tails, in units, are
closer than this; by so many units where they are the same."""


class Arrow(NamedTuple):
    """An arrow on the picture.

    Attributes:
        outline: Closed, in pixels.
        colour: As a hex string.
        halo: How far its halo reaches beyond the outline, in pixels.
    """

    outline: Float[np.ndarray, "8 2"]
    colour: str
    halo: float

    @classmethod
    def of(cls, tail: Place, tip: Place, colour: str, *, unit: float, size: float = 1.0) -> "Arrow | None":
        """An arrow in pixels, or nothing where it is too short or no number; `size` is its head's."""
        with np.errstate(over="ignore", invalid="ignore"):
            way = tip - tail
            length = float(np.hypot(*way))
        if not (np.isfinite(tail).all() and _SHORTEST * unit <= length < np.inf):
            return None
        along = way / length
        across = np.array([-along[1], along[0]])
        length = min(length, _FARTHEST * unit)
        head = min(size * _HEAD * unit, _MOST_HEAD * length)
        wide = head * _HALF_HEAD / _HEAD
        thin = min(size * _HALF_SHAFT * unit, 0.45 * wide)
        corners = [(0.0, thin), (length - head, thin), (length - head, wide), (length, 0.0)]
        corners += [(forth, -aside) for forth, aside in corners[2::-1]]
        places = np.array([*corners, corners[0]])
        outline = tail + places[:, :1] * along + places[:, 1:] * across
        return cls(outline, colour, _HALO * head / _HEAD)

    def draw(self, canvas: Canvas, theme: Theme, unit: float) -> None:
        """Fill it on its halo, which makes it seen on every ground."""
        if theme.halo_alpha:
            canvas.line(canvas.pen(theme.halo, 2.0 * self.halo, alpha=theme.halo_alpha), self.outline)
        canvas.polygon(canvas.pen(self.colour, 0.4 * unit), self.outline, self.colour)


def side_by_side(
    tails: Float[np.ndarray, "arrows 2"], tips: Float[np.ndarray, "arrows 2"], unit: float
) -> Float[np.ndarray, "arrows 2"]:
    """By how much each arrow stands aside, so that none hides another that goes the same way."""
    ways = tips - tails
    lengths = np.hypot(*ways.T)[:, None]
    along = ways / np.where(lengths > 0.0, lengths, 1.0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    turn = across @ along.T
    angle = np.arctan2(np.abs(turn), along @ along.T)
    apart = np.linalg.norm(tails[:, None] - tails[None], axis=-1)
    close = np.clip(1.0 - angle / _ALIKE, 0.0, 1.0) * np.clip(1.0 - apart / (_TOGETHER * unit), 0.0, 1.0)
    first = np.arange(len(ways))[:, None] < np.arange(len(ways))
    side = np.where(np.abs(turn) > 1e-9, np.sign(turn), np.where(first, 1.0, -1.0))
    np.fill_diagonal(side, 0.0)
    return -_ASIDE * unit * (side * close).sum(1)[:, None] * across


def spaced(places: Float[np.ndarray, "places 2"], apart: float) -> list[int]:
    """Places in their order that lie at least so far from all chosen before them."""
    chosen: list[int] = []
    for index in np.flatnonzero(np.isfinite(places).all(-1)).tolist():
        ways = places[chosen] - places[index]
        if not chosen or np.hypot(*ways.T).min() >= apart:
            chosen.append(index)
    return chosen


def angle_between(one: Sequence[float], two: Sequence[float]) -> float | None:
    """In degrees from 0 to 180; nothing where a direction has no length or is no number."""
    a, b = np.asarray(one, dtype=float), np.asarray(two, dtype=float)
    lengths = np.hypot(*a), np.hypot(*b)
    if not all(0.0 < length < np.inf for length in lengths):
        return None
    a, b = a / lengths[0], b / lengths[1]
    return float(np.degrees(np.arctan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b)))
