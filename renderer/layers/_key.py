"""The key of what is drawn on the view: names, in a corner where no run goes."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run
from ravine.renderer.canvas import Canvas, Points, text_size
from ravine.renderer.style import Theme
from ravine.renderer.views import KeyEntry, LandscapeView

_SIZE, _PITCH, _SAMPLE = 17.0, 26.0, 34.0
_EDGE, _PAD = 12.0, 9.0
"""Between the key and the frame of the view, and between its own frame and what is in it, in units."""

_MOST = 0.5
"""A key that is wider or higher than this part of the view is left out."""


class Key:
    """A sample and a name for each entry, where the runs leave most room."""

    animated = True

    def __init__(
        self,
        entries: Sequence[KeyEntry],
        runs: Sequence[Run],
        *,
        view: LandscapeView,
        legend: bool,
        theme: Theme,
        unit: float,
    ) -> None:
        """The key of what is drawn about these runs; with a `legend` the corner at the top right is taken."""
        self._entries = tuple(entries)
        self._runs = tuple(runs)
        self._view = view
        self._legend = legend
        self._theme = theme
        self._unit = unit

    @cached_property
    def box(self) -> PixelBox | None:
        """Find a box for the key, if there is room for it."""
        left, top, right, bottom = self._view.box
        edge = _EDGE * self._unit
        width, height = self._size
        if width > _MOST * (right - left) or height > _MOST * (bottom - top):
            return None
        lefts, tops = (right - edge - width, left + edge), (top + edge, bottom - edge - height)
        corners = [(x, y) for x in lefts for y in tops][int(self._legend) :]
        used = self._used
        x, y = min(corners, key=lambda at: _inside(used, at, (width, height)))
        return round(x), round(y), round(x + width), round(y + height)

    @property
    def _size(self) -> tuple[float, float]:
        unit = self._unit
        widest = max(text_size(entry.name, size=_SIZE * unit)[0] for entry in self._entries)
        width = widest + (2.0 * _PAD + _SAMPLE + 10.0) * unit
        return width, (2.0 * _PAD + _PITCH * len(self._entries) - 4.0) * unit

    @property
    def _used(self) -> Points:
        """Places along the runs and their arrows."""
        ways = [run.points for run in self._runs]
        share = np.linspace(0.0, 1.0, 6)[:, None, None]
        with np.errstate(over="ignore", invalid="ignore"):
            ways += [v.tails + v.arrows for run in self._runs for v in run.vectors if not v.unit]
            between = [(way[:-1] + share * np.diff(way, axis=0)).reshape(-1, 2) for way in ways]
            return self._view.place(np.concatenate([np.zeros((0, 2)), *between]), 0.0).points

    def paint(self, canvas: Canvas) -> None:
        """Paint it, where the background stays."""
        if not self._view.turning:
            self._write(canvas)

    def _write(self, canvas: Canvas) -> None:
        if self.box is None:
            return
        left, top, right, bottom = self.box
        theme, unit = self._theme, self._unit
        corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
        canvas.polygon(canvas.pen(theme.frame, unit), np.array(corners, dtype=float), theme.ground)
        for row, entry in enumerate(self._entries):
            x, y = left + _PAD * unit, top + (_PAD - 2.0 + (row + 0.5) * _PITCH) * unit
            ends = np.array([[x, y], [x + _SAMPLE * unit, y]])
            entry.draw(canvas, ends, entry.colour, theme, unit)
            at = (x + (_SAMPLE + 10.0) * unit, y + 0.36 * _SIZE * unit)
            canvas.text(entry.name, at, size=_SIZE * unit, colour=theme.text)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Nothing of it moves."""
        del before, now
        left, top, *_ = self._view.box
        return left, top, left, top

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Paint it again on a background that turns."""
        del moment
        if self._view.turning:
            self._write(canvas)


def _inside(points: Points, at: tuple[float, float], size: tuple[float, float]) -> int:
    """Count the points in a box."""
    with np.errstate(invalid="ignore"):
        return int(((points >= at) & (points <= np.add(at, size))).all(-1).sum())
