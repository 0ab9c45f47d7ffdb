"""Lines that draw themselves over the steps, their heads marked, and the dotted shadows beside them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer.canvas import Canvas, around, dashed, largest_radius, ring_radii, ring_share
from ravine.renderer.plots._axes import Axes
from ravine.renderer.style import Theme

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
