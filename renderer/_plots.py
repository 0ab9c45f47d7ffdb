"""The plots of a scene: the chart in the view's place, and the small one on the panel."""

import numpy as np

from ravine.renderer._frames import PixelBox
from ravine.renderer._layout import Layout
from ravine.renderer._plot_panel import PlotPanel
from ravine.renderer._scene import Scene
from ravine.renderer._series import Series
from ravine.renderer._theme import THEMES

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
