"""Trails and balls: the runs on the view."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from ravine.landscapes import Box
from ravine.optimizers import Descent
from ravine.renderer._canvas import Canvas, clip_box, union
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._paths import Paths, Shown
from ravine.renderer._theme import Theme
from ravine.renderer._view import View

_RADIUS = 8.4
_RING = 0.42
"""By what part of its radius a ball grows where it shares its place with one that is drawn after it."""


class Trails:
    """The path of each run up to the moment, and its ball at the end.

    Balls that share a place are drawn as rings about each other, so that none hides its rival.
    """

    quick = True

    def __init__(
        self,
        descents: Sequence[Descent],
        colours: Sequence[str],
        *,
        view: View,
        window: Box,
        theme: Theme,
        unit: float,
    ) -> None:
        self._descents = tuple(descents)
        self._colours = tuple(colours)
        self._view = view
        self._window = window
        self._theme = theme
        self._unit = unit
        self._owners = [run for run, descent in enumerate(descents) for _ in descent.balls]

    @cached_property
    def _paths(self) -> Paths:
        return Paths([descent.points for descent in self._descents], self._view, self._window)

    @cached_property
    def _satellites(self) -> Paths:
        balls = [ball for descent in self._descents for ball in descent.balls.values()]
        return Paths(balls, self._view, self._window)

    def paint(self, canvas: Canvas) -> None:
        """Mark the start, where the ground stays."""
        (start, *_) = self._paths.shown(0.0, 0.0)
        if self._view.turning or start.head is None or start.hidden[-1]:
            return
        pen = canvas.pen(self._theme.text, 1.6 * self._unit, clip=self._view.box)
        canvas.disc(pen, start.head, 4.0 * self._unit, self._theme.ground)

    def draw(self, canvas: Canvas, moment: Moment) -> PixelBox:
        """Draw every trail and ball."""
        shown = self._paths.shown(moment.position, moment.share)
        for run, colour in zip(shown, self._colours, strict=True):
            self._draw_trail(canvas, run, colour)
        satellites = self._draw_satellites(canvas, shown, moment)
        radii = self._radii(shown)
        self._draw_balls(canvas, shown, radii)
        return self._touched([*shown, *satellites], max(radii))

    def _draw_trail(self, canvas: Canvas, run: Shown, colour: str) -> None:
        if len(run.points) < 2:
            return
        unit, theme, clip = self._unit, self._theme, self._view.box
        halo = canvas.pen(theme.halo, 6.0 * unit, alpha=theme.halo_alpha, clip=clip)
        pen = canvas.pen(colour, 3.2 * unit, clip=clip)
        for piece in _visible_pieces(run):
            if theme.halo_alpha:
                canvas.line(halo, piece)
            canvas.line(pen, piece)

    def _draw_satellites(self, canvas: Canvas, shown: Sequence[Shown], moment: Moment) -> list[Shown]:
        """Small balls for what a rule shows beside its iterate, tied to the run's ball."""
        if not self._owners:
            return []
        clip, unit = self._view.box, self._unit
        satellites = self._satellites.shown(moment.position, moment.share)
        for owner, satellite in zip(self._owners, satellites, strict=True):
            at, home = satellite.head, shown[owner].head
            if at is None or home is None or satellite.hidden[-1]:
                continue
            canvas.line(canvas.pen(self._colours[owner], 1.4 * unit, clip=clip), np.array([home, at]))
            canvas.disc(
                canvas.pen(self._colours[owner], 1.8 * unit, clip=clip), at, 3.6 * unit, self._theme.rim
            )
        return [Shown(*(values[-1:] for values in satellite)) for satellite in satellites]

    def _radii(self, shown: Sequence[Shown]) -> list[float]:
        """Each ball grows with its overlap with the balls that are drawn after it."""
        radius = _RADIUS * self._unit
        heads = np.array([run.head or (np.nan, np.nan) for run in shown])
        apart = np.linalg.norm(heads[:, None] - heads[None], axis=-1)
        overlap = np.clip(1.0 - apart / (1.6 * radius), 0.0, 1.0)
        return (radius * (1.0 + _RING * np.triu(np.nan_to_num(overlap), 1).sum(1))).tolist()

    def _draw_balls(self, canvas: Canvas, shown: Sequence[Shown], radii: Sequence[float]) -> None:
        unit, theme, clip = self._unit, self._theme, self._view.box
        rim = canvas.pen(theme.rim, 1.8 * unit, clip=clip)
        ghost = canvas.pen(theme.rim, 1.4 * unit, alpha=0.5, clip=clip)
        for run, radius, colour in zip(shown, radii, self._colours, strict=True):
            if run.head is not None:
                pen, alpha = (ghost, 0.3) if run.hidden[-1] else (rim, 1.0)
                canvas.disc(pen, run.head, radius, colour, alpha)

    def _touched(self, shown: Sequence[Shown], radius: float) -> PixelBox:
        if self._view.turning:
            return self._view.box
        margin = radius + 3.0 * self._unit
        corners = [
            (*(run.points.min(0) - margin), *(run.points.max(0) + margin)) for run in shown if len(run.points)
        ]
        nowhere = (*self._view.box[:2], *self._view.box[:2])
        return union([clip_box(corner, self._view.box) for corner in corners] or [nowhere])


def _visible_pieces(run: Shown) -> list[Float[np.ndarray, "piece 2"]]:
    unseen: Bool[np.ndarray, " points"] = run.hidden | run.outside
    if not unseen.any():
        return [run.points]
    seen = ~(unseen[1:] | unseen[:-1])
    edges = [0, *(np.flatnonzero(np.diff(seen.astype(np.int8))) + 1).tolist(), len(seen)]
    return [run.points[a : b + 1] for a, b in pairwise(edges) if seen[a]]
