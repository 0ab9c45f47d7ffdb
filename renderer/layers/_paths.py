"""Runs and the balls beside them as polylines on the picture, and what of them is shown at a moment."""

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._frames import Moment
from ravine.renderer._scene import BallKind, Box, Run
from ravine.renderer.views import LandscapeView, Placed

_MOST_PIECES = 60


class Shown(NamedTuple):
    """What of a run is on the picture at a moment; empty once the run has left the reals.

    Attributes:
        points: From the start to the ball, in pixels.
        hidden: Which of them stand behind the landscape.
        outside: Which of them lie off it.
        gone: Whether the run has left the reals, so that it has no ball.
        at: The step of each point; empty where points have none.
    """

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]
    outside: Bool[np.ndarray, " points"]
    gone: bool = False
    at: Float[np.ndarray, " points"] = np.zeros(0)

    @property
    def head(self) -> tuple[float, float] | None:
        """Where the ball is, unless it is off the landscape or gone."""
        if self.gone or not len(self.points) or self.outside[-1]:
            return None
        x, y = self.points[-1].tolist()
        return x, y

    def pieces(self) -> list[Float[np.ndarray, "piece 2"]]:
        """The lines of it that are seen."""
        return [self.points[span] for span in self.spans()]

    def spans(self) -> list[slice]:
        """Which points each line that is seen goes through."""
        unseen: Bool[np.ndarray, " points"] = self.hidden | self.outside
        if not unseen.any():
            return [slice(0, len(self.points))]
        seen = ~(unseen[1:] | unseen[:-1])
        edges = [0, *(np.flatnonzero(np.diff(seen.astype(np.int8))) + 1).tolist(), len(seen)]
        return [slice(a, b + 1) for a, b in pairwise(edges) if seen[a]]

    def since(self, before: "Shown") -> Float[np.ndarray, "points 2"]:
        """Points around all by which it differs from what was shown before."""
        whole = len(before.points) and len(self.points) >= len(before.points)
        if not (whole and (self.points[0] == before.points[0]).all()):
            return np.concatenate([before.points, self.points])
        return np.concatenate([before.points[-2:], self.points[max(0, len(before.points) - 2) :]])


class Paths:
    """Polylines through iterates, laid on a view.

    A run that leaves the reals is gone for good. With `returning`, points that are not numbers are absences:
    what is shown begins after the last of them. It goes back `memory` steps at most, one or more.
    """

    def __init__(
        self,
        runs: Sequence[Float[np.ndarray, "steps+1 2"]],
        view: LandscapeView,
        window: Box,
        *,
        returning: bool = False,
        memory: float = np.inf,
    ) -> None:
        drawn = [_draped(run, window, view.drape) for run in runs]
        self._at = [at for _, at in drawn]
        self._bounds = np.cumsum([0, *(len(at) for at in self._at)])
        self._world = np.concatenate([world for world, _ in drawn])
        self._view = view
        self._real = _since_absence if returning else _until_loss
        self._memory = memory
        self._fixed = None if view.turning else view.place(self._world, 0.0)

    def __len__(self) -> int:
        return len(self._at)

    def shown(self, position: float, share: float) -> list[Shown]:
        """Every run up to `position`, as it is seen at `share` of the film."""
        spans = [self._span(at, position) for at in self._at]
        if self._fixed is None:
            return self._seen_anew(spans, position, share)
        return [
            self._until(self._fixed.part(start + first, stop), at[first:], count, position)
            for start, stop, at, (first, count) in zip(
                self._bounds[:-1], self._bounds[1:], self._at, spans, strict=True
            )
        ]

    def _span(self, at: Float[np.ndarray, " points"], position: float) -> tuple[int, int]:
        """The first point that is remembered at a position, and how many there are."""
        first = int(np.searchsorted(at, position - self._memory))
        return first, int(np.searchsorted(at, position, side="right")) - first

    def _seen_anew(self, spans: Sequence[tuple[int, int]], position: float, share: float) -> list[Shown]:
        """As `shown`, for a view that turns: only what is on the picture is placed."""
        pairs = list(zip(self._bounds[:-1], self._at, spans, strict=True))
        ends = [min(first + count + 1, len(at)) for _, at, (first, count) in pairs]
        parts = [
            self._world[start + first : start + end]
            for (start, _, (first, _)), end in zip(pairs, ends, strict=True)
        ]
        placed = self._view.place(np.concatenate(parts), share)
        shown, begin = [], 0
        for (_, at, (first, count)), part in zip(pairs, parts, strict=True):
            end = begin + len(part)
            shown.append(self._until(placed.part(begin, end), at[first:], count, position))
            begin = end
        return shown

    def _until(self, placed: Placed, at: Float[np.ndarray, " points"], count: int, position: float) -> Shown:
        return self._real(_until(placed, at, count, position))


def _draped(
    run: Float[np.ndarray, "steps+1 2"], window: Box, drape: float | None
) -> tuple[Float[np.ndarray, "points 2"], Float[np.ndarray, " points"]]:
    """The run's points and their steps, with points between that are at most `drape` of the window apart."""
    steps = np.arange(len(run), dtype=float)
    if drape is None:
        return run, steps
    width = np.diff(np.array(window)).ravel()
    with np.errstate(invalid="ignore", over="ignore"):
        length = np.linalg.norm(np.diff(run, axis=0) / width, axis=-1)
    pieces = np.clip(np.nan_to_num(np.ceil(length / drape), nan=1.0, posinf=1.0), 1, _MOST_PIECES).astype(int)
    share = np.concatenate([np.arange(n) / n for n in pieces])
    index = np.repeat(np.arange(len(pieces)), pieces)
    with np.errstate(invalid="ignore", over="ignore"):
        between = run[index] + share[:, None] * (run[index + 1] - run[index])
    return np.vstack([between, run[-1]]), np.append(index + share, steps[-1])


def _until(placed: Placed, at: Float[np.ndarray, " points"], count: int, position: float) -> Shown:
    """The first `count` points, and between the last of them and the next one the ball."""
    points, hidden, outside = placed.part(0, count)
    steps = at[:count]
    if count < len(placed.points) and position > at[count - 1]:
        part = (position - at[count - 1]) / (at[count] - at[count - 1])
        before, after = placed.points[count - 1], placed.points[count]
        points = np.vstack([points, (1.0 - part) * before + part * after])
        hidden = np.append(hidden, placed.hidden[count - 1 : count + 1].any())
        outside = np.append(outside, placed.outside[count - 1 : count + 1].any())
        steps = np.append(steps, position)
    return Shown(points, hidden, outside, at=steps)


def _until_loss(shown: Shown) -> Shown:
    """What comes before the first point that is not a number."""
    real = np.isfinite(shown.points).all(-1)
    return shown if real.all() else _part(shown, 0, int(real.argmin()))


def _since_absence(shown: Shown) -> Shown:
    """What comes after the last point that is not a number."""
    absent = np.flatnonzero(~np.isfinite(shown.points).all(-1))
    return _part(shown, int(absent[-1]) + 1, len(shown.points)) if len(absent) else shown


def _part(shown: Shown, start: int, stop: int) -> Shown:
    """The points from `start` to `stop`; without the last one there is no ball."""
    points, hidden, outside, _, at = shown
    gone = stop < len(points)
    return Shown(points[start:stop], hidden[start:stop], outside[start:stop], gone=gone, at=at[start:stop])


_MEMORY, _LEAST_MEMORY = 1 / 8, 12.0
"""The trail of a satellite goes back by this part of the steps, and so many at least: those of a film's many
workers would hide its runs."""


class Satellite(NamedTuple):
    """A ball beside a run's own.

    Attributes:
        owner: The number of its run.
        kind: A worker, a point that a stale step read, or any other one.
        tied: Whether a line ties it to the run's ball.
    """

    owner: int
    kind: BallKind
    tied: bool


class Seen(NamedTuple):
    """The runs and their satellites at a moment."""

    runs: list[Shown]
    satellites: list[Shown]


class FrameState:
    """Runs and satellites, laid on a view once for all layers that draw them.

    Attributes:
        satellites: In the order in which they are seen.
    """

    def __init__(self, runs: Sequence[Run], *, view: LandscapeView, window: Box) -> None:
        self._runs = tuple(runs)
        self._view = view
        self._window = window
        self.at = lru_cache(maxsize=2)(self._at)
        self.satellites = [
            Satellite(owner, run.kinds.get(name, "point"), name not in run.untied)
            for owner, run in enumerate(runs)
            for name in run.balls
        ]

    @cached_property
    def _paths(self) -> Paths:
        return Paths([run.points for run in self._runs], self._view, self._window)

    @cached_property
    def _beside(self) -> Paths:
        balls = [ball for run in self._runs for ball in run.balls.values()]
        memory = max(_LEAST_MEMORY, _MEMORY * (len(balls[0]) - 1))
        return Paths(balls, self._view, self._window, returning=True, memory=memory)

    def _at(self, moment: Moment) -> Seen:
        runs = self._paths.shown(moment.position, moment.share)
        if not self.satellites:
            return Seen(runs, [])
        beside = self._beside.shown(moment.position, moment.share)
        if any(satellite.kind == "read" for satellite in self.satellites):
            # Where a step read is where it read until it is over: it does not move.
            still = self._beside.shown(float(math.ceil(moment.position)), moment.share)
            pairs = zip(self.satellites, beside, still, strict=True)
            beside = [fixed if of.kind == "read" else moving for of, moving, fixed in pairs]
        return Seen(runs, beside)
