"""A legend over the view, as films had it before the standings."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run, Scene
from ravine.renderer.canvas import Canvas, clip_box, fit_text, text_size
from ravine.renderer.layers import Context
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.style import THEMES, Layout, Theme
from ravine.renderer.views import Geometry


class Legend:
    """An opaque box at the top right with a line, a ball and a name a run."""

    animated = True

    def __init__(self, runs: Sequence[Run], *, box: PixelBox, theme: Theme, unit: float) -> None:
        self._theme = theme
        self._unit = unit
        self._size = 18 * unit
        self._pitch = 26 * unit
        room = 0.6 * (box[2] - box[0]) - 66 * unit
        fitting = max(1, int((box[3] - box[1] - 38 * unit) / self._pitch))
        self._rows = [(fit_text(run.label, room, size=self._size), run.colour) for run in runs[:fitting]]
        width = max(text_size(label, size=self._size)[0] for label, _ in self._rows) + 66 * unit
        right, top = round(box[2] - 12 * unit), round(box[1] + 12 * unit)
        height = self._pitch * len(self._rows) + 14 * unit
        self._box = clip_box((right - width, top, right, top + height), box)

    @property
    def box(self) -> PixelBox:
        """The box that it covers."""
        return self._box

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it lies below the runs."""

    @cached_property
    def _strip(self) -> Canvas:
        """The legend, drawn once, aside."""
        left, top, right, bottom = self._box
        unit, theme = self._unit, self._theme
        width, height = max(1, right - left), max(1, bottom - top)
        strip = Canvas((width, height), theme.ground)
        frame = strip.pen(theme.frame, unit)
        edge = 0.5 * unit
        corners = [[edge, edge], [width - edge, edge], [width - edge, height - edge], [edge, height - edge]]
        strip.polygon(frame, np.array([*corners, corners[0]]), theme.ground)
        for row, (label, colour) in enumerate(self._rows):
            y = 7 * unit + (row + 0.5) * self._pitch
            line = np.array([[10 * unit, y], [44 * unit, y]])
            strip.line(strip.pen(colour, 3.0 * unit), line)
            strip.disc(frame, (27 * unit, y), 5.5 * unit, colour)
            strip.text(label, (54 * unit, y + 6.5 * unit), size=self._size, colour=theme.text)
        return strip

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """All of it: runs pass below."""
        del before, now
        return self._box

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Copy it over what is there."""
        del moment
        left, top, right, bottom = self._box
        canvas.pixels[top:bottom, left:right] = self._strip.pixels[: bottom - top, : right - left]


def _legend(context: Context, box: PixelBox) -> Legend:
    return Legend(context.scene.runs, box=box, theme=context.theme, unit=context.unit)


def _shows(scene: Scene, geometry: Geometry | None = None) -> bool:
    del geometry
    return scene.panels == "legend" and bool(scene.runs)


def _covers(scene: Scene, layout: Layout) -> PixelBox | None:
    if not _shows(scene):
        return None
    return Legend(scene.runs, box=layout.view, theme=THEMES[scene.theme], unit=layout.unit).box


PANEL = PanelKind(slot="view", order=60, of=_legend, shows=_shows, covers=_covers)
