"""Runs as polylines on the picture, each point with the step at which the ball is there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._scene import Box
from ravine.renderer._view import Placed, View

_MOST_PIECES = 60


class Shown(NamedTuple):
    """What of a run is on the picture at a moment; empty once the run has left the reals.

    Attributes:
        points: From the start to the ball, in pixels.
        hidden: Which of them stand behind the landscape.
        outside: Which of them lie off it.
        gone: Whether the run has left the reals, so that it has no ball.
    """

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]
    outside: Bool[np.ndarray, " points"]
    gone: bool = False

    @property
    def head(self) -> tuple[float, float] | None:
        """Where the ball is, unless it is off the landscape or gone."""
        if self.gone or not len(self.points) or self.outside[-1]:
            return None
        x, y = self.points[-1].tolist()
        return x, y


class Paths:
    """Polylines through iterates, laid on a view."""

    def __init__(self, runs: Sequence[Float[np.ndarray, "steps+1 2"]], view: View, window: Box) -> None:
        drawn = [_draped(run, window, view.drape) for run in runs]
        self._at = [at for _, at in drawn]
        self._bounds = np.cumsum([0, *(len(at) for at in self._at)])
        self._world = np.concatenate([world for world, _ in drawn])
        self._view = view
        self._fixed = None if view.turning else view.place(self._world, 0.0)

    def __len__(self) -> int:
        return len(self._at)

    def shown(self, position: float, share: float) -> list[Shown]:
        """Every run up to `position`, as it is seen at `share` of the film."""
        upto = [int(np.searchsorted(at, position, side="right")) for at in self._at]
        if self._fixed is None:
            return self._seen_anew(upto, position, share)
        return [
            _until(self._fixed.part(start, stop), at, count, position)
            for start, stop, at, count in zip(
                self._bounds[:-1], self._bounds[1:], self._at, upto, strict=True
            )
        ]

    def _seen_anew(self, upto: Sequence[int], position: float, share: float) -> list[Shown]:
        """As `shown`, for a view that turns: only what is on the picture is placed."""
        ends = [min(count + 1, len(at)) for count, at in zip(upto, self._at, strict=True)]
        parts = [self._world[start : start + end] for start, end in zip(self._bounds[:-1], ends, strict=True)]
        placed = self._view.place(np.concatenate(parts), share)
        shown, start = [], 0
        for count, end, at in zip(upto, ends, self._at, strict=True):
            stop = start + end
            shown.append(_until(placed.part(start, stop), at, count, position))
            start = stop
        return shown


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
    if count < len(placed.points) and position > at[count - 1]:
        part = (position - at[count - 1]) / (at[count] - at[count - 1])
        before, after = placed.points[count - 1], placed.points[count]
        points = np.vstack([points, (1.0 - part) * before + part * after])
        hidden = np.append(hidden, placed.hidden[count - 1 : count + 1].any())
        outside = np.append(outside, placed.outside[count - 1 : count + 1].any())
    real = np.isfinite(points).all(-1)
    if real.all():
        return Shown(points, hidden, outside)
    last = int(real.argmin())
    return Shown(points[:last], hidden[:last], outside[:last], gone=True)
