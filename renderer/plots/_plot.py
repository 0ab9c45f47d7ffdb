"""A plot of series over the steps: small beside a view, or large in place of it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run
from ravine.renderer.canvas import Canvas, fit_text, union
from ravine.renderer.plots._lines import Axes, Lines, Shadows, Stroke, tick_width
from ravine.renderer.plots._series import Series
from ravine.renderer.style import Theme

_SMALL = Stroke(width=2.2, head=4.2, rings=0.0)
_LARGE = Stroke(width=3.4, head=7.5, rings=1.6)
_EDGE = 6.0
"""The reach of heads beyond the ends of the axes of a small plot, in units."""

_INSET = 15.0
"""Between the axes of a large plot and its first and last step, in units: heads do not touch labels."""


class PlotPanel:
    """Title, axes and lines; all is in its box but the labels of the steps, which stand below it.

    Attributes:
        animated: True if it moves at every frame.
        within: The box outside which nothing of it moves.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        series: Series,
        *,
        clock: str,
        box: PixelBox,
        theme: Theme,
        unit: float,
        large: bool = False,
        counts: Int[np.ndarray, " counts"] | None = None,
    ) -> None:
        self.animated = large
        self._series = series
        self._box = box
        self._theme = theme
        self._unit = unit
        left, top, right, bottom = box
        edge = round(_EDGE * unit)
        end = right - edge
        self.within = (left, top, right + edge, bottom + edge)
        labels = tick_width(series, many=large, unit=unit)
        self._axes = Axes(
            series,
            clock=clock,
            box=(min(round(left + labels + 12 * unit), end - 1), round(top + 30 * unit), end, bottom),
            theme=theme,
            unit=unit,
            inset=_INSET * unit if large else 0.0,
            many=large,
            counts=counts,
        )
        self._lines = Lines(
            [run.colour for run in runs],
            self._axes,
            stroke=_LARGE if large else _SMALL,
            within=self.within,
            theme=theme,
            unit=unit,
        )
        self._shadows = Shadows([run.colour for run in runs[: len(series.shadows)]], self._axes, unit=unit)

    @property
    def title(self) -> str:
        """The panel's title."""
        return self._series.title

    def paint(self, canvas: Canvas) -> None:
        """Paint title and axes."""
        left, top, right, _ = self._box
        size = 16 * self._unit
        title = fit_text(self.title, right - left, size=size)
        canvas.text(title, (left, top + 14 * self._unit), size=size, colour=self._theme.muted)
        self._axes.paint(canvas)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The box in which the lines change."""
        lines = self._lines.dirty_box(before, now)
        return union([lines, self._shadows.dirty_box(before, now)]) if self._shadows else lines

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines and their heads."""
        self._shadows.draw(canvas, moment)
        self._lines.draw(canvas, moment)
