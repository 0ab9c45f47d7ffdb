"""Fading: what is off the plane of the picture is drawn fainter and thinner."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer._palette import mixed
from ravine.renderer._paths import Shown
from ravine.renderer._scene import Run
from ravine.renderer._theme import Theme

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
