"""The slice panel: the losses along each slice, and what their middle is on each."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Scene, Slice
from ravine.renderer.canvas import Canvas, labels, linear_ticks, paint_ticks_left, text_size
from ravine.renderer.layers import Context, draw_letter, letters, shades
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.style import Theme
from ravine.renderer.views import Geometry

_TEXT, _WORD = 16.0, 18.0
_INSET = 22.0
"""From the edges of a chart to its curves, so that there is room for letters, in units."""

_CLEAR = 7.0
"""Between a word and the curve, in units."""


class SliceCurve(NamedTuple):
    """The losses along a slice, from one letter to the other."""

    names: tuple[str, str]
    colour: str
    losses: Float[np.ndarray, " places"]

    @property
    def middle(self) -> float:
        """The loss halfway."""
        return float(np.interp((len(self.losses) - 1) / 2, np.arange(len(self.losses)), self.losses))

    @property
    def critical(self) -> Literal["minimum", "maximum", ""]:
        """The kind of extremum at the middle of the slice, if it is one."""
        extent = float(np.ptp(self.losses))
        if not np.isfinite(self.losses).all() or extent == 0.0:
            return ""
        if self.middle <= self.losses.min() + 1e-9 * extent:
            return "minimum"
        return "maximum" if self.middle >= self.losses.max() - 1e-9 * extent else ""


class SliceChart:
    """Losses over places from letter to letter, with a dot in the middle that says what it is."""

    def __init__(self, curves: Sequence[SliceCurve], *, box: PixelBox, theme: Theme, unit: float) -> None:
        self._curves = tuple(curves)
        self._outer = box
        self._theme = theme
        self._unit = unit
        self._top = round(box[1] + 30 * unit)
        inset = _INSET * unit
        self._range = _padded(_range_of(curves), inset / max(1.0, box[3] - self._top - 2 * inset))
        ticks = linear_ticks(*self._range, most=4)
        self._ticks = list(zip(ticks.tolist(), labels(ticks), strict=True))

    @property
    def indent(self) -> float:
        """The width of its labels left of the axes, in pixels."""
        widths = (text_size(text, size=_TEXT * self._unit)[0] for _, text in self._ticks)
        return max(widths, default=0.0) + 12 * self._unit

    @property
    def title(self) -> str:
        """The panel's title."""
        return "loss from " + " and ".join(f"{a} to {b}" for a, b in (curve.names for curve in self._curves))

    def paint(self, canvas: Canvas, indent: float) -> None:
        """Paint axes, curves, letters and words; the axes stand `indent` pixels from the left."""
        left = round(self._outer[0] + indent)
        self._paint_axes(canvas, left)
        for curve in self._curves:
            self._paint_curve(canvas, curve, self._points(curve, left))
        for curve in self._curves:
            self._paint_middle(canvas, curve, self._points(curve, left))

    def _paint_axes(self, canvas: Canvas, left: int) -> None:
        _, _, right, bottom = self._outer
        unit, muted, size = self._unit, self._theme.muted, _TEXT * self._unit
        at = self._outer[0], self._outer[1] + 14 * unit
        canvas.text(self.title, at, size=size, colour=muted)
        axes = np.array([[left, self._top], [left, bottom], [right, bottom]], dtype=float)
        canvas.line(canvas.pen(self._theme.frame, unit), axes)
        ticks = [(float(self._rows(np.array([value]))[0]), text) for value, text in self._ticks]
        paint_ticks_left(canvas, left, ticks, theme=self._theme, unit=unit, gap=8.0)

    def _paint_curve(self, canvas: Canvas, curve: SliceCurve, points: Float[np.ndarray, "places 2"]) -> None:
        real = points[np.isfinite(points).all(-1)]
        if not len(real):
            return
        canvas.line(canvas.pen(curve.colour, 3.0 * self._unit), real)
        for name, (x, y) in zip(curve.names, (real[0], real[-1]), strict=True):
            at = float(x), float(y)
            draw_letter(canvas, name, at, colour=curve.colour, theme=self._theme, unit=self._unit)

    def _paint_middle(self, canvas: Canvas, curve: SliceCurve, points: Float[np.ndarray, "places 2"]) -> None:
        unit, theme = self._unit, self._theme
        if not np.isfinite(curve.middle):
            return
        x, y = float(points[:, 0].mean()), float(self._rows(np.array([curve.middle]))[0])
        canvas.disc(canvas.pen(theme.star_edge, 1.6 * unit), (x, y), 5.0 * unit, theme.star)
        if curve.critical:
            width, height, descent = text_size(curve.critical, size=_WORD * unit)
            beside = np.abs(points[:, 0] - x) <= width / 2 + _CLEAR * unit
            rows = np.append(points[beside, 1], y)
            # Inside the bowl, where the curve of another slice is not.
            above, below = rows.min() - (_CLEAR + 4.0) * unit, rows.max() + (_CLEAR + 4.0) * unit
            baseline = above - descent if curve.critical == "minimum" else below + height - descent
            at = x, float(baseline)
            canvas.text(curve.critical, at, size=_WORD * unit, colour=theme.text, anchor="center")

    def _points(self, curve: SliceCurve, left: int) -> Float[np.ndarray, "places 2"]:
        inset = _INSET * self._unit
        columns = np.linspace(left + inset, self._outer[2] - inset, len(curve.losses))
        return np.stack([columns, self._rows(curve.losses)], axis=-1)

    def _rows(self, losses: Float[np.ndarray, " places"]) -> Float[np.ndarray, " places"]:
        low, high = self._range
        bottom = self._outer[3]
        return bottom - (losses - low) / (high - low) * (bottom - self._top)


def _range_of(curves: Sequence[SliceCurve]) -> tuple[float, float]:
    losses = np.concatenate([curve.losses for curve in curves])
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _padded(bounds: tuple[float, float], share: float) -> tuple[float, float]:
    low, high = bounds
    return low - share * (high - low), high + share * (high - low)


_GAP = 36.0
"""Between two charts, in units."""

_LOWEST = 150.0
_FLATTEST = 0.5
"""The least height of a chart, in units and as a part of its width: slices share one that has no more."""


class SlicePanel:
    """The losses along each slice from letter to letter, in charts below each other or in one."""

    animated = False

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

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Nothing of it moves."""
        del before, now
        left, top, *_ = self._box
        return left, top, left, top

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Nothing of it moves."""


def _slices(context: Context, box: PixelBox) -> SlicePanel:
    return SlicePanel(context.scene.background.slices, box=box, theme=context.theme, unit=context.unit)


def _shows(scene: Scene, geometry: Geometry) -> bool:
    del geometry
    return bool(scene.background.slices)


PANEL = PanelKind(slot="losses", order=40, of=_slices, shows=_shows)
