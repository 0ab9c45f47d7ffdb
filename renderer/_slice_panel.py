"""The slice panel: the losses along each slice, and what their middle is on each."""

from collections.abc import Sequence

from ravine.renderer._canvas import Canvas
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._scene import Slice
from ravine.renderer._slice_chart import SliceChart, SliceCurve
from ravine.renderer._slices import letters, shades
from ravine.renderer._theme import Theme

_GAP = 36.0
"""Between two charts, in units."""

_LOWEST = 150.0
_FLATTEST = 0.5
"""The least height of a chart, in units and as a part of its width: slices share one that has no more."""


class SlicePanel:
    """The losses along each slice from letter to letter, in charts below each other or in one."""

    quick = False

    def __init__(self, slices: Sequence[Slice], *, box: PixelBox, theme: Theme, unit: float) -> None:
        left, top, right, bottom = box
        curves = [
            SliceCurve(names=names, colour=colour, losses=of.losses)
            for of, names, colour in zip(slices, letters(slices), shades(slices, theme), strict=True)
        ]
        gap = _GAP * unit
        height = (bottom - top + gap) / len(curves) - gap
        is_high = height >= max(_LOWEST * unit, _FLATTEST * (right - left))
        self._box = box
        self._charts = [SliceChart(curves, box=box, theme=theme, unit=unit)]
        if is_high:
            starts = [round(top + number * (height + gap)) for number in range(len(curves))]
            boxes = [(left, start, right, round(start + height)) for start in starts]
            self._charts = [
                SliceChart([curve], box=part, theme=theme, unit=unit)
                for curve, part in zip(curves, boxes, strict=True)
            ]

    def paint(self, canvas: Canvas) -> None:
        """Paint the charts, their axes in one line."""
        indent = max(chart.indent for chart in self._charts)
        for chart in self._charts:
            chart.paint(canvas, indent)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Nothing of it moves."""
        del before, now
        left, top, *_ = self._box
        return left, top, left, top

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Nothing of it moves."""
