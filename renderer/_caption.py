"""What must be said of a film without a header: on what its gradients are taken."""

import math

import numpy as np

from ravine.renderer._canvas import Canvas, fit_text, text_size
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._theme import Theme


class Caption:
    """A line of small print in the lower left corner of the view, or in the upper one above a graph."""

    quick = True

    def __init__(
        self, text: str, *, box: PixelBox, above: bool, turning: bool, theme: Theme, unit: float
    ) -> None:
        self._left, top, right, bottom = box
        self._size = 16 * unit
        self._bottom = top + math.ceil(2.2 * self._size) if above else bottom
        room = (0.6 if above else 1.0) * (right - self._left) - 2 * self._size
        self._text = fit_text(text, room, size=self._size)
        self._turning = turning
        self._theme = theme

    def paint(self, canvas: Canvas) -> None:
        """Write it, where the ground stays."""
        if not self._turning:
            self._write(canvas)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """The line, where it is written anew on every ground."""
        del before, now
        left, bottom = self._left, self._bottom
        if not self._turning:
            return left, bottom, left, bottom
        width = math.ceil(text_size(self._text, size=self._size)[0] + 1.5 * self._size)
        return left, bottom - math.ceil(2.2 * self._size), left + width, bottom

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Write it again on a ground that turns."""
        del moment
        if self._turning:
            self._write(canvas)

    def _write(self, canvas: Canvas) -> None:
        size, theme = self._size, self._theme
        width = text_size(self._text, size=size)[0]
        x, y = self._left + 0.6 * size, self._bottom - 0.7 * size
        across = np.array([[x, y - 0.35 * size], [x + width, y - 0.35 * size]])
        canvas.line(canvas.pen(theme.ground, 1.5 * size, alpha=0.8), across)
        canvas.text(self._text, (x, y), size=size, colour=theme.text)
