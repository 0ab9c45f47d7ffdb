"""A legend over the view, as films had it before the standings."""

from collections.abc import Sequence

import numpy as np

from ravine.renderer._canvas import Canvas, text_size
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._scene import Run
from ravine.renderer._theme import Theme


class Legend:
    """An opaque box at the top right with a line, a ball and a name a run."""

    quick = True

    def __init__(self, runs: Sequence[Run], *, box: PixelBox, theme: Theme, unit: float) -> None:
        self._rows = [(run.label, run.colour) for run in runs]
        self._theme = theme
        self._unit = unit
        self._size = 18 * unit
        self._pitch = 26 * unit
        width = max(text_size(label, size=self._size)[0] for label, _ in self._rows) + 66 * unit
        left, top = round(box[2] - width - 12 * unit), round(box[1] + 12 * unit)
        bottom = round(top + self._pitch * len(self._rows) + 14 * unit)
        self._box = (left, top, round(box[2] - 12 * unit), bottom)

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it lies under the runs."""

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """All of it: runs pass below."""
        del before, now
        left, top, right, bottom = self._box
        return left - 1, top - 1, right + 1, bottom + 1

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw it over what is there."""
        del moment
        left, top, right, bottom = self._box
        unit, theme = self._unit, self._theme
        frame = canvas.pen(theme.frame, unit)
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
        canvas.polygon(frame, corners.astype(float), theme.ground)
        for row, (label, colour) in enumerate(self._rows):
            y = top + 7 * unit + (row + 0.5) * self._pitch
            line = np.array([[left + 10 * unit, y], [left + 44 * unit, y]])
            canvas.line(canvas.pen(colour, 3.0 * unit), line)
            canvas.disc(frame, (left + 27 * unit, y), 5.5 * unit, colour)
            canvas.text(label, (left + 54 * unit, y + 6.5 * unit), size=self._size, colour=theme.text)
