"""A camera that looks at a box from a distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import PixelBox

_DISTANCE = 9.0
"""From the middle of the box to the eye, where the box is 2 wide: a mild perspective."""

HEIGHT = 1.15
"""The height of the box, which is 2 wide."""

CORNERS = np.array(list(product((-1.0, 1.0), (-1.0, 1.0), (0.0, HEIGHT))))
_MIDDLE = np.array([0.0, 0.0, HEIGHT / 2])

World = Float[np.ndarray, "*shape 3"]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A perspective view of the box [-1, 1] x [-1, 1] x [0, HEIGHT].

    Attributes:
        azimuth: The angle of the eye about the vertical, in degrees from the x axis.
        elevation: The angle of the eye above the floor, in degrees.
        scale: Pixels for a unit in the middle of the box.
        centre: The picture of the middle of the box, in pixels.
    """

    azimuth: float
    elevation: float
    scale: float = 1.0
    centre: tuple[float, float] = (0.0, 0.0)

    @cached_property
    def axes(self) -> Float[np.ndarray, "3 3"]:
        """Unit vectors to the right of the picture, up it, and towards the eye."""
        a, e = np.radians([self.azimuth, self.elevation])
        right = np.array([-np.sin(a), np.cos(a), 0.0])
        eye = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
        return np.stack([right, np.cross(eye, right), eye])

    @property
    def eye(self) -> Float[np.ndarray, "3"]:
        """The place of the eye."""
        return _MIDDLE + _DISTANCE * self.axes[2]

    def project(self, world: World) -> Float[np.ndarray, "*shape 2"]:
        """Project points to the picture, in pixels."""
        seen = (world - _MIDDLE) @ self.axes.T
        scale = self.scale * _DISTANCE / (_DISTANCE - seen[..., 2:])
        return np.array(self.centre) + seen[..., :2] * scale * np.array([1.0, -1.0])

    def depth(self, world: World) -> Float[np.ndarray, "*shape"]:
        """Measure how near to the eye points are; larger is nearer."""
        return world @ self.axes[2]


def fitted(azimuths: Sequence[float], elevation: float, box: PixelBox, margins: PixelBox) -> list[Camera]:
    """Cameras at `azimuths`, one scale for all, that see the whole box inside `box` less `margins`."""
    cameras = [Camera(azimuth=azimuth, elevation=elevation) for azimuth in azimuths]
    corners = np.concatenate([camera.project(CORNERS) for camera in cameras])
    low, high = corners.min(0), corners.max(0)
    left, top, right, bottom = (edge + margin for edge, margin in zip(box, margins, strict=True))
    room = np.array([right - left, bottom - top], dtype=float)
    scale = float((room / (high - low)).min())
    centre = np.array([left + right, top + bottom]) / 2 - scale * (low + high) / 2
    return [
        Camera(
            azimuth=camera.azimuth,
            elevation=elevation,
            scale=scale,
            centre=(float(centre[0]), float(centre[1])),
        )
        for camera in cameras
    ]
