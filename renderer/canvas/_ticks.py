"""Round places on an axis, and ticks with their labels along the sides of a box."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.ticker import MaxNLocator

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas._canvas import Canvas, text_size
from ravine.renderer.style import LossNorm, Theme

_BELOW = 0.003
"""The share of the range by which a grid's lowest loss may miss the minimum, often a round number."""


def linear_ticks(low: float, high: float, most: int) -> Float[np.ndarray, " ticks"]:
    """At most `most` + 1 round numbers from `low` to `high`."""
    places = np.asarray(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    slack = 1e-9 * (high - low)
    return places[(places >= low - slack) & (places <= high + slack)]


def decade_ticks(low: float, high: float, most: int) -> Float[np.ndarray, " ticks"]:
    """At most `most` powers of ten from `low` to `high`, evenly spaced in their exponents."""
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    stride = max(1, -(-(last - first + 1) // most))
    return 10.0 ** np.arange(-(-first // stride) * stride, last + 1, stride)


def label(value: float, *, digits: int = 6) -> str:
    """A number as a picture shows it, with a true minus sign."""
    return f"{value:.{digits}g}".replace("-", "\N{MINUS SIGN}")


def labels(values: Float[np.ndarray, " ticks"]) -> list[str]:
    """Numbers as an axis shows them, with as many digits as tell them apart."""
    step = float(np.diff(values).min()) if len(values) > 1 else 0.0
    numbers = np.where(np.abs(values) < 1e-9 * step, 0.0, values).tolist()
    written = ([label(number, digits=digits) for number in numbers] for digits in range(6, 18))
    return next((texts for texts in written if len(set(texts)) == len(texts)), list(map(label, numbers)))


def power_label(value: float) -> str:
    """A power of ten as an axis shows it."""
    return rf"$\mathdefault{{10^{{{round(np.log10(value))}}}}}$"


def apart(
    places: Sequence[tuple[float, str]], *, size: float, right: float, left: float = -math.inf
) -> Iterator[tuple[float, float, str]]:
    """Each place with the middle of its label, between `left` and `right`; none touches the one before."""
    end = -math.inf
    for place, text in places:
        width = text_size(text, size=size)[0]
        middle = max(min(place, right - width / 2), left + width / 2)
        if middle - width / 2 > end:
            end = middle + width / 2 + 0.5 * size
            yield place, middle, text


def norm_ticks(norm: LossNorm, *, below: float = _BELOW) -> list[tuple[float, str]]:
    """Levels with their losses: round losses, or powers of ten on a log scale.

    A round loss may lie `below` the lowest one by that part of their range.
    """
    if norm.linthresh is None or norm.high <= 0.0:
        places = linear_ticks(norm.low - below * (norm.high - norm.low), norm.high, most=4)
        texts = labels(places)
    else:
        low = max(norm.low + norm.linthresh, 1e-3 * (norm.high - norm.low), 1e-300)
        places = decade_ticks(low, norm.high, most=4)
        texts = [power_label(value) for value in places.tolist()]
    return list(zip(norm.level(places).tolist(), texts, strict=True))


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
        canvas: The canvas to paint on.
        box: Its lower edge is the axis.
        ticks: The column and the label of each.
        theme: The look.
        unit: The 720th part of the picture's height.
        left: The leftmost pixel of labels.
        right: The rightmost pixel of labels; just before the edge of the picture unless given.
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
        canvas: The canvas to paint on.
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
