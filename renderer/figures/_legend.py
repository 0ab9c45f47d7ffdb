"""A legend in rows between title and panels: it never lies on a curve."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ravine.renderer.figures._sheet import Sheet

_ROW, _LONG, _SHORT, _GAP, _APART = 25.0, 34.0, 12.0, 9.0, 28.0
_MOST_ROWS = 3
_NARROWEST = 3.0
"""A label is cut to this many letters at the least, in letters' heights."""


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
