"""What a view offers: a ground to paint, and the places of points on it."""

from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._canvas import Canvas
from ravine.renderer._frames import PixelBox


class Placed(NamedTuple):
    """Points of the landscape on the picture, and which of them the landscape hides."""

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]


class View(Protocol):
    """A landscape as it is seen.

    Attributes:
        box: What the view fills; nothing of a run is drawn outside it.
        turning: Whether the view changes from frame to frame, so that its ground is painted anew.
        drape: The part of the window after which a trail needs another point to lie on the ground, or
            None where a straight line between iterates does.
    """

    @property
    def box(self) -> PixelBox: ...
    @property
    def turning(self) -> bool: ...
    @property
    def drape(self) -> float | None: ...

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint the ground as it is seen at `share` of the film, from 0 to 1."""
        ...

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Where points of the landscape stand on the picture."""
        ...
