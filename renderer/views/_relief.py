"""A landscape as a relief: heights on a grid in the camera's box."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._scene import Background, Box
from ravine.renderer.canvas import HEIGHT, Camera, edges
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
