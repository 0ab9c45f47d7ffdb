"""Where things stand on a picture: boxes in pixels, from its size alone."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ravine.renderer._frames import PixelBox

Panels: TypeAlias = Literal["all", "legend", "none"]

_WIDE = 1.15
"""From this aspect ratio on the panels stand beside the view, otherwise below it."""

_HEAD, _ONE_LINE, _TWO_LINES = 34.0, 25.0, 46.0
"""Heights in the table of runs, in units."""

_NARROWEST = 240.0
"""A picture with less width than this, in units, has room for the view alone."""

_WIDEST_TABLE = 620.0
"""Names and losses that are farther apart are not read together."""

_NAME = 20.0
"""What the name of an axis takes, in units."""

_GAP = 22.0
_LEAST_BELOW = 130.0
"""Between the table and the losses, and what the losses need at least below a view, in units."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The boxes of a picture.

    Attributes:
        unit: The 720th part of the height: text is never smaller than 16 units.
        view: The landscape.
        header: Title and step counter, or None for the bare view.
        standings: The table of runs, or None.
        losses: The loss over steps, its axes included, or None.
    """

    size: tuple[int, int]
    unit: float
    view: PixelBox
    header: PixelBox | None = None
    standings: PixelBox | None = None
    losses: PixelBox | None = None

    @classmethod
    def of(
        cls,
        size: tuple[int, int],
        *,
        panels: Panels,
        runs: int,
        tick_width: float,
        plot: bool = True,
    ) -> "Layout":
        """The layout of a picture.

        Args:
            size: Width and height in pixels.
            panels: What is wanted beside the view.
            runs: How many there are.
            tick_width: That of the widest label left of the view.
            plot: Whether a panel beside the table is wanted; without one the table is below the view.
        """
        width, height = size
        unit = height / 720
        if panels != "all" or width < _NARROWEST * unit:
            return cls(size=size, unit=unit, view=(0, 0, width, height))
        left = round(max(45 * unit, tick_width + 14 * unit))
        if runs == 0 and not plot:
            view = (left, round(80 * unit), width - round(40 * unit), height - round(44 * unit))
            return cls(size=size, unit=unit, view=view, header=(left, 0, view[2], view[1]))
        if not plot:
            return _over_table(size, unit, left, runs)
        if width >= _WIDE * height:
            return _side_by_side(size, unit, left, runs)
        return _stacked(size, unit, left, runs)

    def with_names(self) -> "Layout":
        """The same with room for the names of the view's axes; the bare view has none."""
        if self.header is None:
            return self
        room = round(_NAME * self.unit)
        left, top, right, bottom = self.view
        _, *header = self.header
        return replace(self, view=(left + room, top, right, bottom - room), header=(left + room, *header))

    @property
    def text(self) -> float:
        """The size of small print."""
        return 16 * self.unit


def _side_by_side(size: tuple[int, int], unit: float, left: int, runs: int) -> Layout:
    width, height = size
    panel = round(min(max(0.285 * width, 290 * unit), 430 * unit))
    right = width - round(40 * unit)
    top, bottom = round(80 * unit), height - round(44 * unit)
    view = (left, top, right - panel - round(46 * unit), bottom)
    table, losses = _split_panel((right - panel, round(76 * unit), right, bottom), unit, runs, least=168)
    return Layout(
        size=size, unit=unit, view=view, header=(left, 0, view[2], top), standings=table, losses=losses
    )


def _stacked(size: tuple[int, int], unit: float, left: int, runs: int) -> Layout:
    """The view above, and below it the panels beside each other, or above each other where it is narrow."""
    width, height = size
    edge, right = round(24 * unit), width - round(24 * unit)
    wide = width >= 560 * unit
    top, gap = (round(80 * unit), round(48 * unit)) if wide else (round(70 * unit), round(40 * unit))
    foot = height - round(44 * unit)
    room = foot - top - gap
    if wide:
        panels = min(max(_tight(runs, unit), 0.4 * room), 0.62 * room)
    else:
        panels = min(max(_tight(runs, unit) + (_GAP + _LEAST_BELOW) * unit, 0.5 * room), 0.68 * room)
    view = (left, top, right, round(foot - panels - gap))
    below = (edge, view[3] + gap, right, foot)
    if wide and runs:
        middle = round(edge + 0.52 * (right - edge))
        table, losses = (edge, below[1], middle, foot), (middle + round(36 * unit), below[1], right, foot)
    else:
        table, losses = _split_panel(below, unit, runs, least=_LEAST_BELOW)
    return Layout(
        size=size, unit=unit, view=view, header=(left, 0, right, top), standings=table, losses=losses
    )


def _over_table(size: tuple[int, int], unit: float, left: int, runs: int) -> Layout:
    """The view above, and below it the table alone."""
    width, height = size
    right = width - round(40 * unit)
    top, foot = round(80 * unit), height - round(16 * unit)
    rows = _TWO_LINES if width < 560 * unit else _ONE_LINE
    table = round(min((_HEAD + rows * runs) * unit, 0.5 * (foot - top)))
    view = (left, top, right, foot - table - round(44 * unit))
    return Layout(
        size=size,
        unit=unit,
        view=view,
        header=(left, 0, right, top),
        standings=(left, foot - table, min(right, round(left + _WIDEST_TABLE * unit)), foot),
    )


def _split_panel(
    box: PixelBox, unit: float, runs: int, *, least: float
) -> tuple[PixelBox | None, PixelBox | None]:
    """The table above, as high as its rows ask; the losses below, where `least` units are left for them."""
    left, top, right, bottom = box
    if runs == 0:
        return None, box
    wanted = (_HEAD + _TWO_LINES * runs) * unit
    table = round(min(wanted, max(bottom - top - (least + _GAP) * unit, _tight(runs, unit))))
    if bottom - top - table < least * unit:
        return (left, top, right, min(bottom, round(top + wanted))), None
    return (left, top, right, top + table), (left, top + table + round(_GAP * unit), right, bottom)


def _tight(runs: int, unit: float) -> float:
    """The height of a table with one line a run."""
    return (_HEAD + _ONE_LINE * runs) * unit
