"""Where things stand on a picture: boxes in pixels, from its size alone."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ravine.renderer._frames import PixelBox

Panels: TypeAlias = Literal["all", "legend", "none"]

_WIDE = 1.15
"""From this aspect ratio on the panels stand beside the view, otherwise below it."""


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
    def of(cls, size: tuple[int, int], *, panels: Panels, runs: int, tick_width: float) -> "Layout":
        """The layout of a picture; `tick_width` is that of the widest label left of the view."""
        width, height = size
        unit = height / 720
        if panels != "all":
            return cls(size=size, unit=unit, view=(0, 0, width, height))
        left = round(max(45 * unit, tick_width + 14 * unit))
        if runs == 0:
            view = (left, round(80 * unit), width - round(40 * unit), height - round(44 * unit))
            return cls(size=size, unit=unit, view=view, header=(left, 0, view[2], view[1]))
        if width >= _WIDE * height:
            return _side_by_side(size, unit, left, runs)
        return _stacked(size, unit, left, runs)

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
    table, losses = _split_panel((right - panel, round(76 * unit), right, bottom), unit, runs)
    return Layout(
        size=size, unit=unit, view=view, header=(left, 0, view[2], top), standings=table, losses=losses
    )


def _stacked(size: tuple[int, int], unit: float, left: int, runs: int) -> Layout:
    width, height = size
    right = width - round(24 * unit)
    top = round(96 * unit)
    middle = round(max(0.44 * height, 0.62 * height - 26 * unit * runs))
    below = (round(24 * unit), middle + round(48 * unit), right, height - round(44 * unit))
    table, losses = _split_panel(below, unit, runs)
    return Layout(
        size=size,
        unit=unit,
        view=(left, top, right, middle),
        header=(left, 0, right, top),
        standings=table,
        losses=losses,
    )


def _split_panel(box: PixelBox, unit: float, runs: int) -> tuple[PixelBox, PixelBox | None]:
    """The table above, as high as its rows ask; the losses below, unless too little is left for them."""
    left, top, right, bottom = box
    least = round(190 * unit)
    wanted = round((34 + 46 * runs) * unit)
    tight = round((34 + 25 * runs) * unit)
    table = min(wanted, max(bottom - top - least, tight))
    if bottom - top - table < least:
        return (left, top, right, min(bottom, top + wanted)), None
    return (left, top, right, top + table), (left, top + table + round(22 * unit), right, bottom)
