"""The plot panel: the loss, or another series, over the steps beside the view."""

import numpy as np

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.layers import Context
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.plots import PlotPanel, series_of
from ravine.renderer.views import Geometry


def _plot(context: Context, box: PixelBox) -> PlotPanel:
    """The scene's plot, or the loss; beside a chart, which has the plot, the loss."""
    scene = context.scene
    plot = None if context.geometry == "steps" else scene.plot
    return PlotPanel(
        scene.runs,
        series_of(scene, plot, floor=context.view.lowest),
        clock=scene.clock,
        counts=scene.counts,
        box=box,
        theme=context.theme,
        unit=context.unit,
    )


def _shows(scene: Scene, geometry: Geometry) -> bool:
    """Whether anything is left to plot: a chart may be of the loss, or the loss never change."""
    if geometry != "steps":
        return bool(scene.runs)
    losses = np.concatenate([run.losses[np.isfinite(run.losses)] for run in scene.runs] or [np.zeros(0)])
    charted = scene.plot is None or scene.plot.name == "loss"
    return not charted and bool(losses.size and losses.max() > losses.min())


PANEL = PanelKind(slot="losses", order=50, of=_plot, shows=_shows)
