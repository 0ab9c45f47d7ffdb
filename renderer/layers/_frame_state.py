"""What of the runs and of the balls beside them is on the picture at a moment."""

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from ravine.renderer._frames import Moment
from ravine.renderer._scene import BallKind, Box, Run
from ravine.renderer.layers._paths import Paths, Shown
from ravine.renderer.views import LandscapeView

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
