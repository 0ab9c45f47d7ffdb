"""Trails and balls: the runs on the view."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from ravine.optimizers import Descent
from ravine.renderer._canvas import Canvas, clip_box, union
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._theme import Theme
from ravine.renderer._view import Placed, View

_OVERLAP_GROWTH = 0.34


class Trails:
    """The path of each run up to the moment, and its ball at the end.

    Balls that share a place are drawn as rings about each other, so that none hides its rival.
    """

    def __init__(
        self, descents: Sequence[Descent], colours: Sequence[str], *, view: View, theme: Theme, unit: float
    ) -> None:
        self._colours = tuple(colours)
        self._view = view
        self._theme = theme
        self._unit = unit
        self._points = np.stack([descent.points for descent in descents])
        self._satellites = [
            (run, ball) for run, descent in enumerate(descents) for ball in descent.balls.values()
        ]

    @cached_property
    def _fixed(self) -> Placed:
        return self._view.place(self._points, 0.0)

    @cached_property
    def _fixed_satellites(self) -> Placed:
        return self._place_satellites(0.0)

    def _place_satellites(self, share: float) -> Placed:
        return self._view.place(np.stack([ball for _, ball in self._satellites]), share)

    def paint(self, canvas: Canvas) -> None:
        """Mark the start."""
        if self._view.turning:
            return
        unit, theme = self._unit, self._theme
        pen = canvas.pen(theme.text, 1.6 * unit, clip=self._view.box)
        x, y = self._fixed.points[0, 0]
        canvas.disc(pen, (x, y), 4.0 * unit, theme.ground)

    def draw(self, canvas: Canvas, moment: Moment) -> PixelBox:
        """Draw every trail and ball."""
        placed = self._view.place(self._points, moment.share) if self._view.turning else self._fixed
        shown = [_until(placed, run, moment) for run in range(len(self._colours))]
        for (points, hidden), colour in zip(shown, self._colours, strict=True):
            self._draw_trail(canvas, points, hidden, colour)
        self._draw_satellites(canvas, shown, moment)
        heads = np.array([points[-1] if len(points) else (np.nan, np.nan) for points, _ in shown])
        behind = np.array([bool(len(hidden)) and bool(hidden[-1]) for _, hidden in shown])
        radii = self._radii(heads)
        self._draw_balls(canvas, heads, behind, radii)
        return self._touched(shown, radii)

    def _draw_trail(
        self,
        canvas: Canvas,
        points: Float[np.ndarray, "points 2"],
        hidden: Bool[np.ndarray, " points"],
        colour: str,
    ) -> None:
        if len(points) < 2:
            return
        unit, theme, clip = self._unit, self._theme, self._view.box
        halo = canvas.pen(theme.halo, 6.0 * unit, alpha=theme.halo_alpha, clip=clip)
        pen = canvas.pen(colour, 3.2 * unit, clip=clip)
        for piece in _visible_pieces(points, hidden):
            canvas.line(halo, piece)
            canvas.line(pen, piece)

    def _draw_satellites(
        self, canvas: Canvas, shown: Sequence[tuple[np.ndarray, np.ndarray]], moment: Moment
    ) -> None:
        if not self._satellites:
            return
        turning = self._view.turning
        placed = self._place_satellites(moment.share) if turning else self._fixed_satellites
        for index, (run, _) in enumerate(self._satellites):
            points, hidden = _until(placed, index, moment)
            if not len(points) or not len(shown[run][0]) or hidden[-1]:
                continue
            link = canvas.pen(self._colours[run], 1.4 * self._unit, alpha=0.8, clip=self._view.box)
            canvas.line(link, np.stack([shown[run][0][-1], points[-1]]))
            rim = canvas.pen(self._colours[run], 2.0 * self._unit, clip=self._view.box)
            canvas.disc(rim, tuple(points[-1]), 4.0 * self._unit, self._theme.rim)

    def _radii(self, heads: Float[np.ndarray, "runs 2"]) -> Float[np.ndarray, " runs"]:
        """Each ball grows with its overlap with the balls that are drawn after it."""
        radius = 8.4 * self._unit
        apart = np.linalg.norm(heads[:, None] - heads[None], axis=-1)
        overlap = np.clip(1.0 - apart / (1.6 * radius), 0.0, 1.0)
        return radius * (1.0 + _OVERLAP_GROWTH * np.triu(np.nan_to_num(overlap), 1).sum(1))

    def _draw_balls(
        self,
        canvas: Canvas,
        heads: Float[np.ndarray, "runs 2"],
        behind: Bool[np.ndarray, " runs"],
        radii: Float[np.ndarray, " runs"],
    ) -> None:
        rim = canvas.pen(self._theme.rim, 1.9 * self._unit, clip=self._view.box)
        ghost = canvas.pen(self._theme.rim, 1.4 * self._unit, alpha=0.5, clip=self._view.box)
        for head, hidden, radius, colour in zip(heads, behind, radii, self._colours, strict=True):
            if np.isfinite(head).all():
                pen, alpha = (ghost, 0.35) if hidden else (rim, 1.0)
                canvas.disc(pen, tuple(head), float(radius), colour, alpha)

    def _touched(
        self, shown: Sequence[tuple[np.ndarray, np.ndarray]], radii: Float[np.ndarray, " runs"]
    ) -> PixelBox:
        if self._view.turning or self._satellites:
            return self._view.box
        margin = float(radii.max()) + 3.0 * self._unit
        boxes = []
        for points, _ in shown:
            if len(points):
                low, high = points.min(0) - margin, points.max(0) + margin
                boxes.append(clip_box((*low, *high), self._view.box))
        return union(boxes) if boxes else (self._view.box[:2] * 2)


def _until(
    placed: Placed, run: int, moment: Moment
) -> tuple[Float[np.ndarray, "points 2"], Bool[np.ndarray, " points"]]:
    """A run's points up to the moment, the last one between two steps; none after it leaves the reals."""
    points, hidden = placed.points[run], placed.hidden[run]
    step = moment.step
    upto = points[: step + 1]
    part = moment.position - step
    if part and step + 1 < len(points):
        upto = np.vstack([upto, (1.0 - part) * points[step] + part * points[step + 1]])
    real = np.isfinite(upto).all(-1)
    count = len(upto) if real.all() else int(real.argmin())
    behind = hidden[np.minimum(np.arange(count), len(hidden) - 1)]
    return upto[:count], behind


def _visible_pieces(
    points: Float[np.ndarray, "points 2"], hidden: Bool[np.ndarray, " points"]
) -> list[Float[np.ndarray, "piece 2"]]:
    if not hidden.any():
        return [points]
    seen = ~(hidden[1:] | hidden[:-1])
    edges = np.flatnonzero(np.diff(seen.astype(np.int8))) + 1
    bounds = [0, *edges.tolist(), len(seen)]
    return [points[a : b + 1] for a, b in zip(bounds[:-1], bounds[1:], strict=True) if seen[a]]
