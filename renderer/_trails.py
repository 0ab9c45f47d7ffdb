"""Trails and balls: the runs on the view."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._canvas import Canvas, clip_box, union
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._paths import Paths, Shown
from ravine.renderer._scene import Box, Run
from ravine.renderer._theme import Theme
from ravine.renderer._view import View

_RADIUS = 8.4
_RING = 0.42
_ALL_RINGS = 2.6
"""By what part of its radius a ball grows where it shares its place with one that is drawn after it, and at
most for all of them."""


class _Seen(NamedTuple):
    """The runs at a moment: their trails, what their rules show beside them, and the size of their balls."""

    runs: list[Shown]
    satellites: list[Shown]
    radii: list[float]


class Trails:
    """The path of each run up to the moment, and its ball at the end.

    Balls that share a place are drawn as rings about each other, so that none hides its rival.
    """

    quick = True

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        view: View,
        window: Box,
        theme: Theme,
        unit: float,
    ) -> None:
        self._runs = tuple(runs)
        self._colours = tuple(run.colour for run in runs)
        self._view = view
        self._window = window
        self._theme = theme
        self._unit = unit
        self._ring = min(_RING, _ALL_RINGS / max(1, len(runs) - 1))
        self._seen = lru_cache(maxsize=2)(self._see)
        self._owners = [owner for owner, run in enumerate(runs) for _ in run.balls]

    @cached_property
    def _paths(self) -> Paths:
        return Paths([run.points for run in self._runs], self._view, self._window)

    @cached_property
    def _satellites(self) -> Paths:
        balls = [ball for run in self._runs for ball in run.balls.values()]
        return Paths(balls, self._view, self._window)

    def paint(self, canvas: Canvas) -> None:
        """Mark the start, where the ground stays."""
        (start, *_) = self._paths.shown(0.0, 0.0)
        if self._view.turning or start.head is None or start.hidden[-1]:
            return
        pen = canvas.pen(self._theme.text, 1.6 * self._unit)
        with canvas.clipped(self._view.box):
            canvas.disc(pen, start.head, 4.0 * self._unit, self._theme.ground)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around the balls at both moments and what the trails grew by."""
        box = self._view.box
        if self._view.turning:
            return box
        old, new = self._seen(before), self._seen(now)
        margin = max(*old.radii, *new.radii) + 4.0 * self._unit
        ends = [run.points[-1:] for run in (*old.satellites, *new.satellites)]
        grown = [
            new_run.points[max(0, len(old_run.points) - 2) :]
            for old_run, new_run in zip(old.runs, new.runs, strict=True)
        ]
        grown += [run.points[-2:] for run in old.runs]
        corners = [
            (*(points.min(0) - margin), *(points.max(0) + margin))
            for points in (*ends, *grown)
            if len(points)
        ]
        return union([clip_box(corner, box) for corner in corners] or [(*box[:2], *box[:2])])

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every trail and ball."""
        seen = self._seen(moment)
        with canvas.clipped(self._view.box):
            for run, colour in zip(seen.runs, self._colours, strict=True):
                self._draw_trail(canvas, run, colour)
            self._draw_satellites(canvas, seen)
            self._draw_balls(canvas, seen)

    def _see(self, moment: Moment) -> _Seen:
        runs = self._paths.shown(moment.position, moment.share)
        satellites = self._satellites.shown(moment.position, moment.share) if self._owners else []
        return _Seen(runs, satellites, self._radii(runs))

    def _draw_trail(self, canvas: Canvas, run: Shown, colour: str) -> None:
        if len(run.points) < 2:
            return
        unit, theme = self._unit, self._theme
        halo = canvas.pen(theme.halo, 6.0 * unit, alpha=theme.halo_alpha)
        pen = canvas.pen(colour, 3.2 * unit)
        for piece in _visible_pieces(run):
            if theme.halo_alpha:
                canvas.line(halo, piece)
            canvas.line(pen, piece)

    def _draw_satellites(self, canvas: Canvas, seen: _Seen) -> None:
        """Small balls for what a rule shows beside its iterate, tied to the run's ball."""
        unit = self._unit
        for owner, satellite in zip(self._owners, seen.satellites, strict=True):
            at, home = satellite.head, seen.runs[owner].head
            if at is None or home is None or satellite.hidden[-1]:
                continue
            canvas.line(canvas.pen(self._colours[owner], 1.4 * unit), np.array([home, at]))
            canvas.disc(canvas.pen(self._colours[owner], 1.8 * unit), at, 3.6 * unit, self._theme.rim)

    def _radii(self, shown: Sequence[Shown]) -> list[float]:
        """Each ball grows with its overlap with the balls that are drawn after it."""
        radius = _RADIUS * self._unit
        heads = np.array([run.head or (np.nan, np.nan) for run in shown])
        with np.errstate(over="ignore", invalid="ignore"):
            apart = np.linalg.norm(heads[:, None] - heads[None], axis=-1)
            overlap = np.clip(1.0 - apart / (1.6 * radius), 0.0, 1.0)
        return (radius * (1.0 + self._ring * np.triu(np.nan_to_num(overlap), 1).sum(1))).tolist()

    def _draw_balls(self, canvas: Canvas, seen: _Seen) -> None:
        unit, theme = self._unit, self._theme
        rim = canvas.pen(theme.rim, 1.8 * unit * min(1.0, self._ring / 0.3))
        ghost = canvas.pen(theme.rim, 1.4 * unit, alpha=0.5)
        for run, radius, colour in zip(seen.runs, seen.radii, self._colours, strict=True):
            if run.head is not None:
                pen, alpha = (ghost, 0.3) if run.hidden[-1] else (rim, 1.0)
                canvas.disc(pen, run.head, radius, colour, alpha)


def _visible_pieces(run: Shown) -> list[Float[np.ndarray, "piece 2"]]:
    unseen: Bool[np.ndarray, " points"] = run.hidden | run.outside
    if not unseen.any():
        return [run.points]
    seen = ~(unseen[1:] | unseen[:-1])
    edges = [0, *(np.flatnonzero(np.diff(seen.astype(np.int8))) + 1).tolist(), len(seen)]
    return [run.points[a : b + 1] for a, b in pairwise(edges) if seen[a]]
