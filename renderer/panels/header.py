"""The header: title, subtitle, and the step counter in figures of one width."""

import math
from collections.abc import Callable

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, fit_text, in_two_lines, label, text_size
from ravine.renderer.layers import Context
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.style import Theme
from ravine.renderer.views import Geometry

_SMALLEST = 0.625
"""Of its full size, a title that is too long."""

_COUNTER = 0.42
"""The part of the header that the counter takes before it is set smaller."""


class Header:
    """Title, subtitle and the counter, which counts what `clock` says and shows the `count` at a step."""

    animated = False

    def __init__(
        self,
        title: str,
        subtitle: str,
        *,
        steps: int,
        box: PixelBox,
        theme: Theme,
        unit: float,
        clock: str = "step",
        count: Callable[[int], int] = int,
    ) -> None:
        self._title = title
        self._subtitle = subtitle
        self._clock = clock
        self._steps = steps
        self._count = count
        self._digits = len(str(count(steps)))
        self._box = box
        self._theme = theme
        self._unit = unit

    def paint(self, canvas: Canvas) -> None:
        """Paint the title; the subtitle follows it, or stands below it where there is no room."""
        left, _, right, bottom = self._box
        unit, theme = self._unit, self._theme
        baseline = bottom - 24 * unit
        room = right - left - self._counter_width() - 24 * unit
        wanted = max(1.0, text_size(self._title, size=32 * unit, bold=True)[0])
        size = 32.0 * unit * min(1.0, max(_SMALLEST, 0.98 * room / wanted))
        if text_size(self._title, size=size, bold=True)[0] > room and not self._subtitle:
            self._paint_two_lines(canvas, size, room)
            return
        title = fit_text(self._title, room, size=size, bold=True)
        used = text_size(title, size=size, bold=True)[0] + 14 * unit
        beside = text_size(self._subtitle, size=20 * unit)[0] <= room - used
        subtitle = "" if beside else fit_text(self._subtitle, room, size=16 * unit)
        below = subtitle not in ("", "…")
        title_at = (left, baseline - 14 * unit) if below else (left, baseline)
        *_, title_bottom = canvas.text(title, title_at, size=size, colour=theme.text, bold=True)
        if beside:
            canvas.text(self._subtitle, (left + used, baseline), size=20 * unit, colour=theme.muted)
        elif below:
            _, height, descent = text_size(subtitle, size=16 * unit)
            # A formula may stand as high as two lines.
            y = max(baseline + 11 * unit, title_bottom + 2 * unit + height - descent)
            canvas.text(subtitle, (left, y), size=16 * unit, colour=theme.muted)

    def _paint_two_lines(self, canvas: Canvas, size: float, room: float) -> None:
        left, _, _, bottom = self._box
        for row, line in enumerate(in_two_lines(self._title)):
            at = (left, bottom - (41 - 26 * row) * self._unit)
            cut = fit_text(line, room, size=size, bold=True)
            canvas.text(cut, at, size=size, colour=self._theme.text, bold=True)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The counter."""
        del before, now
        _, top, right, bottom = self._box
        reach = math.ceil(2 * self._unit)
        return math.floor(right - self._counter_width()) - reach, top, right + reach, bottom

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the counter, if there is anything to count."""
        if not self._steps:
            return
        _, _, right, bottom = self._box
        unit = self._unit
        canvas.text(
            self._counter(moment.step),
            (right, bottom - 24 * unit),
            size=self._counter_size(),
            colour=self._theme.text,
            anchor="right",
            mono=True,
        )

    def _counter(self, step: int) -> str:
        return f"{self._clock} {self._count(step):>{self._digits}}"

    def _counter_width(self) -> float:
        return text_size(self._counter(0), size=self._counter_size(), mono=True)[0]

    def _counter_size(self) -> float:
        """Smaller where a long word would leave too little to the title."""
        left, _, right, _ = self._box
        width = text_size(self._counter(0), size=23 * self._unit, mono=True)[0]
        share = _COUNTER * (right - left) / width if self._steps else 1.0
        return 23 * self._unit * min(1.0, max(16 / 23, share))


def _header(context: Context, box: PixelBox) -> Header:
    scene = context.scene
    return Header(
        scene.title or scene.background.title,
        scene.subtitle or _subtitle(scene, context.geometry),
        clock=scene.clock,
        count=scene.count,
        steps=scene.steps,
        box=box,
        theme=context.theme,
        unit=context.unit,
    )


def _subtitle(scene: Scene, geometry: Geometry) -> str:
    """The landscape's equation where it is alone, and where all runs start; nothing of it on a chart."""
    if geometry == "steps":
        return ""
    if not scene.runs:
        return f"${scene.background.equation}$"
    x, y = map(label, scene.background.start)
    return f"all start at x = {x}" if geometry == "graph" else f"all start at ({x}, {y})"


PANEL = PanelKind(slot="header", order=10, of=_header)
