"""A scene: all that is on the picture, and nothing of how it is drawn or was computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float

from ravine.renderer._layout import Panels
from ravine.renderer._theme import ThemeName
from ravine.renderer._timing import Timing

ViewName: TypeAlias = Literal["contour", "surface"]
Box: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
GridLosses: TypeAlias = Callable[
    [Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]], Float[np.ndarray, "rows columns"]
]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A landscape as a picture shows it.

    Attributes:
        equation: In LaTeX; empty if there is none.
        window: The part of the plane that is shown, ((x0, x1), (y0, y1)).
        minima: All global minimizers.
        lowest: The loss there; None where the loss has no known minimum.
        scale: How losses become levels.
        losses: The loss at every pair of an x and a y.
    """

    title: str
    equation: str
    window: Box
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    lowest: float | None
    scale: Literal["auto", "linear", "log"]
    losses: GridLosses


@dataclass(frozen=True, kw_only=True)
class Run:
    """One optimizer's way down, as a picture shows it.

    Attributes:
        label: Its name in the legend.
        note: The small print: its hyper-parameters.
        colour: As a hex string.
        balls: What its rule shows beside the iterate, by name.
        diverged_at: The first step on which it left the reals, if it did.
    """

    label: str
    note: str
    colour: str
    points: Float[np.ndarray, "steps+1 2"]
    losses: Float[np.ndarray, "steps+1"]
    balls: Mapping[str, Float[np.ndarray, "steps+1 2"]]
    diverged_at: int | None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a film shows.

    Attributes:
        runs: Of the same number of steps each; none for the landscape alone.
        view: From above, or as a surface in space.
        turn: By how many degrees the camera turns about a surface during the film.
        azimuth: Where the camera stands in degrees; chosen so that the runs are seen unless given.
        elevation: How high the camera stands, in degrees.
        size: Width and height in pixels.
        panels: The standings and the losses beside the view, a legend over it, or the bare view.
        title: In place of the ground's.
        comment: What made the film, for the file's comment.
    """

    ground: Ground
    runs: tuple[Run, ...]
    view: ViewName = "contour"
    turn: float = 0.0
    azimuth: float | None = None
    elevation: float = 38.0
    size: tuple[int, int] = (1280, 720)
    theme: ThemeName = "light"
    panels: Panels = "all"
    timing: Timing = field(default_factory=Timing)
    title: str = ""
    comment: str = ""

    @property
    def steps(self) -> int:
        """How many steps each run takes; 0 where there is none."""
        return len(self.runs[0].losses) - 1 if self.runs else 0
