"""The graph of a loss of x alone: losses along the window, their levels, and where they stand in pixels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Background
from ravine.renderer.canvas import edges
from ravine.renderer.style import LossNorm

_PLACES = 2049

_LINEAR_SHARE = 0.12
"""On a log scale the graph bends to a linear one at this part of its losses: wells would be spikes."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A loss over the window's first dimension.

    Attributes:
        places: Evenly spaced, from one end of the window to the other.
        losses: There.
        norm: The norm from losses to levels: linear, unless the background asks for a log scale.
    """

    places: Float[np.ndarray, " places"]
    losses: Float[np.ndarray, " places"]
    norm: LossNorm

    @classmethod
    def of(cls, background: Background) -> "Profile":
        """The profile of a background whose losses do not depend on y."""
        places = edges(background.window[0], _PLACES)
        (losses,) = background.losses(places, np.zeros(1))
        scale = "log" if background.scale == "log" else "linear"
        norm = LossNorm.of(losses, scale, linear_share=_LINEAR_SHARE)
        return cls(places=places, losses=losses, norm=norm)

    def level(self, xs: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """The graph's levels from 0 to 1 at places, beyond its ends those of the ends.

        Where the loss is not a number the graph is at its top, as every view has it.
        """
        return np.interp(xs, self.places, self.norm.level(self.losses))


_PITCH = 1.5
"""Pixels from one point of a line along the graph to the next."""


class Graph:
    """The graph of a profile between the left and right edges of a box.

    Its lowest level stands at `foot` and its highest at `top`. Its direction is taken over `smoothing` pixels
    to either side, so that a ball does not jump at a kink.
    """

    def __init__(self, profile: Profile, *, foot: float, top: float, box: PixelBox, smoothing: float) -> None:
        self.box = box
        self._profile = profile
        self._foot = foot
        self._top = top
        self._smoothing = smoothing
        left, _, right, _ = box
        self._columns = np.linspace(left, right, max(2, round((right - left) / _PITCH) + 1))
        self._rows = self.rows(self._columns)

    @property
    def window(self) -> tuple[float, float]:
        """The x at the left and right edges."""
        first, *_, last = self._profile.places.tolist()
        return first, last

    def columns(self, xs: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Map values of the variable to pixels from left to right."""
        low, high = self.window
        left, _, right, _ = self.box
        return left + (xs - low) / (high - low) * (right - left)

    def row_of(self, levels: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """Map levels to pixels from top to bottom."""
        return self._foot - levels * (self._foot - self._top)

    def levels_at(self, rows: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
        """The inverse of `row_of`: below the graph's lowest point levels are negative."""
        return (self._foot - rows) / (self._foot - self._top)

    def rows(self, columns: Float[np.ndarray, " points"]) -> Float[np.ndarray, " points"]:
        """The graph at columns of the picture."""
        low, high = self.window
        left, _, right, _ = self.box
        xs = low + (columns - left) / (right - left) * (high - low)
        return self.row_of(self._profile.level(xs))

    def normals(self, columns: Float[np.ndarray, " points"]) -> Float[np.ndarray, "points 2"]:
        """Upward from the graph, of length 1."""
        left, _, right, _ = self.box
        first = np.clip(columns - self._smoothing, left, right)
        last = np.clip(columns + self._smoothing, left, right)
        rise = (self.rows(last) - self.rows(first)) / np.maximum(last - first, 1e-9)
        return np.stack([rise, -np.ones_like(rise)], axis=-1) / np.hypot(rise, 1.0)[:, None]

    def along(self, first: float, last: float, depth: float) -> Float[np.ndarray, "points 2"]:
        """The line below the graph from one column to another, at a distance of `depth` from it."""
        between = self._columns[(self._columns > first) & (self._columns < last)]
        columns = np.concatenate([[first], between, [last]])
        line = np.stack([columns, self.rows(columns)], axis=-1) - depth * self.normals(columns)
        # Below a sharp hilltop the line would turn back on itself.
        return line[line[:, 0] >= np.maximum.accumulate(line[:, 0])]

    def lowest_row(self, first: float, last: float) -> float:
        """Return the lowest pixel of the graph between two columns."""
        inside = (self._columns >= first) & (self._columns <= last)
        ends = self.rows(np.array([first, last]))
        return float(np.concatenate([self._rows[inside], ends]).max())
