"""Shadows: dotted lines that draw themselves beside those of a plot."""

from collections.abc import Sequence

import numpy as np

from ravine.renderer._axes import Axes
from ravine.renderer._canvas import Canvas
from ravine.renderer._dashes import dashed
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._lines import pieces, until
from ravine.renderer._sight import around

_WIDTH, _DOT, _SPACE = 1.5, 1.6, 3.0
"""Of a dotted line, its dots and what is between them, in units."""


class Shadows:
    """A dotted line a run up to the moment, between the axes of the plot."""

    def __init__(self, colours: Sequence[str], axes: Axes, *, unit: float) -> None:
        self._colours = tuple(colours)
        self._points = [axes.shadow(run) for run in range(len(colours))]
        self._box = axes.box
        self._unit = unit

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._colours)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around what the lines grew by."""
        parts = [line[max(0, before.step - 1) : now.step + 2] for line in self._points]
        numbers = [part[np.isfinite(part).all(-1)] for part in parts]
        return around(numbers, 2.0 * _WIDTH * self._unit, self._box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines."""
        unit = self._unit
        with canvas.clipped(self._box):
            for line, colour in zip(self._points, self._colours, strict=True):
                pen = canvas.pen(colour, _WIDTH * unit)
                for piece in pieces(until(line, moment)):
                    starts = np.arange(len(piece)) == 0
                    canvas.lines(pen, *dashed(piece, starts, dash=_DOT * unit, space=_SPACE * unit))
