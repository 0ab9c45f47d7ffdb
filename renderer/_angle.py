"""The angle between two arrows: an arc, and degrees in figures."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ravine.renderer._arrows import Place
from ravine.renderer._canvas import Canvas, Points, text_size
from ravine.renderer._frames import PixelBox
from ravine.renderer._theme import Theme

_FIGURES = 18.0
_ARC = 25.0
_SMALLEST_ARC = 12.0
"""The size of the figures and the radius of the arc, in units; the degrees from which on there is room for an
arc."""

_NEAREST, _FARTHEST = 42.0, 76.0
"""How far from the ball the middle of the figures may be, in units."""

_CLEAR = 32.0
"""How far the middle of the figures keeps from the arrows, in units."""


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
        """The corners of the ground under the figures, inside the view."""
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
        if distance <= _FARTHEST:
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
        """Draw the figures on a piece of ground."""
        canvas.polygon(canvas.pen(theme.frame, 0.8 * self._unit), self._chip, theme.ground)
        x, y = self._chip[:4].mean(0).tolist()
        at = (x, y + 0.36 * self._size)
        canvas.text(self.text, at, size=self._size, colour=theme.text, anchor="center", bold=True)
