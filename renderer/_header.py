"""The header: what is shown, and the step counter in figures of one width."""

import math

from ravine.renderer._canvas import Canvas, fit_text, text_size
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._theme import Theme


class Header:
    """Title, subtitle and the counter of steps."""

    quick = False

    def __init__(
        self, title: str, subtitle: str, *, steps: int, box: PixelBox, theme: Theme, unit: float
    ) -> None:
        self._title = title
        self._subtitle = subtitle
        self._steps = steps
        self._digits = len(str(steps))
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
        size = 32.0 * unit * min(1.0, max(0.625, 0.98 * room / wanted))
        title = fit_text(self._title, room, size=size, bold=True)
        used = text_size(title, size=size, bold=True)[0] + 14 * unit
        beside = text_size(self._subtitle, size=20 * unit)[0] <= room - used
        below = not beside and text_size(self._subtitle, size=16 * unit)[0] <= room
        title_at = (left, baseline - 14 * unit) if below else (left, baseline)
        canvas.text(title, title_at, size=size, colour=theme.text, bold=True)
        if beside:
            canvas.text(self._subtitle, (left + used, baseline), size=20 * unit, colour=theme.muted)
        elif below:
            at = (left, baseline + 11 * unit)
            canvas.text(self._subtitle, at, size=16 * unit, colour=theme.muted)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
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
            size=23 * unit,
            colour=self._theme.text,
            anchor="right",
            mono=True,
        )

    def _counter(self, step: int) -> str:
        return f"step {step:>{self._digits}}"

    def _counter_width(self) -> float:
        return text_size(self._counter(0), size=23 * self._unit, mono=True)[0]
