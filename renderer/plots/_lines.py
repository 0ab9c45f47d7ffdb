"""Axes over the steps, and lines that draw themselves between them with heads and dotted shadows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer.canvas import (
    TEXT,
    Canvas,
    around,
    dashed,
    decade_ticks,
    label,
    labels,
    largest_radius,
    linear_ticks,
    paint_ticks_below,
    paint_ticks_left,
    power_label,
    ring_radii,
    ring_share,
    text_size,
)
from ravine.renderer.plots._series import Series
from ravine.renderer.style import Theme

_EDGE = 4.0
"""The margin at the edge of the picture, in units."""


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
        """Map counts of steps to pixels from left to right."""
        left, _, right, _ = self.box
        return left + self._inset + counts / self._counts[-1] * (right - left - 2 * self._inset)

    def rows(self, values: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Map values to pixels from top to bottom."""
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


Line = Float[np.ndarray, "steps+1 2"]
Points = Float[np.ndarray, "points 2"]

_SMOOTH = 4.0
_THINNEST = 0.45
"""A line longer than so many times the width of the axes is thinner, down to this part of its width."""

_RIM, _RIM_OF_RING = 0.22, 0.4
"""The width of a head's rim at most, as parts of its radius and of what it grows by where others share its
place."""


class Stroke(NamedTuple):
    """The style of lines, in units.

    Attributes:
        width: Of a smooth line.
        head: The radius of its head.
        rings: The most growth of a head where others share its place, as a share of its radius.
    """

    width: float
    head: float
    rings: float


class Lines:
    """A line a run up to the moment.

    The longest lies lowest, so that a line that jumps hides none that is smooth. A line has a gap where there
    is no number, and its head stays at the last one. Nothing is drawn but `within` a box.
    """

    def __init__(
        self,
        colours: Sequence[str],
        axes: Axes,
        *,
        stroke: Stroke,
        within: PixelBox,
        theme: Theme,
        unit: float,
    ) -> None:
        self._theme = theme
        self._stroke = stroke
        self._unit = unit
        left, _, right, _ = axes.box
        points = [axes.points(run) for run in range(len(colours))]
        turns = [_length(line) / max(1, right - left) for line in points]
        order = sorted(range(len(colours)), key=lambda run: -turns[run])
        self._points = [points[run] for run in order]
        self._colours = [colours[run] for run in order]
        self._widths = [
            stroke.width * unit * min(1.0, max(_THINNEST, (_SMOOTH / max(turns[run], 1e-9)) ** 0.4))
            for run in order
        ]
        self._reach = largest_radius(stroke.head * unit, len(colours), most=stroke.rings) + 2.0 * unit
        self._box = within

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Around the heads at both moments and what is between them."""
        parts = [_heads(self._points, before), _heads(self._points, now)]
        parts += [line[max(0, before.step - 1) : now.step + 2] for line in self._points]
        return around([part[np.isfinite(part).all(-1)] for part in parts], self._reach, self._box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines and their heads."""
        with canvas.clipped(self._box):
            for line, colour, width in zip(self._points, self._colours, self._widths, strict=True):
                for piece in pieces(until(line, moment)):
                    canvas.line(canvas.pen(colour, width), piece)
            self._draw_heads(canvas, _heads(self._points, moment))

    def _draw_heads(self, canvas: Canvas, heads: Points) -> None:
        head, rings = self._stroke.head * self._unit, self._stroke.rings
        share = ring_share(len(heads), most=rings) if rings else 1.0
        rim = canvas.pen(self._theme.rim, head * min(_RIM, _RIM_OF_RING * share))
        radii = ring_radii(heads, head, most=rings)
        for (x, y), radius, colour in zip(heads.tolist(), radii, self._colours, strict=True):
            if np.isfinite(y):
                canvas.disc(rim, (x, y), radius, colour)


def until(line: Line, moment: Moment) -> Points:
    """The line up to the moment, which may be between two steps."""
    step, part = moment.step, moment.position - moment.step
    shown = line[: step + 1]
    if part and step + 1 < len(line):
        shown = np.vstack([shown, (1.0 - part) * line[step] + part * line[step + 1]])
    return shown


def pieces(line: Points) -> Iterator[Points]:
    """Yield the pieces of a line between its gaps."""
    gaps = np.flatnonzero(~np.isfinite(line[:, 1]))
    for piece in np.split(line, gaps):
        numbers = piece[np.isfinite(piece[:, 1])]
        if len(numbers) > 1:
            yield numbers


def _heads(lines: Sequence[Line], moment: Moment) -> Float[np.ndarray, "lines 2"]:
    """The last number of each line, where it has one."""
    heads = np.full((len(lines), 2), np.nan)
    for head, line in zip(heads, lines, strict=True):
        numbers = until(line, moment)
        numbers = numbers[np.isfinite(numbers[:, 1])]
        head[:] = numbers[-1] if len(numbers) else np.nan
    return heads


def _length(line: Line) -> float:
    """In pixels, over gaps too."""
    numbers = line[np.isfinite(line[:, 1])]
    return float(np.linalg.norm(np.diff(numbers, axis=0), axis=-1).sum())


_WIDTH, _DOT, _SPACE = 1.5, 1.6, 3.0
"""Of a dotted line, its dots and what is between them, in units."""


class Shadows:
    """A dotted line a run up to the moment, between the axes of the plot."""

    def __init__(self, colours: Sequence[str], axes: Axes, *, unit: float) -> None:
        self._colours = tuple(colours)
        self._points = [axes.shadow(run) for run in range(len(colours))]
        self._box = axes.box
        self._unit = unit

    def __bool__(self) -> bool:
        """Tell whether there are any lines."""
        return bool(self._colours)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Around what the lines grew by."""
        parts = [line[max(0, before.step - 1) : now.step + 2] for line in self._points]
        numbers = [part[np.isfinite(part).all(-1)] for part in parts]
        return around(numbers, 2.0 * _WIDTH * self._unit, self._box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the lines."""
        unit = self._unit
        with canvas.clipped(self._box):
            for line, colour in zip(self._points, self._colours, strict=True):
                pen = canvas.pen(colour, _WIDTH * unit)
                for piece in pieces(until(line, moment)):
                    starts = np.arange(len(piece)) == 0
                    canvas.lines(pen, *dashed(piece, starts, dash=_DOT * unit, space=_SPACE * unit))
