"""Shapes in pixels: arrows whose heads keep their size, the angle between two, and rings in one place."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas._canvas import Canvas, Points, text_size
from ravine.renderer.style import Theme

Place = Float[np.ndarray, "2"]

_HEAD, _HALF_HEAD, _HALF_SHAFT = 15.0, 6.6, 1.8
"""The length of a head, half its width, and half that of a shaft, in units."""

_MOST_HEAD = 0.7
"""A head takes at most this part of its arrow: a short arrow is a small one."""

_SHORTEST = 3.0
_FARTHEST = 1e5
"""In units: a shorter arrow cannot be seen, and one that is longer need not be drawn to its end."""

_HALO = 2.6
"""The reach of the halo of an arrow with a full head beyond its outline, in units."""

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
        halo: The reach of its halo beyond the outline, in pixels.
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
        """Fill it on its halo, which makes it seen on every background."""
        if theme.halo_alpha:
            canvas.line(canvas.pen(theme.halo, 2.0 * self.halo, alpha=theme.halo_alpha), self.outline)
        canvas.polygon(canvas.pen(self.colour, 0.4 * unit), self.outline, self.colour)


def side_by_side(
    tails: Float[np.ndarray, "arrows 2"], tips: Float[np.ndarray, "arrows 2"], unit: float
) -> Float[np.ndarray, "arrows 2"]:
    """Return the offset of each arrow, so that none hides another that goes the same way."""
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


_FIGURES = 18.0
_ARC = 25.0
_SMALLEST_ARC = 12.0
"""The size of the figures and the radius of the arc, in units; the degrees from which on there is room for an
arc."""

_NEAREST, _FARTHEST_ANGLE = 42.0, 76.0
"""The least and the greatest distance of the angle's number from the ball, in units."""

_CLEAR = 32.0
"""The least distance of the angle's number from the arrows, in units."""


class Angle:
    """The angle between two arrows with a common tail.

    The figures stand between the arrows where there is room for them, and else beside both of them, on the
    side where the trail is not.

    Attributes:
        text: The figures.
    """

    def __init__(
        self, tail: Place, ways: Sequence[Place], *, degrees: float, trail: Points, box: PixelBox, unit: float
    ) -> None:
        """The angle of arrows that go `ways` from `tail`, which came along `trail`; all in pixels."""
        first, second = (float(np.arctan2(y, x)) for x, y in ways)
        self._tail = tail
        self._first = first
        self._turn = (second - first + np.pi) % (2.0 * np.pi) - np.pi
        self._trail = trail
        self._box = box
        self._unit = unit
        self._size = _FIGURES * unit
        self.text = f"{degrees:.0f}°"

    @cached_property
    def _chip(self) -> Points:
        """The corners of the background under the figures, inside the view."""
        width = text_size(self.text, size=self._size, bold=True)[0]
        half = np.array([width / 2 + 5 * self._unit, 13 * self._unit])
        low, high = np.array(self._box[:2]) + half, np.array(self._box[2:]) - half
        centre = np.clip(self._tail + self._unit * self._away, low, np.maximum(low, high))
        return centre + half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])

    @property
    def _away(self) -> Place:
        """From the ball to the middle of the figures, in units."""
        middle = self._first + self._turn / 2.0
        along = np.array([np.cos(middle), np.sin(middle)])
        distance = _CLEAR / max(abs(np.sin(self._turn / 2.0)), 1e-9)
        if distance <= _FARTHEST_ANGLE:
            return max(distance, _NEAREST) * along
        across = np.array([-along[1], along[0]])
        came = self._trail[np.isfinite(self._trail).all(-1)] - self._tail
        side = float((came @ across).sum()) if len(came) else 0.0
        # Neither side has the trail: the upper one then.
        return _NEAREST * (-np.sign(side) or -np.sign(across[1]) or 1.0) * across

    @cached_property
    def _arc(self) -> Points:
        turns = self._first + self._turn * np.linspace(0.0, 1.0, 25)
        return self._tail + _ARC * self._unit * np.stack([np.cos(turns), np.sin(turns)], axis=-1)

    @property
    def corners(self) -> Points:
        """Points around all of it."""
        return np.concatenate([self._chip, self._arc])

    def draw_arc(self, canvas: Canvas, theme: Theme) -> None:
        """Draw the arc, where there is room for one."""
        if abs(np.degrees(self._turn)) < _SMALLEST_ARC:
            return
        if theme.halo_alpha:
            canvas.line(canvas.pen(theme.halo, 4.6 * self._unit, alpha=theme.halo_alpha), self._arc)
        canvas.line(canvas.pen(theme.text, 1.8 * self._unit), self._arc)

    def draw_figures(self, canvas: Canvas, theme: Theme) -> None:
        """Draw the figures on a piece of background."""
        canvas.polygon(canvas.pen(theme.frame, 0.8 * self._unit), self._chip, theme.ground)
        x, y = self._chip[:4].mean(0).tolist()
        at = (x, y + 0.36 * self._size)
        canvas.text(self.text, at, size=self._size, colour=theme.text, anchor="center", bold=True)


_RING = 0.42
_ALL_RINGS = 2.6
"""The growth of a ball for each other ball in its place, and the most for all of them, as shares of its
radius."""


def ring_share(balls: int, *, most: float = _ALL_RINGS) -> float:
    """Return by what share of its radius a ball grows for each of the other `balls` - 1 in its place."""
    return min(_RING, most / max(1, balls - 1))


def largest_radius(radius: float, balls: int, *, most: float = _ALL_RINGS) -> float:
    """Return the radius of the outermost of `balls` balls in one place."""
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
