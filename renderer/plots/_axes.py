"""The axes of a plot over the steps."""

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas import (
    TEXT,
    Canvas,
    decade_ticks,
    label,
    labels,
    linear_ticks,
    paint_ticks_below,
    paint_ticks_left,
    power_label,
    text_size,
)
from ravine.renderer.plots._series import Series
from ravine.renderer.style import Theme

_EDGE = 4.0
"""What is free at the edge of the picture, in units."""


class Axes:
    """Steps to the right and values upward: few labels, or `many` and faint lines across.

    Steps stand where their `counts` do. The first and the last step and value stand `inset` pixels from the
    ends of the axes.

    Attributes:
        box: Between the axes, in pixels.
    """

    def __init__(
        self,
        series: Series,
        *,
        clock: str,
        box: PixelBox,
        theme: Theme,
        unit: float,
        inset: float = 0.0,
        many: bool = False,
        counts: Int[np.ndarray, " counts"] | None = None,
    ) -> None:
        self.box = box
        self._series = series
        self._clock = clock
        self._theme = theme
        self._unit = unit
        self._inset = inset
        self._many = many
        self._counts = np.arange(series.steps + 1.0) if counts is None else counts.astype(float)

    def paint(self, canvas: Canvas) -> None:
        """Paint axes, ticks and labels."""
        left, top, right, bottom = self.box
        unit, theme = self._unit, self._theme
        pen = canvas.pen(theme.frame, unit)
        faint = canvas.pen(theme.frame, 0.8 * unit, alpha=0.4)
        ticks = value_ticks(self._series, many=self._many)
        rows = self.rows(np.array([value for value, _ in ticks])).tolist()
        for y in rows if self._many else ():
            if y < bottom - unit:
                canvas.line(faint, np.array([[left, y], [right, y]]))
        beside = list(zip(rows, (text for _, text in ticks), strict=True))
        paint_ticks_left(canvas, left, beside, theme=theme, unit=unit, gap=8.0)
        canvas.line(pen, np.array([[left, top], [left, bottom], [right, bottom]], dtype=float))
        self._paint_steps(canvas)

    def _paint_steps(self, canvas: Canvas) -> None:
        left, _, right, _ = self.box
        unit = self._unit
        most = max(4, min(8, round((right - left) / (120 * unit))))
        ticks = linear_ticks(0.0, float(self._counts[-1]), most=most)
        whole = ticks[ticks == np.round(ticks)]
        named = [label(value) if value else f"{self._clock} 0" for value in whole.tolist()]
        below = list(zip(self.columns(whole).tolist(), named, strict=True))
        ends = {"left": _EDGE * unit, "right": right + 6 * unit}
        paint_ticks_below(canvas, self.box, below, theme=self._theme, unit=unit, **ends)

    def columns(self, counts: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Where counts of steps stand from left to right."""
        left, _, right, _ = self.box
        return left + self._inset + counts / self._counts[-1] * (right - left - 2 * self._inset)

    def rows(self, values: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Where values stand from top to bottom."""
        _, top, _, bottom = self.box
        return bottom - self._inset - self._series.share(values) * (bottom - top - 2 * self._inset)

    def points(self, run: int) -> Float[np.ndarray, "steps+1 2"]:
        """The values of a run on the picture, not a number where it has none."""
        return self._placed(self._series.values[run])

    def shadow(self, run: int) -> Float[np.ndarray, "steps+1 2"]:
        """The shadow of a run on the picture, as `points`."""
        return self._placed(self._series.shadows[run])

    def _placed(self, values: Float[np.ndarray, " steps+1"]) -> Float[np.ndarray, "steps+1 2"]:
        return np.stack([self.columns(self._counts[: len(values)]), self.rows(values)], axis=-1)


def value_ticks(series: Series, *, many: bool) -> list[tuple[float, str]]:
    """Round values with their labels."""
    if series.log:
        decades = decade_ticks(series.low, series.high, most=7 if many else 5)
        return [(value, power_label(value)) for value in decades.tolist()]
    ticks = linear_ticks(series.low, series.high, most=6 if many else 4)
    return list(zip(ticks.tolist(), labels(ticks), strict=True))


def tick_width(series: Series, *, many: bool, unit: float) -> float:
    """The width of the widest label left of the axes."""
    texts = [text for _, text in value_ticks(series, many=many)]
    return max((text_size(text, size=TEXT * unit)[0] for text in texts), default=0.0)
