"""The barrier between the ends of a line: a bracket from the higher end to the top."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from ravine.renderer.canvas import label
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._sheet import Sheet

MOST_BARRIERS = 2
"""More brackets than these hide the curves."""

_LOWEST = 8.0
"""A bracket that is less high than this, in units, is no hill on the picture."""

_CAP = 9.0
"""Half the width of a bracket's ends, in units."""


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """Where a line between 0 and 1 is highest, above which of its ends.

    Attributes:
        at: Where on the line.
        foot: The loss at the higher end.
        top: The loss at the barrier.
    """

    at: float
    foot: float
    top: float
    colour: str

    @classmethod
    def on(
        cls, alphas: Float[np.ndarray, " points"], losses: Float[np.ndarray, " points"], *, colour: str
    ) -> "Barrier | None":
        """The barrier of a line, if it has one."""
        inside = (alphas >= 0.0) & (alphas <= 1.0) & np.isfinite(losses)
        if inside.sum() < 3:
            return None
        alphas, losses = alphas[inside], losses[inside]
        highest = int(np.argmax(losses))
        foot = float(max(losses[0], losses[-1]))
        if losses[highest] <= foot:
            return None
        return cls(at=float(alphas[highest]), foot=foot, top=float(losses[highest]), colour=colour)


def draw_barriers(sheet: Sheet, axes: Axes, barriers: Sequence[Barrier], words: Words) -> None:
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


def _height(axes: Axes, barrier: Barrier) -> float:
    """Of a bracket, in pixels."""
    ends = np.array([[barrier.at, barrier.foot], [barrier.at, barrier.top]])
    (_, foot), (_, top) = axes.transData.transform(ends).tolist()
    return top - foot
