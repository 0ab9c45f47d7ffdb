"""A scene: all that is on the picture, and nothing of how it is drawn or was computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer._frames import Timing
from ravine.renderer.style import Panels, ScaleName, ThemeName, arrow_colour, colours

Box: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
GridLosses: TypeAlias = Callable[
    [Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]], Float[np.ndarray, "rows columns"]
]


PLANE_LOSS = "plane_loss"
"""The series with the loss of the plane under a run, whose own iterates may lie beside it."""


@dataclass(frozen=True, kw_only=True)
class Background:
    """A landscape as a picture shows it.

    Attributes:
        equation: In LaTeX; empty if there is none.
        window: The part of the plane that is shown, ((x0, x1), (y0, y1)).
        minima: All global minimizers.
        lowest: The loss there; None where the loss has no known minimum.
        scale: How losses become levels.
        losses: The loss at every pair of an x and a y.
        marks: Points worth a word, with the word.
        slices: Lines across the landscape, whose losses have a panel.
        batches: The losses that single steps saw, whose contours lie faintly on the ground.
        axes: What x and y are, where they need a name.
        long_axes: The same in more words, where there is room; empty where there are no more.
        heights: The losses at the lowest and at the highest level; those of the window unless given.
        samples: The losses that choose the levels, those that were measured; the window's unless given.
        shades: What is shaded in place of the loss.
    """

    title: str
    equation: str
    window: Box
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    lowest: float | None
    scale: ScaleName
    losses: GridLosses
    marks: tuple[tuple[tuple[float, float], str], ...] = ()
    slices: "tuple[Slice, ...]" = ()
    batches: "Batches | None" = None
    axes: tuple[str, str] = ("", "")
    long_axes: tuple[str, str] = ("", "")
    heights: tuple[float, float] | None = None
    samples: Float[np.ndarray, "..."] | None = None
    shades: "Shades | None" = None


@dataclass(frozen=True, kw_only=True)
class Shades:
    """What the bands of a contour show where that is not the loss, whose lines lie over them.

    Attributes:
        title: Over the colour bar.
        highest: What the highest band stands for; the lowest stands for 0.
        levels: From 0 to 1 at every pair of an x and a y.
        colour: Of the highest band, as a hex string.
    """

    title: str
    highest: str
    levels: GridLosses
    colour: str

    @property
    def name(self) -> str:
        """The title with the range, for the legend."""
        return f"{self.title}, 0 to {self.highest}"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A straight line across the landscape.

    Attributes:
        ends: Where it begins and ends; their names are letters, A to B for the first slice, C to D for the
            second.
        losses: At evenly spaced points from one end to the other.
    """

    ends: tuple[tuple[float, float], tuple[float, float]]
    losses: Float[np.ndarray, " places"]


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The losses that single steps saw.

    Attributes:
        xs: The columns of a grid.
        ys: Its rows.
        examples: The loss of each example on the grid.
        rows: The examples that each step saw.
    """

    xs: Float[np.ndarray, " columns"]
    ys: Float[np.ndarray, " rows"]
    examples: Float[np.ndarray, "examples rows columns"]
    rows: Int[np.ndarray, "steps size"]

    def losses(self, step: int) -> Float[np.ndarray, "rows columns"]:
        """Average the losses of the examples that a step saw."""
        return self.examples[self.rows[min(step, len(self.rows) - 1)]].mean(0, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Vector:
    """An arrow that a step is made of, at every step.

    Attributes:
        name: In the legend.
        tails: Where it begins.
        arrows: From its tail to its tip; not a number where a step has none.
        unit: Whether it tells a direction only: all such arrows are drawn in one length, and stay on the
            picture at steps that are spaced apart.
        role: What it stands for, which has a colour in every theme.
        colour: As a hex string; that of its role unless given, or else the run's own.
    """

    name: str
    tails: Float[np.ndarray, "steps+1 2"]
    arrows: Float[np.ndarray, "steps+1 2"]
    unit: bool = False
    role: str = ""
    colour: str = ""

    def coloured(self, theme: ThemeName) -> "Vector":
        """Wear the colour of the role, unless another one is given."""
        return self if self.colour else replace(self, colour=arrow_colour(self.role, theme=theme))


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What is drawn over the steps, in place of the loss.

    Attributes:
        name: The key in each run's series.
        title: Over the axes.
        scale: Of the values.
    """

    name: str
    title: str
    scale: ScaleName = "auto"


BallKind: TypeAlias = Literal["worker", "read", "point"]
"""A worker, which has a trail of its own; where a stale step read what it wrote; or any other point."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One optimizer's way down, as a picture shows it.

    Attributes:
        label: Its name in the legend.
        note: The small print: its hyper-parameters.
        balls: What its rule shows beside the iterate, by name.
        diverged_at: The first step on which it left the reals, if it did.
        untied: The balls that no line ties to the iterate.
        kinds: Of the balls that are not just a point beside the iterate.
        series: Numbers at every step by name; not a number where there is none.
        vectors: The arrows at the ball.
        stopped_at: The step at which it was stopped, if it was.
        nearness: Where the ground is a plane through a space of more dimensions, how near it each iterate is:
            1 in the plane, towards 0 far from it. None where all iterates are on the ground.
        counts: What the clock shows at each of its steps; those of the scene unless given.
        colour_key: A rule's name, or any other: a common rule wears the same colour in every picture.
        colour: As a hex string; that of its key among the picture's runs unless given.
    """

    label: str
    note: str
    points: Float[np.ndarray, "steps+1 2"]
    losses: Float[np.ndarray, "steps+1"]
    balls: Mapping[str, Float[np.ndarray, "steps+1 2"]]
    diverged_at: int | None
    untied: frozenset[str] = frozenset()
    kinds: Mapping[str, BallKind] = field(default_factory=dict)
    series: Mapping[str, Float[np.ndarray, "steps+1"]] = field(default_factory=dict)
    vectors: tuple[Vector, ...] = ()
    stopped_at: int | None = None
    nearness: Float[np.ndarray, "steps+1"] | None = None
    counts: Int[np.ndarray, "steps+1"] | None = None
    colour_key: str = ""
    colour: str = ""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a film shows.

    Attributes:
        runs: Of the same number of steps each; none for the landscape alone.
        view: One of `views.names()`.
        turn: By how many degrees the camera turns about a surface during the film.
        azimuth: Where the camera stands in degrees; chosen so that the runs are seen unless given.
        elevation: How high the camera stands, in degrees.
        size: Width and height in pixels.
        panels: The standings and the losses beside the view, a legend over it, or the bare view.
        title: In place of the ground's.
        subtitle: In place of where all runs start.
        clock: What the counter counts.
        counts: What it shows at each step; the number of the step unless given.
        plot: What the panel shows in place of the loss.
        comment: What made the film, for the file's comment.
    """

    ground: Background
    runs: tuple[Run, ...]
    view: str = "contour"
    turn: float = 0.0
    azimuth: float | None = None
    elevation: float = 38.0
    size: tuple[int, int] = (1280, 720)
    theme: ThemeName = "light"
    panels: Panels = "all"
    timing: Timing = field(default_factory=Timing)
    title: str = ""
    subtitle: str = ""
    clock: str = "step"
    counts: Int[np.ndarray, "steps+1"] | None = None
    plot: Plot | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        shades = colours([run.colour_key for run in self.runs], theme=self.theme)
        coloured = tuple(
            replace(
                run,
                colour=run.colour or shade,
                vectors=tuple(vector.coloured(self.theme) for vector in run.vectors),
            )
            for run, shade in zip(self.runs, shades, strict=True)
        )
        object.__setattr__(self, "runs", coloured)

    @property
    def steps(self) -> int:
        """How many steps each run takes; 0 where there is none."""
        return len(self.runs[0].losses) - 1 if self.runs else 0

    def count(self, step: int) -> int:
        """What the counter shows at a step."""
        return step if self.counts is None else int(self.counts[step])
