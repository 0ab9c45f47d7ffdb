"""Series: lines over the steps that draw themselves on a chart."""

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer.canvas import Canvas
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.plots import PlotPanel
from ravine.renderer.views import ChartView


class SeriesLines:
    """A line a run between the axes of a chart, whose axes its view has painted."""

    animated = True

    def __init__(self, plot: PlotPanel) -> None:
        self._plot = plot

    @classmethod
    def of(cls, context: Context) -> "SeriesLines | None":
        """The lines of a chart."""
        return cls(context.view.plot) if isinstance(context.view, ChartView) else None

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it stands still."""

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The box in which the lines change."""
        return self._plot.dirty_box(before, now)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines and their heads."""
        self._plot.draw(canvas, moment)


LAYER = LayerKind(on=("steps",), zorder=70, of=SeriesLines.of)
