"""Ticks and their labels along the sides of a box, as every plot and view has them."""

import math
from collections.abc import Sequence

import numpy as np

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas._canvas import Canvas
from ravine.renderer.canvas._ticks import apart
from ravine.renderer.style import Theme

TEXT = 16.0
"""The size of labels in units, the 720th part of a picture's height."""

_TICK, _BELOW, _MIDDLE = 4.0, 22.0, 6.0
"""The length of a tick, and from an axis or a place on it down to the baseline of its label, in units."""


def paint_ticks_below(
    canvas: Canvas,
    box: PixelBox,
    ticks: Sequence[tuple[float, str]],
    *,
    theme: Theme,
    unit: float,
    left: float = -math.inf,
    right: float | None = None,
) -> None:
    """Paint ticks and labels below a box; a label that would touch the one before is left out.

    Args:
        canvas: What is painted on.
        box: Its lower edge is the axis.
        ticks: The column and the label of each.
        theme: The look.
        unit: The 720th part of the picture's height.
        left: Where labels begin at the earliest.
        right: Where they end at the latest; just before the edge of the picture unless given.
    """
    *_, bottom = box
    pen = canvas.pen(theme.frame, unit)
    end = canvas.size[0] - _TICK * unit if right is None else right
    for x, middle, text in apart(ticks, size=TEXT * unit, left=left, right=end):
        canvas.line(pen, np.array([[x, bottom], [x, bottom + _TICK * unit]]))
        at = (middle, bottom + _BELOW * unit)
        canvas.text(text, at, size=TEXT * unit, colour=theme.muted, anchor="center")


def paint_ticks_left(
    canvas: Canvas,
    left: float,
    ticks: Sequence[tuple[float, str]],
    *,
    theme: Theme,
    unit: float,
    gap: float = 9.0,
) -> None:
    """Paint ticks and labels left of an axis.

    Args:
        canvas: What is painted on.
        left: The column of the axis.
        ticks: The row and the label of each.
        theme: The look.
        unit: The 720th part of the picture's height.
        gap: Between the axis and its labels, in units.
    """
    pen = canvas.pen(theme.frame, unit)
    for y, text in ticks:
        canvas.line(pen, np.array([[left - _TICK * unit, y], [left, y]]))
        at = (left - gap * unit, y + _MIDDLE * unit)
        canvas.text(text, at, size=TEXT * unit, colour=theme.muted, anchor="right")
