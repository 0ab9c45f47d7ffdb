"""A landscape as a relief: heights on a grid in the camera's box, and the names along its floor."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._scene import Background, Box
from ravine.renderer.canvas import HEIGHT, Camera, Canvas, edges, fit_text, linear_ticks, text_size
from ravine.renderer.canvas import labels as texts_of
from ravine.renderer.style import LossNorm

_MARCH = 56
"""Samples of a ray on its way out of the box."""

_LINEAR_SHARE = 0.12
"""A relief bends to a linear scale at this part of its losses: deep wells would hide their floors."""

_LIFT = 0.012
"""The height of points above the relief, so that the relief does not hide them."""


@dataclass(frozen=True, kw_only=True)
class Relief:
    """Heights from 0 to `HEIGHT` over [-1, 1] x [-1, 1].

    Attributes:
        window: The part of the plane that the relief shows.
        norm: The norm from losses to heights.
        heights: On a grid, rows upward in y.
    """

    window: Box
    norm: LossNorm
    heights: Float[np.ndarray, "rows columns"]

    @classmethod
    def of(cls, background: Background, cells: int) -> "Relief":
        """The relief of a landscape's window."""
        losses = background.losses(*(edges(bounds, cells + 1) for bounds in background.window))
        samples = losses if background.samples is None else background.samples
        norm = LossNorm.of(samples, background.scale, linear_share=_LINEAR_SHARE, heights=background.heights)
        return cls(window=background.window, norm=norm, heights=HEIGHT * norm.level(losses))

    def flat(self, points: Float[np.ndarray, "*shape 2"]) -> Float[np.ndarray, "*shape 2"]:
        """Points of the plane as places in the box."""
        low, high = np.array(self.window).T
        return 2.0 * (points - low) / (high - low) - 1.0

    def on(self, points: Float[np.ndarray, "*shape 2"]) -> Float[np.ndarray, "*shape 3"]:
        """Points of the plane, laid on the relief."""
        flat = self.flat(points)
        return np.concatenate([flat, (self.height(flat) + _LIFT)[..., None]], axis=-1)

    def height(self, flat: Float[np.ndarray, "*shape 2"]) -> Float[np.ndarray, "*shape"]:
        """The relief's height, linear between grid points."""
        rows, columns = self.heights.shape
        with np.errstate(invalid="ignore"):
            x = np.clip(np.nan_to_num((flat[..., 0] + 1) / 2), 0.0, 1.0) * (columns - 1)
            y = np.clip(np.nan_to_num((flat[..., 1] + 1) / 2), 0.0, 1.0) * (rows - 1)
        column = np.minimum(x.astype(np.intp), columns - 2)
        row = np.minimum(y.astype(np.intp), rows - 2)
        x, y = x - column, y - row
        low = self.heights[row, column] * (1 - x) + self.heights[row, column + 1] * x
        high = self.heights[row + 1, column] * (1 - x) + self.heights[row + 1, column + 1] * x
        return low * (1 - y) + high * y

    def hides(self, world: Float[np.ndarray, "points 3"], camera: Camera) -> Bool[np.ndarray, " points"]:
        """Tell whether the relief stands between each point and the eye."""
        way = camera.eye - world
        way = way / np.abs(way[:, :2]).max(-1, keepdims=True)
        rays = world[:, None] + (2.0 * (np.arange(1, _MARCH + 1) / _MARCH) ** 1.5)[:, None] * way[:, None]
        inside = (np.abs(rays[..., :2]) <= 1.0).all(-1)
        return (inside & (self.height(rays[..., :2]) > rays[..., 2])).any(-1)

    @cached_property
    def vertices(self) -> Float[np.ndarray, "rows columns 3"]:
        """The grid points in the box."""
        rows, columns = self.heights.shape
        x, y = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows))
        return np.stack([x, y, self.heights], axis=-1)

    @cached_property
    def normals(self) -> Float[np.ndarray, "rows columns 3"]:
        """Unit vectors that stand on the relief."""
        rows, columns = self.heights.shape
        dy, dx = np.gradient(self.heights, 2 / (rows - 1), 2 / (columns - 1))
        normal = np.stack([-dx, -dy, np.ones_like(dx)], axis=-1)
        return normal / np.linalg.norm(normal, axis=-1, keepdims=True)


_APART = 7.0
"""Between a name and the labels of its axis, in units."""

_ROOM, _LEAST = 1.15, 0.6
"""The most length of a name relative to its edge, and the least share of it that is worth writing."""


class EdgeName(NamedTuple):
    """A name beside an edge.

    Attributes:
        at: The middle of its baseline.
        angle: The degrees by which it rises to the right.
    """

    text: str
    at: tuple[float, float]
    angle: float


def paint_edge_names(
    canvas: Canvas, background: Background, camera: Camera, *, labels: float, colour: str, unit: float
) -> None:
    """The names of a background's axes; `labels` is as in `edge_names`."""
    size = 16 * unit
    ticks = [linear_ticks(*bounds, most=5) for bounds in background.window]
    widest = max(text_size(text, size=size)[0] for places in ticks for text in texts_of(places))
    for text, at, angle in edge_names(
        background.axes, camera, labels=labels, widest=widest, size=size, unit=unit
    ):
        canvas.slanted_text(text, at, size=size, colour=colour, angle=angle)


def edge_names(
    names: tuple[str, str], camera: Camera, *, labels: float, widest: float, size: float, unit: float
) -> Iterator[EdgeName]:
    """The names of x and y along their edges, outside their labels.

    Args:
        names: Empty where an axis has none.
        camera: The camera that sees them.
        labels: The distance of the labels from the middle of the floor, where the edge is at 1.
        widest: The width of the widest of them.
        size: Of the text.
        unit: The 720th part of the picture's height.
    """
    _, _, eye = camera.axes
    middle = camera.project(np.zeros(3))
    for dimension, text in enumerate(names):
        side = 1.0 if eye[1 - dimension] > 0 else -1.0
        begin, end = sorted(camera.project(_edge(dimension, side)).tolist())
        outward = _normal(np.subtract(end, begin), (np.add(begin, end) / 2 - middle))
        label = camera.project(_edge(dimension, labels * side)).mean(0)
        half = 0.5 * (abs(outward[0]) * widest + abs(outward[1]) * size)
        centre = label + (half + _APART * unit + 0.5 * size) * outward
        angle = math.atan2(begin[1] - end[1], end[0] - begin[0])
        below = 0.36 * size * np.array([math.sin(angle), math.cos(angle)])
        x, y = (centre + below).tolist()
        cut = fit_text(text, _ROOM * math.dist(begin, end), size=size)
        if text and len(cut) >= _LEAST * len(text):
            yield EdgeName(cut, (x, y), math.degrees(angle))


def _edge(dimension: int, side: float) -> Float[np.ndarray, "2 3"]:
    """The ends of an edge of the floor."""
    ends = np.zeros((2, 3))
    ends[:, dimension] = -1.0, 1.0
    ends[:, 1 - dimension] = side
    return ends


def _normal(along: Float[np.ndarray, "2"], outward: Float[np.ndarray, "2"]) -> Float[np.ndarray, "2"]:
    """The unit vector across a line, on the side to which another vector points."""
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
    return across if across @ outward > 0 else -across
