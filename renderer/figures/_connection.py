"""A curve of low loss between two solutions beside the straight line, and the barriers on both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Entry, Words, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel
from ravine.renderer.figures._records import LineCurve
from ravine.renderer.figures._sheet import Sheet, house_style
from ravine.renderer.style import ThemeName

_WAY = "share of the way"

MOST_BARRIERS = 2
"""More brackets than these hide the curves."""

_LOWEST = 8.0
"""A bracket that is less high than this, in units, is no hill on the picture."""

_CAP = 9.0
"""Half the width of a bracket's ends, in units."""


@house_style()
def draw_connection(
    line: LineCurve,
    curve: LineCurve,
    *,
    title: str,
    subtitle: str = "",
    ends: tuple[str, str] = ("solution A", "solution B"),
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw the losses along a curve of low loss and along the straight line between its ends.

    Args:
        line: The measures on the straight line.
        curve: The losses on the curve, at the same places.
        title: Over all.
        subtitle: Network, data, policy of batch norm, seed.
        ends: The names of the points at 0 and at 1.
        size: Width and height in pixels.
        theme: The look of everything but the curves.
    """
    sheet = Sheet(size, theme, title=title, subtitle=subtitle)
    add_legend(sheet, list(_entries(sheet, line, curve)))
    colours = {one: sheet.accent(one.colour_key) for one in (line, curve)}
    drawn = [(one, one.test_loss, "--") for one in (line, curve) if one.test_loss is not None]
    drawn += [(one, one.train_loss, "-") for one in (line, curve)]
    y = Axis.of(*(loss for _, loss, _ in drawn), scale="linear")
    names = list(zip((0.0, 1.0), ends, strict=True))
    axes = add_panel(sheet, sheet.body, Axis.exactly(line.alphas), y, title="loss", x_label=_WAY, names=names)
    for one, loss, style in drawn:
        width = 3.2 if style == "-" else 2.2
        add_curve(sheet, axes, one.alphas, loss, colour=colours[one], width=width, style=style)
    for end in (0.0, 1.0):
        here = np.isclose(line.alphas, end)
        add_dots(sheet, axes, line.alphas[here], line.train_loss[here], colour=sheet.theme.text)
    barriers = [Bracket.of(one.barrier, colour=colours[one]) for one in (line, curve)]
    points = [np.stack([one.alphas, loss], axis=-1) for one, loss, _ in drawn]
    draw_barriers(sheet, axes, [barrier for barrier in barriers if barrier], Words(sheet, axes, *points))
    return sheet.figure


def _entries(sheet: Sheet, line: LineCurve, curve: LineCurve) -> Iterator[Entry]:
    muted = sheet.theme.muted
    for one in (curve, line):
        yield Entry(one.label, sheet.accent(one.colour_key), "dot")
    if curve.test_loss is not None or line.test_loss is not None:
        yield Entry("training examples", muted)
        yield Entry("test examples", muted, "--")


@dataclass(frozen=True, kw_only=True)
class Bracket:
    """The rise of a loss between 0 and 1 above the higher of both ends, as a bracket.

    Attributes:
        at: Its place on the line.
        foot: The loss at the higher end.
        top: The highest loss.
    """

    at: float
    foot: float
    top: float
    colour: str

    @classmethod
    def of(cls, barrier: tuple[float, float, float] | None, *, colour: str) -> "Bracket | None":
        """The bracket of a barrier, if it is a finite rise at all."""
        if barrier is None or not np.isfinite(barrier).all():
            return None
        at, foot, top = barrier
        return cls(at=at, foot=foot, top=top, colour=colour) if top > foot else None


def draw_barriers(sheet: Sheet, axes: Axes, barriers: Sequence[Bracket], words: Words) -> None:
    """Brackets, each with how high it is, where they are high enough to be seen."""
    barriers = [barrier for barrier in barriers if _height(axes, barrier) >= _LOWEST * sheet.unit]
    for barrier in barriers:
        style = {"color": barrier.colour, "lw": sheet.points(1.8), "zorder": 4.0}
        for loss in (barrier.foot, barrier.top):
            axes.plot(
                [barrier.at], [loss], ls="", marker="_", ms=sheet.points(2 * _CAP), mew=style["lw"], **style
            )
        axes.plot([barrier.at, barrier.at], [barrier.foot, barrier.top], **style)
        axes.plot([0.0, 1.0], [barrier.foot, barrier.foot], **{**style, "ls": ":", "alpha": 0.7})
        words.hide_nothing_of(np.array([[barrier.at, barrier.foot], [barrier.at, barrier.top]]))
        words.hide_nothing_of(np.array([[0.0, barrier.foot], [1.0, barrier.foot]]))
    for barrier in barriers:
        height = barrier.top - barrier.foot
        places = [(barrier.at, barrier.foot + share * height) for share in (0.5, 0.3, 0.7, 1.0)]
        words.put(f"barrier {label(height, digits=2)}", *places, colour=barrier.colour, bold=True, size=17)


def _height(axes: Axes, barrier: Bracket) -> float:
    """Of a bracket, in pixels."""
    ends = np.array([[barrier.at, barrier.foot], [barrier.at, barrier.top]])
    (_, foot), (_, top) = axes.transData.transform(ends).tolist()
    return top - foot
