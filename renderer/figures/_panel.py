"""A panel: axes in a box, with a title over them and words below."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._sheet import Box, Sheet

HEAD, FOOT, ROW = 30.0, 29.0, 23.0
"""Heights in units: of the title, of the labels below the axes, and of each row of words below those."""

_STUB = 12.0
"""Below axes without labels, in units."""

_PAD = 8.0
"""Above the labels below the axes, in units: the lowest label left of them reaches down there."""

_CLEAR = 9.0
"""Between the axes and the labels left of them, in units."""

_PITCH = 44.0
"""Between labels left of the axes, in units."""


def add_panel(
    sheet: Sheet,
    box: Box,
    x: Axis,
    y: Axis,
    *,
    title: str,
    x_label: str = "",
    names: Sequence[tuple[float, str]] = (),
    indent: float | None = None,
    boxed: bool = False,
    labelled: bool = True,
) -> Axes:
    """Add axes with ticks inside a box.

    Args:
        sheet: The sheet to draw on.
        box: For everything: title, labels and words.
        x: The horizontal axis.
        y: The vertical one.
        title: The vertical quantity, written over the axes.
        x_label: The horizontal one.
        names: Words below places on the horizontal axis.
        indent: The distance of the axes from the left of the box, in pixels; as far as their labels need
            where this is None.
        boxed: Draw a frame all around the axes.
        labelled: Write labels and words below the axes; not where a panel below has the same.
    """
    unit = sheet.unit
    left, top, right, bottom = box
    inner_left = left + (indent_of(sheet, box, y) if indent is None else indent)
    ticks = x_ticks(sheet, x, max(1.0, right - inner_left))
    inner_right = max(inner_left + 8 * unit, right - _overhang(sheet, x, ticks, right - inner_left))
    rows = rows_below(sheet, inner_right - inner_left, x, x_label, names)
    foot = (FOOT + ROW * rows if labelled else _STUB) * unit
    inner_top = top + HEAD * unit
    inner_bottom = max(bottom - foot, inner_top + 8 * unit)
    axes = sheet.axes((inner_left, inner_top, inner_right, inner_bottom))
    _style(sheet, axes, x, y, boxed=boxed)
    _label(sheet, axes, ticks, y.ticks(most_ticks(sheet, inner_bottom - inner_top)))
    axes.tick_params(labelbottom=labelled)
    sheet.text(sheet.fitted(title, right - left, size=17), (left, top + 18 * unit), size=17)
    if labelled:
        _write_below(sheet, (inner_left, inner_bottom, inner_right), x, x_label, names, rows)
    return axes


def rows_below(sheet: Sheet, width: float, x: Axis, x_label: str, names: Sequence[tuple[float, str]]) -> int:
    """Count the rows of words below the labels of a horizontal axis of a width in pixels."""
    if not (names and x_label):
        return 1 if names or x_label else 0
    half = sheet.width(x_label, size=17) / 2 + 16 * sheet.unit
    for place, name in names:
        own = sheet.width(name, size=17, bold=True) / 2
        middle = min(max(x.share(place) * width, own), width - own)
        if abs(middle - width / 2) < half + own:
            return 2
    return 1


def stack(sheet: Sheet, box: Box, weights: Sequence[float], *, rows: int) -> list[Box]:
    """Boxes for panels above each other, of which the last has the labels and so many `rows` of words."""
    left, top, right, bottom = box
    unit = sheet.unit
    feet = [*([_STUB] * (len(weights) - 1)), FOOT + ROW * rows]
    room = max(0.0, bottom - top - sum(HEAD + foot for foot in feet) * unit)
    boxes = []
    for weight, foot in zip(weights, feet, strict=True):
        end = top + room * weight / sum(weights) + (HEAD + foot) * unit
        boxes.append((left, top, right, end))
        top = end
    return boxes


def split(box: Box, shares: Sequence[float], *, gap: float) -> list[Box]:
    """Boxes beside each other, `gap` pixels apart."""
    left, top, right, bottom = box
    room = right - left - gap * (len(shares) - 1)
    boxes = []
    for share in shares:
        end = left + room * share / sum(shares)
        boxes.append((left, top, end, bottom))
        left = end + gap
    return boxes


def indent_of(sheet: Sheet, box: Box, *axes: Axis) -> float:
    """Measure the room that labels left of panels of this height need, in pixels."""
    height = max(1.0, box[3] - box[1] - (HEAD + FOOT + ROW) * sheet.unit)
    texts = [text for axis in axes for _, text in axis.ticks(most_ticks(sheet, height))]
    return max((sheet.width(text) for text in texts), default=0.0) + _CLEAR * sheet.unit


def most_ticks(sheet: Sheet, height: float) -> int:
    """Count the labels that there is room for above each other."""
    return max(1, min(6, int(height / (_PITCH * sheet.unit))))


def x_ticks(sheet: Sheet, axis: Axis, width: float) -> list[tuple[float, str]]:
    """Places below the axes whose labels are well apart."""
    for most in range(8, 1, -1):
        ticks = axis.ticks(most)
        if _apart(sheet, axis, ticks, width):
            return ticks
    return axis.ticks(1)[:1]


def _apart(sheet: Sheet, axis: Axis, ticks: Sequence[tuple[float, str]], width: float) -> bool:
    spans = [_span(sheet, axis, tick, width) for tick in ticks]
    return all(end + 14 * sheet.unit < start for (_, end), (start, _) in pairwise(spans))


def _span(sheet: Sheet, axis: Axis, tick: tuple[float, str], width: float) -> tuple[float, float]:
    """From where to where a label reaches, from the left of axes of a width."""
    middle, half = axis.share(tick[0]) * width, sheet.width(tick[1]) / 2
    return middle - half, middle + half


def _overhang(sheet: Sheet, axis: Axis, ticks: Sequence[tuple[float, str]], width: float) -> float:
    """Measure how far the last label reaches beyond the axes, at least a little."""
    ends = [_span(sheet, axis, tick, width)[1] - width for tick in ticks]
    return max([4.0 * sheet.unit, *ends])


def _style(sheet: Sheet, axes: Axes, x: Axis, y: Axis, *, boxed: bool) -> None:
    axes.set_axis_on()
    axes.set_facecolor("none")
    axes.set_xscale("log" if x.log else "linear")
    axes.set_yscale("log" if y.log else "linear")
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    axes.autoscale(enable=False)
    for side, spine in axes.spines.items():
        spine.set_visible(boxed or side in ("left", "bottom"))
        spine.set_color(sheet.theme.frame)
        spine.set_linewidth(sheet.points(1.2))


def _label(sheet: Sheet, axes: Axes, x: Sequence[tuple[float, str]], y: Sequence[tuple[float, str]]) -> None:
    for axis, ticks in ((axes.xaxis, x), (axes.yaxis, y)):
        axis.set_ticks([place for place, _ in ticks], labels=[text for _, text in ticks])
        axis.set_ticks([], minor=True)
        axis.set_tick_params(
            labelsize=sheet.points(16),
            labelcolor=sheet.theme.muted,
            color=sheet.theme.frame,
            length=sheet.points(4),
            width=sheet.points(1.2),
            pad=sheet.points(_PAD if axis is axes.xaxis else 4),
        )


def _write_below(
    sheet: Sheet,
    inner: tuple[float, float, float],
    x: Axis,
    label: str,
    names: Sequence[tuple[float, str]],
    rows: int,
) -> None:
    """Names below their places, kept within the axes and apart, and what the axis is."""
    left, bottom, right = inner
    unit = sheet.unit
    y = bottom + (FOOT + 0.74 * ROW) * unit
    room = (right - left) / max(1, len(names)) - 14 * unit
    for place, name in names:
        text = sheet.fitted(name, room, size=17, bold=True)
        half = sheet.width(text, size=17, bold=True) / 2
        middle = left + x.share(place) * (right - left)
        middle = min(max(middle, left + half), right - half)
        sheet.text(text, (middle, y), size=17, anchor="center", bold=True)
    if label:
        at = (left + right) / 2, y + (ROW * unit if rows == 2 else 0.0)
        sheet.text(sheet.fitted(label, right - left, size=17), at, size=17, anchor="center")


def add_curve(
    sheet: Sheet,
    axes: Axes,
    xs: Real[np.ndarray, " points"],
    ys: Real[np.ndarray, " points"],
    *,
    colour: str,
    width: float = 2.8,
    style: str = "-",
    alpha: float = 1.0,
    order: float = 3.0,
) -> Line2D:
    """Draw a curve; where it is a single point among gaps, a dot."""
    (line,) = axes.plot(xs, ys, color=colour, lw=sheet.points(width), ls=style, alpha=alpha, zorder=order)
    line.set_solid_capstyle("round")
    line.set_solid_joinstyle("round")
    real = np.isfinite(xs) & np.isfinite(ys)
    before, after = np.r_[False, real[:-1]], np.r_[real[1:], False]
    alone = real & ~before & ~after
    if alone.any():
        axes.plot(
            xs[alone], ys[alone], ls="", marker="o", ms=sheet.points(2.6 * width), color=colour, alpha=alpha
        )
    return line


def add_dots(
    sheet: Sheet,
    axes: Axes,
    xs: Real[np.ndarray, " points"],
    ys: Real[np.ndarray, " points"],
    *,
    colour: str,
    size: float = 11.0,
    hollow: bool = False,
    edge: str = "",
    order: float = 5.0,
) -> Line2D:
    """Draw markers with a rim, over the edge of the axes where they stand on it."""
    (dots,) = axes.plot(
        xs,
        ys,
        ls="",
        marker="o",
        ms=sheet.points(size),
        mfc=sheet.theme.ground if hollow else colour,
        mec=edge or (colour if hollow else sheet.theme.ground),
        mew=sheet.points(2.0 if hollow else 1.4),
        clip_on=False,
        zorder=order,
    )
    return dots
