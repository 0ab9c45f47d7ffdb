"""What a view offers: a ground to paint, and the places of points on it."""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas import Canvas


class Placed(NamedTuple):
    """Points of the landscape on the picture.

    Attributes:
        points: In pixels.
        hidden: Which of them stand behind the landscape.
        outside: Which of them lie off the landscape and cannot be shown; a view that clips has none.
    """

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]
    outside: Bool[np.ndarray, " points"]

    def part(self, start: int, stop: int) -> "Placed":
        """The points from `start` to `stop`."""
        return Placed(*(values[start:stop] for values in self))


@runtime_checkable
class View(Protocol):
    """A landscape as it is seen.

    Attributes:
        box: What the view fills; nothing of a run is drawn outside it.
        turning: Whether the view changes from frame to frame, so that its ground is painted anew.
        lowest: The lowest loss on the view.
        drape: The part of the window after which a trail needs another point to lie on the ground, or
            None where a straight line between iterates does.
    """

    @property
    def box(self) -> PixelBox: ...
    @property
    def turning(self) -> bool: ...
    @property
    def lowest(self) -> float: ...
    @property
    def drape(self) -> float | None: ...

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint the ground as it is seen at `share` of the film, from 0 to 1."""
        ...

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Where points of the landscape stand on the picture."""
        ...
