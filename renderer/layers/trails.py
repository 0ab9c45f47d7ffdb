"""Trails: the path of each run up to the moment, fainter and thinner where it is off the picture's plane."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run
from ravine.renderer.canvas import Canvas, Pen, around
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.layers._paths import FrameState, Shown
from ravine.renderer.style import Theme, mixed
from ravine.renderer.views import LandscapeView

FADING = "pale: far from the plane"
"""What is said of it."""

PALEST, THINNEST = 0.75, 0.625
"""Far off the plane a line has so much of the ground in its colour, and this part of its width."""

_LEVELS = 12
"""So many shades are there between in the plane and far off it: a line of one shade is drawn in one go."""


class Strand(NamedTuple):
    """A piece of a trail that is as faint all along.

    Attributes:
        colour: As a hex string.
        share: Of its full width, and of the strength of its halo.
    """

    points: Float[np.ndarray, "points 2"]
    colour: str
    share: float


class Fading:
    """How faint a run is at each of its steps."""

    def __init__(self, run: Run, theme: Theme) -> None:
        nearness = np.ones(len(run.losses)) if run.nearness is None else run.nearness
        self._nearness = np.clip(np.nan_to_num(nearness), 0.0, 1.0)
        self._colour = run.colour
        self._theme = theme

    def strands(self, trail: Shown) -> Iterator[Strand]:
        """The lines of a trail that are seen, cut where they become fainter or less so."""
        levels = self._levels(trail.at)
        for span in trail.spans():
            points, own = trail.points[span], levels[span]
            # A piece is as faint as at its beginning: that of a line that grows stays as it is.
            cuts = np.flatnonzero(np.diff(own[:-1])) + 1
            bounds = [0, *cuts.tolist(), len(points) - 1]
            for first, last in pairwise(bounds):
                yield Strand(
                    points[first : last + 1], *faint(self._colour, own[first] / _LEVELS, self._theme)
                )

    def face(self, position: float) -> str:
        """The face of its ball at a step, or between two: far off the plane it is the ground's."""
        return mixed(self._colour, self._theme.mid, 1.0 - self._at(position))

    def is_far(self, position: float) -> bool:
        """Whether that face has more of the ground in it than of its own colour."""
        return self._at(position) < 0.5

    def _at(self, position: float) -> float:
        return float(np.interp(position, np.arange(len(self._nearness)), self._nearness))

    def _levels(self, at: Float[np.ndarray, " points"]) -> Int[np.ndarray, " points"]:
        near = np.interp(at, np.arange(len(self._nearness)), self._nearness)
        return np.rint(_LEVELS * near).astype(int)


def faint(colour: str, nearness: float, theme: Theme) -> tuple[str, float]:
    """A colour as it is so near the plane, from 0 to 1, and what part of its width a line has there."""
    faded = mixed(colour, theme.mid, PALEST * (1.0 - nearness))
    return faded, THINNEST + (1.0 - THINNEST) * nearness


_WIDEST = 8.0
"""From the middle of a trail to where its halo surely ends, in units."""

_WORKER_WIDTH, _WORKER_ALPHA = 1.3, 0.4


class Trails:
    """Each run's trail on its halo, and below them the thin trails of its workers."""

    quick = True

    def __init__(
        self, runs: Sequence[Run], *, state: FrameState, view: LandscapeView, theme: Theme, unit: float
    ) -> None:
        self._colours = tuple(run.colour for run in runs)
        self._fadings = [Fading(run, theme) if run.nearness is not None else None for run in runs]
        self._state = state
        self._view = view
        self._theme = theme
        self._unit = unit
        self._workers = [
            (number, self._colours[satellite.owner])
            for number, satellite in enumerate(state.satellites)
            if satellite.kind == "worker"
        ]

    @classmethod
    def of(cls, context: Context) -> "Trails | None":
        """The trails of a scene's runs, if it has any."""
        runs = context.scene.runs
        look = {"view": context.landscape, "theme": context.theme, "unit": context.unit}
        return cls(runs, state=context.state, **look) if runs else None

    def paint(self, canvas: Canvas) -> None:
        """Mark the start, where the ground stays."""
        (start, *_) = self._state.at(Moment(0.0, 0.0)).runs
        if self._view.turning or start.head is None or start.hidden[-1]:
            return
        pen = canvas.pen(self._theme.text, 1.6 * self._unit)
        canvas.disc(pen, start.head, 4.0 * self._unit, self._theme.ground)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around what the trails grew by."""
        old, new = self._state.at(before), self._state.at(now)
        pairs = [
            *zip(old.runs, new.runs, strict=True),
            *((old.satellites[number], new.satellites[number]) for number, _ in self._workers),
        ]
        return around([b.since(a) for a, b in pairs], _WIDEST * self._unit, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every trail."""
        seen = self._state.at(moment)
        for number, colour in self._workers:
            pen = canvas.pen(colour, _WORKER_WIDTH * self._unit, alpha=_WORKER_ALPHA)
            _draw(canvas, [pen], seen.satellites[number])
        halo = canvas.pen(self._theme.halo, 6.0 * self._unit, alpha=self._theme.halo_alpha)
        for run, colour, fading in zip(seen.runs, self._colours, self._fadings, strict=True):
            if fading:
                self._draw_faint(canvas, run, fading)
                continue
            pen = canvas.pen(colour, 3.2 * self._unit)
            _draw(canvas, [halo, pen] if self._theme.halo_alpha else [pen], run)

    def _draw_faint(self, canvas: Canvas, run: Shown, fading: Fading) -> None:
        """Draw a trail of several shades, the halos first: they would lie on the ends of their neighbours."""
        if len(run.points) < 2:
            return
        strands = list(fading.strands(run))
        for strand in strands if self._theme.halo_alpha else ():
            alpha = strand.share * self._theme.halo_alpha
            pen = canvas.pen(self._theme.halo, 6.0 * strand.share * self._unit, alpha=alpha)
            canvas.line(pen, strand.points)
        for strand in strands:
            canvas.line(canvas.pen(strand.colour, 3.2 * strand.share * self._unit), strand.points)


def _draw(canvas: Canvas, pens: Sequence[Pen], trail: Shown) -> None:
    if len(trail.points) < 2:
        return
    for piece in trail.pieces():
        for pen in pens:
            canvas.line(pen, piece)


LAYER = LayerKind(on=("flat", "relief"), zorder=40, of=Trails.of)
