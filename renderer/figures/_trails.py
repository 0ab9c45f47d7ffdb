"""Training paths on a plane, pale where they are far from it."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from ravine.renderer.figures._panel import add_dots
from ravine.renderer.figures._records import PlaneTrajectory
from ravine.renderer.figures._sheet import Sheet
from ravine.renderer.layers import PALEST, THINNEST
from ravine.renderer.style import mixed

_HIDDEN = 0.8
"""How much of the ground is in the colour of a path that the landscape hides."""

_WIDTH, _HALO = 3.4, 6.4


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A path as it is drawn.

    Attributes:
        points: In the coordinates of the axes; not a number where the path has left the reals.
        fade: How far it is from the plane, from 0 in it to 1 as far as the path is long.
        hidden: Where the landscape stands before it.
    """

    points: Float[np.ndarray, "points 2"]
    fade: Float[np.ndarray, " points"]
    hidden: Bool[np.ndarray, " points"]

    @classmethod
    def of(cls, trajectory: PlaneTrajectory, lengths: tuple[float, float]) -> "Trail":
        """The path on a plane seen from above."""
        points = np.stack([trajectory.x, trajectory.y], axis=-1).astype(float)
        return cls(points=points, fade=fades(trajectory, lengths), hidden=np.zeros(len(points), dtype=bool))

    def dense(self, longest: float) -> "Trail":
        """The path with further points between its own, no two of them farther apart than `longest`."""
        if len(self.points) < 2:
            return self
        gaps = np.linalg.norm(np.diff(self.points, axis=0), axis=-1)
        pieces = np.ceil(np.nan_to_num(np.clip(gaps / longest, 1.0, 500.0), nan=1.0)).astype(np.intp)
        old = np.arange(len(self.points))
        new = np.concatenate([n + np.arange(k) / k for n, k in enumerate(pieces.tolist())] + [old[-1:]])
        columns = [np.interp(new, old, values) for values in (*self.points.T, self.fade)]
        return Trail(
            points=np.stack(columns[:2], axis=-1), fade=columns[2], hidden=np.zeros(len(new), dtype=bool)
        )


def fades(trajectory: PlaneTrajectory, lengths: tuple[float, float]) -> Float[np.ndarray, " steps"]:
    """How far each iterate is from the plane, measured in the path's own extent on it, at most 1.

    Args:
        trajectory: The path.
        lengths: Of a step of 1 along each axis, in the units of the distance.
    """
    if trajectory.distance is None:
        return np.zeros(len(trajectory.x))
    sides = [
        length * np.ptp(part[np.isfinite(part)]) if np.isfinite(part).any() else 0.0
        for part, length in zip((trajectory.x, trajectory.y), lengths, strict=True)
    ]
    extent = max(math.hypot(*sides), 1e-30)
    return np.clip(np.nan_to_num(trajectory.distance, nan=0.0) / extent, 0.0, 1.0)


def draw_trail(sheet: Sheet, axes: Axes, trail: Trail, *, colour: str, rim: float = 15.0) -> None:
    """A line with a halo, a ring at its start and a ball at its end, as faint as the line there."""
    _draw_pieces(sheet, axes, trail, colour=colour)
    real = np.isfinite(trail.points).all(-1)
    if not real.any():
        return
    first, last = trail.points[real][[0, -1]]
    fade = float(trail.fade[real][-1])
    face, edge = mixed(colour, sheet.theme.mid, fade), colour if fade > 0.5 else sheet.theme.rim
    add_dots(
        sheet, axes, first[:1], first[1:], colour=sheet.theme.halo, size=0.6 * rim, edge=sheet.theme.text
    )
    add_dots(sheet, axes, last[:1], last[1:], colour=face, size=rim, edge=edge, order=6.0)


def _draw_pieces(sheet: Sheet, axes: Axes, trail: Trail, *, colour: str) -> None:
    """Opaque pieces: half transparent ones would show where they join."""
    segments = np.stack([trail.points[:-1], trail.points[1:]], axis=1)
    real = np.isfinite(segments).all((1, 2))
    fade = np.maximum(trail.fade[:-1], trail.fade[1:])
    fade = np.where(trail.hidden[:-1] | trail.hidden[1:], np.maximum(fade, _HIDDEN / PALEST), fade)
    pale, share = PALEST * fade, 1.0 - (1.0 - THINNEST) * fade
    shades = (1.0 - pale[:, None]) * np.array(to_rgb(colour)) + pale[:, None] * np.array(
        to_rgb(sheet.theme.mid)
    )
    widths = sheet.points(_WIDTH) * share
    theme = sheet.theme
    halo = sheet.points(_HALO) * share
    for colours, thick, order in ((theme.halo, halo, 3.0), (shades, widths, 3.5)):
        alpha = theme.halo_alpha if order == 3.0 else 1.0
        chosen = colours if isinstance(colours, str) else colours[real]
        lines = LineCollection(
            list(segments[real]),
            colors=chosen,
            linewidths=thick[real],
            zorder=order,
            alpha=alpha,
            capstyle="round",
        )
        axes.add_collection(lines, autolim=False)
