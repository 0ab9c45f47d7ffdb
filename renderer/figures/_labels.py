"""Words beside points, where they lie on nothing, and the legend in rows under the title."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from ravine.renderer.canvas import touch
from ravine.renderer.figures._sheet import Box, Sheet

_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_REACHES = (14.0, 26.0, 42.0, 62.0, 88.0)
"""The distances of a word from its point, in units, the nearest first."""

_FARTHER = 0.02
"""The cost of the next candidate, where a curve under a word costs 1 for every four pixels."""

_HEIGHT = 1.15
"""Of a line of text, in its size."""

_ROW, _LONG, _SHORT, _GAP, _APART = 25.0, 34.0, 12.0, 9.0, 28.0
_MOST_ROWS = 3
_NARROWEST = 3.0
"""A label is cut to this many letters at the least, in letters' heights."""


class Words:
    """The words on one pair of axes, each kept off those before it and, if it can be, off the curves.

    Args:
        sheet: The sheet to write on.
        axes: With their final limits.
        curves: Points that words should not hide, in the axes' own coordinates.
    """

    def __init__(self, sheet: Sheet, axes: Axes, *curves: Float[np.ndarray, "_ 2"]) -> None:
        self._sheet = sheet
        self._axes = axes
        self._curves = np.zeros((0, 2))
        for curve in curves:
            self.hide_nothing_of(curve)
        self._taken: list[Box] = []
        frame = axes.get_window_extent()
        self._frame: Box = (frame.x0, frame.y0, frame.x1, frame.y1)

    def hide_nothing_of(self, curve: Float[np.ndarray, "points 2"]) -> None:
        """Keep words off a curve, if it can be."""
        dense = _filled_in(self._pixels(curve))
        self._curves = np.concatenate([self._curves, dense[np.isfinite(dense).all(-1)]])

    def avoid(self, at: tuple[float, float], radius: float = 9.0) -> None:
        """Keep words off a marker."""
        (x, y), reach = self._pixels(np.array([at]))[0].tolist(), radius * self._sheet.unit
        self._taken.append((x - reach, y - reach, x + reach, y + reach))

    def put(
        self,
        text: str,
        *places: tuple[float, float],
        colour: str = "",
        bold: bool = False,
        size: float = 16.0,
        reach: float = _REACHES[-1],
    ) -> bool:
        """Write a word within `reach` units of one of the places; False where there is no room for it."""
        sheet = self._sheet
        text = sheet.fitted(text, 0.6 * (self._frame[2] - self._frame[0]), size=size, bold=bold)
        width, height = sheet.width(text, size=size, bold=bold), _HEIGHT * size * sheet.unit
        free = [
            (self._hidden(box) + _FARTHER * number, box, at, pixel)
            for at, pixel in zip(places, self._pixels(np.array(places)), strict=True)
            for number, box in enumerate(self._candidates(pixel, width, height, reach))
            if self._free(box)
        ]
        if not free:
            return False
        _, box, at, pixel = min(free, key=lambda choice: choice[0])
        self._taken.append(box)
        self._write(text, at, pixel, box, colour=colour, bold=bold, size=size)
        return True

    def _write(
        self,
        text: str,
        at: tuple[float, float],
        place: Float[np.ndarray, "2"],
        box: Box,
        *,
        colour: str,
        bold: bool,
        size: float,
    ) -> None:
        """Text at an offset in points, so that it stays beside its point at every resolution."""
        sheet = self._sheet
        middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
        offset = (middle - place) * 72.0 / sheet.figure.dpi
        written = self._axes.annotate(
            text,
            at,
            xytext=(float(offset[0]), float(offset[1])),
            textcoords="offset points",
            ha="center",
            va="center",
            zorder=8,
            annotation_clip=False,
            **sheet.letters(text, size=size, colour=colour, bold=bold),
        )
        halo = withStroke(linewidth=sheet.points(3.6), foreground=sheet.theme.ground, alpha=0.85)
        written.set_path_effects([halo])

    def _candidates(
        self, place: Float[np.ndarray, "2"], width: float, height: float, farthest: float
    ) -> Iterator[Box]:
        for reach in (reach for reach in _REACHES if reach <= farthest):
            for across, up in _DIRECTIONS:
                x = place[0] + across * (0.7 * reach * self._sheet.unit + width / 2)
                y = place[1] + up * (0.7 * reach * self._sheet.unit + height / 2)
                yield x - width / 2, y - height / 2, x + width / 2, y + height / 2

    def _free(self, box: Box) -> bool:
        left, low, right, high = self._frame
        gap = 4.0 * self._sheet.unit
        inside = (
            box[0] >= left + gap and box[2] <= right - gap and box[1] >= low + gap and box[3] <= high - gap
        )
        wide = (box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap)
        return inside and not any(touch(wide, other) for other in self._taken)

    def _hidden(self, box: Box) -> float:
        """The length of the curves under a box."""
        x, y = self._curves.T
        under = (box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])
        return float(under.sum())

    def _pixels(self, points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "points 2"]:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.asarray(self._axes.transData.transform(points))


def _filled_in(points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "dense 2"]:
    """A line's points, and those between them, about four pixels apart."""
    if len(points) < 2:
        return points
    real = points[np.isfinite(points).all(-1)]
    lengths = (
        np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(real, axis=0), axis=-1))] if len(real) else np.zeros(0)
    )
    if not len(real) or lengths[-1] == 0.0:
        return real
    places = np.linspace(0.0, lengths[-1], int(min(5000, lengths[-1] / 4.0)) + 2)
    return np.stack([np.interp(places, lengths, real[:, k]) for k in range(2)], axis=-1)


class Entry(NamedTuple):
    """A sample of a curve, and what it is."""

    label: str
    colour: str
    style: Literal["-", "--", ":", "dot", "ring", "fade", "faint"] = "-"


def add_legend(sheet: Sheet, entries: Sequence[Entry]) -> None:
    """Write the entries under what is on the sheet already; `sheet.top` moves down."""
    if not entries:
        return
    left, top, right, _ = sheet.body
    labels = _cut(sheet, entries, right - left)
    for row, (x, entry, label) in _flowed(sheet, entries, labels, right - left):
        middle = top + (row + 0.5) * _ROW * sheet.unit
        draw_sample(sheet, entry, (left + x, middle))
        sheet.text(label, (left + x + _indent(sheet, entry), middle + 6 * sheet.unit), size=17)
    rows = _rows(sheet, entries, labels, right - left)
    sheet.top = top + (rows * _ROW + 8) * sheet.unit


def draw_sample(sheet: Sheet, entry: Entry, at: tuple[float, float]) -> None:
    """A short line or a dot; `at` is its left end."""
    x, y = at
    end = x + _indent(sheet, entry) - _GAP * sheet.unit
    line = np.array([[x, y], [end, y]])
    middle = line.mean(0, keepdims=True)
    if entry.style == "dot":
        sheet.line(middle, colour=entry.colour, style="", marker="o")
    elif entry.style == "ring":
        sheet.line(middle, colour=entry.colour, style="", marker="o", face=sheet.theme.ground)
    elif entry.style == "fade":
        cuts = np.linspace(x, end, 9)
        for start, stop, alpha in zip(cuts, cuts[1:], np.linspace(1.0, 0.2, 8), strict=False):
            piece = np.array([[start, y], [stop, y]])
            sheet.line(piece, colour=entry.colour, width=3.0, alpha=float(alpha))
    elif entry.style == "faint":
        sheet.line(line, colour=entry.colour, width=3.0, alpha=0.35)
    else:
        sheet.line(line, colour=entry.colour, width=3.0, style=entry.style)


def _indent(sheet: Sheet, entry: Entry) -> float:
    """From the left of a sample to its label, in pixels."""
    return ((_SHORT if entry.style in ("dot", "ring") else _LONG) + _GAP) * sheet.unit


def _flowed(
    sheet: Sheet, entries: Sequence[Entry], labels: Sequence[str], room: float
) -> list[tuple[int, tuple[float, Entry, str]]]:
    """The row of each entry, and how far from the left it begins."""
    placed, row, x = [], 0, 0.0
    for entry, label in zip(entries, labels, strict=True):
        width = _indent(sheet, entry) + sheet.width(label, size=17)
        if x and x + width > room:
            row, x = row + 1, 0.0
        placed.append((row, (x, entry, label)))
        x += width + _APART * sheet.unit
    return placed


def _rows(sheet: Sheet, entries: Sequence[Entry], labels: Sequence[str], room: float) -> int:
    return _flowed(sheet, entries, labels, room)[-1][0] + 1


def _cut(sheet: Sheet, entries: Sequence[Entry], room: float) -> list[str]:
    """The labels, the longest ones cut until all are in a few rows."""
    labels = [entry.label for entry in entries]
    widest = room - (_LONG + _GAP) * sheet.unit
    cut = [sheet.fitted(label, widest, size=17) for label in labels]
    while _rows(sheet, entries, cut, room) > _MOST_ROWS and widest > _NARROWEST * 17 * sheet.unit:
        widest *= 0.9
        cut = [sheet.fitted(label, widest, size=17) for label in labels]
    return cut
