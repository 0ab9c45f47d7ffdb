"""Balls that roll on a graph, and below it where they have been."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Box, Run
from ravine.renderer.canvas import Canvas, around, largest_radius, ring_radii, ring_share
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.layers._paths import FrameState
from ravine.renderer.layers.balls import draw_stop
from ravine.renderer.style import Theme
from ravine.renderer.views import RINGS, CurveView

_START, _SMALL, _RIM = 0.42, 0.45, 0.16
"""The radii of the start and of what a rule shows beside its iterate, and the rim, as parts of a ball's."""


class Rolling:
    """Each run's ball on the graph, and its trail: a strip of its own below all that it has rolled over.

    Balls that share a place stand within each other, all on one point of the graph, so that none hides its
    rival.
    """

    quick = True

    def __init__(
        self, runs: Sequence[Run], *, state: FrameState, view: CurveView, window: Box, theme: Theme
    ) -> None:
        self._runs = tuple(runs)
        self._state = state
        self._view = view
        self._theme = theme
        self._lanes = _lanes(runs, window)
        self._radii = lru_cache(maxsize=2)(self._radii_at)
        self._reach = (
            max(2.0 * largest_radius(view.radius, len(runs), most=RINGS), view.depth) + 0.5 * view.radius
        )

    @classmethod
    def of(cls, context: Context) -> "Rolling | None":
        """The balls of a scene's runs, if it has any."""
        runs, view = context.scene.runs, context.view
        if not (runs and isinstance(view, CurveView)):
            return None
        window = context.scene.ground.window
        return cls(runs, state=context.state, view=view, window=window, theme=context.theme)

    def paint(self, canvas: Canvas) -> None:
        """Mark the start on the graph."""
        (start, *_) = self._state.at(Moment(0.0, 0.0)).runs
        if start.head is not None:
            radius = self._view.radius
            pen = canvas.pen(self._theme.text, _RIM * radius)
            canvas.disc(pen, start.head, _START * radius, self._theme.ground)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around what the balls rolled over between both moments."""
        old, new = self._state.at(before), self._state.at(now)
        pairs = zip((*old.runs, *old.satellites), (*new.runs, *new.satellites), strict=True)
        ends = [points[:, 0] for one, two in pairs if len(points := two.since(one))]
        rolled = [self._view.along(float(columns.min()), float(columns.max())) for columns in ends]
        return around(rolled, self._reach, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every trail, ball and satellite."""
        self._draw_lanes(canvas, moment)
        self._draw_balls(canvas, moment)
        self._draw_satellites(canvas, moment)

    def _radii_at(self, moment: Moment) -> list[float]:
        heads = [run.head or (np.nan, np.nan) for run in self._state.at(moment).runs]
        return ring_radii(np.array(heads), self._view.radius, most=RINGS)

    def _draw_lanes(self, canvas: Canvas, moment: Moment) -> None:
        view, theme = self._view, self._theme
        halo = canvas.pen(theme.halo, view.lane_height + _RIM * view.radius, alpha=theme.halo_alpha)
        lanes = []
        shown = self._state.at(moment).runs
        for number, run, seen in zip(self._lanes, self._runs, shown, strict=True):
            columns = seen.points[:, 0]
            if len(columns) > 1:
                lane = view.lane(number, float(columns.min()), float(columns.max()))
                lanes.append((canvas.pen(run.colour, 0.72 * view.lane_height), lane))
        for _, lane in lanes if theme.halo_alpha else ():
            canvas.line(halo, lane)
        for pen, lane in lanes:
            canvas.line(pen, lane)

    def _draw_balls(self, canvas: Canvas, moment: Moment) -> None:
        thin = min(1.0, ring_share(len(self._runs), most=RINGS) / 0.3)
        rim = canvas.pen(self._theme.rim, thin * _RIM * self._view.radius)
        seen = self._state.at(moment).runs
        for run, shown, radius in zip(self._runs, seen, self._radii(moment), strict=True):
            if shown.head is None:
                continue
            at = self._view.resting(shown.head, radius)
            canvas.disc(rim, at, radius, run.colour)
            if run.stopped_at is not None and moment.step >= run.stopped_at:
                draw_stop(canvas, at, self._view.radius, self._theme.halo)

    def _draw_satellites(self, canvas: Canvas, moment: Moment) -> None:
        radius = _SMALL * self._view.radius
        for of, shown in zip(self._state.satellites, self._state.at(moment).satellites, strict=True):
            if shown.head is not None:
                pen = canvas.pen(self._runs[of.owner].colour, 0.44 * radius)
                canvas.disc(pen, self._view.resting(shown.head, radius), radius, self._theme.rim)


def _lanes(runs: Sequence[Run], window: Box) -> list[int]:
    """The lane of each run: the farther it comes, the nearer to the graph, so that no lane floats."""
    ways = []
    for run in runs:
        xs = run.points[:, 0]
        inside = np.clip(xs[np.isfinite(xs)], *window[0])
        ways.append(float(np.ptp(inside)) if len(inside) else 0.0)
    order = sorted(range(len(runs)), key=lambda run: -ways[run])
    return [order.index(run) for run in range(len(runs))]


LAYER = LayerKind(on=("graph",), zorder=70, of=Rolling.of)
