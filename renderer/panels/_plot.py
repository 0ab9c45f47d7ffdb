"""Plots of series over the steps: the small one beside a view, and the chart in place of it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Run, Scene
from ravine.renderer.canvas import Canvas, fit_text, union
from ravine.renderer.layers import Moment
from ravine.renderer.panels._axes import Axes, tick_width
from ravine.renderer.panels._lines import Lines, Shadows, Stroke
from ravine.renderer.panels._series import Series
from ravine.renderer.style import THEMES, Layout, Theme

_SMALL = Stroke(width=2.2, head=4.2, rings=0.0)
_LARGE = Stroke(width=3.4, head=7.5, rings=1.6)
_EDGE = 6.0
"""What heads reach beyond the ends of the axes of a small plot, in units."""

_INSET = 15.0
"""Between the axes of a large plot and its first and last step, in units: heads do not touch labels."""


class PlotPanel:
    """Title, axes and lines; all is in its box but the labels of the steps, which stand below it."""

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
        self.quick = large
        self._series = series
        self._box = box
        self._theme = theme
        self._unit = unit
        left, top, right, bottom = box
        edge = round(_EDGE * unit)
        end = right - edge
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
            within=(left, top, right + edge, bottom + edge),
            theme=theme,
            unit=unit,
        )
        self._shadows = Shadows([run.colour for run in runs[: len(series.shadows)]], self._axes, unit=unit)

    @property
    def title(self) -> str:
        """What the panel shows."""
        return self._series.title

    def paint(self, canvas: Canvas) -> None:
        """Paint title and axes."""
        left, top, right, _ = self._box
        size = 16 * self._unit
        title = fit_text(self.title, right - left, size=size)
        canvas.text(title, (left, top + 14 * self._unit), size=size, colour=self._theme.muted)
        self._axes.paint(canvas)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """What of the lines changes."""
        lines = self._lines.touched(before, now)
        return union([lines, self._shadows.touched(before, now)]) if self._shadows else lines

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines and their heads."""
        self._shadows.draw(canvas, moment)
        self._lines.draw(canvas, moment)


_PAD = 16.0
"""Between the labels of a chart and the edge of a picture without panels, in units."""

_LEAST = 0.6
"""The part of its width that a chart keeps beside a legend; otherwise it stands below it."""


def chart(scene: Scene, layout: Layout, legend: PixelBox | None) -> PlotPanel:
    """The scene's plot, the loss unless it has one; clear of the box of a legend."""
    series = Series.of_plot(scene.runs, scene.plot) if scene.plot else _losses(scene, None)
    unit = layout.unit
    left, top, right, bottom = layout.view
    if layout.header is None:
        # The view is all of the picture: the labels are on it too.
        pad = round(_PAD * unit)
        left, top, right, bottom = left + pad, top + pad, right - pad, bottom - 2 * pad
    if legend:
        if legend[0] - left > _LEAST * (right - left):
            right = legend[0]
        else:
            top = min(legend[3], (top + bottom) // 2)
    box = (left, top, right, bottom)
    return PlotPanel(
        scene.runs,
        series,
        clock=scene.clock,
        counts=scene.counts,
        box=box,
        theme=THEMES[scene.theme],
        unit=unit,
        large=True,
    )


def panel(scene: Scene, box: PixelBox, *, floor: float | None, unit: float) -> PlotPanel:
    """The scene's plot beside the view, or the loss; beside a chart, the loss.

    `floor` is the lowest loss on the view, if there is a view.
    """
    other = scene.plot if scene.view != "chart" else None
    series = Series.of_plot(scene.runs, other) if other else _losses(scene, floor)
    return PlotPanel(
        scene.runs,
        series,
        clock=scene.clock,
        counts=scene.counts,
        box=box,
        theme=THEMES[scene.theme],
        unit=unit,
    )


def has_panel(scene: Scene) -> bool:
    """Whether anything is left to plot on the panel: a chart may be of the loss, or the loss never change."""
    if scene.view != "chart":
        return True
    losses = np.concatenate([run.losses[np.isfinite(run.losses)] for run in scene.runs] or [np.zeros(0)])
    charted = scene.plot is None or scene.plot.name == "loss"
    return not charted and bool(losses.size and losses.max() > losses.min())


def _losses(scene: Scene, floor: float | None) -> Series:
    return Series.of_losses(scene.runs, lowest=scene.ground.lowest, floor=floor)
