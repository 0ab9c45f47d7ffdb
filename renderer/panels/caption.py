"""The caption: small print on the view of a film without a header."""

import math

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, fit_text, text_size
from ravine.renderer.layers import Context
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.style import Theme
from ravine.renderer.views import Geometry


class Caption:
    """A line of small print in the lower left corner of the view, or in the upper one above a graph."""

    animated = True

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
        """Write it, where the background stays."""
        if not self._turning:
            self._write(canvas)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The line's box, where it is redrawn on every background."""
        del before, now
        left, bottom = self._left, self._bottom
        if not self._turning:
            return left, bottom, left, bottom
        width = math.ceil(text_size(self._text, size=self._size)[0] + 1.5 * self._size)
        return left, bottom - math.ceil(2.2 * self._size), left + width, bottom

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Write it again on a background that turns."""
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


def _caption(context: Context, box: PixelBox) -> Caption | None:
    """The subtitle, which the header has where there is one."""
    if context.layout.header:
        return None
    return Caption(
        context.scene.subtitle,
        box=box,
        above=context.geometry == "graph",
        turning=context.view.turning,
        theme=context.theme,
        unit=context.unit,
    )


def _shows(scene: Scene, geometry: Geometry) -> bool:
    return bool(scene.subtitle) and geometry != "steps"


PANEL = PanelKind(slot="view", order=20, of=_caption, shows=_shows)
