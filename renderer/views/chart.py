"""The chart view: series over the steps, in place of the landscape."""

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas
from ravine.renderer.plots import PlotPanel, series_of
from ravine.renderer.views._view import Place, ViewKind

_PAD = 16.0
"""Between the labels of a chart and the edge of a picture without panels, in units."""

_LEAST = 0.6
"""The part of its width that a chart keeps beside a legend; otherwise it stands below it."""


class ChartView:
    """Axes over the steps.

    Attributes:
        plot: What is drawn between them.
    """

    turning = False
    lowest = None

    def __init__(self, plot: PlotPanel) -> None:
        self.plot = plot

    @property
    def box(self) -> PixelBox:
        """What lines and their heads stay within."""
        return self.plot.within

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint title and axes."""
        del share
        self.plot.paint(canvas)


def _open(scene: Scene, place: Place) -> ChartView:
    """The chart of the scene's plot, the loss unless it has one; clear of what is on the picture."""
    left, top, right, bottom = place.box
    if place.padded:
        pad = round(_PAD * place.unit)
        left, top, right, bottom = left + pad, top + pad, right - pad, bottom - 2 * pad
    if place.covered:
        if place.covered[0] - left > _LEAST * (right - left):
            right = place.covered[0]
        else:
            top = min(place.covered[3], (top + bottom) // 2)
    plot = PlotPanel(
        scene.runs,
        series_of(scene, scene.plot),
        clock=scene.clock,
        counts=scene.counts,
        box=(left, top, right, bottom),
        theme=place.theme,
        unit=place.unit,
        large=True,
    )
    return ChartView(plot)


VIEW = ViewKind(
    about="`plot` over the steps",
    geometry="steps",
    open=_open,
)
