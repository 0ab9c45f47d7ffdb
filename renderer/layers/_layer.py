"""What a layer offers: a part that stands still, and a part that is drawn at every frame."""

from typing import NamedTuple, Protocol, runtime_checkable

from ravine.renderer._frames import PixelBox
from ravine.renderer.canvas import Canvas


class Moment(NamedTuple):
    """A frame's place in the film.

    Attributes:
        position: The step, between two steps where it is not whole.
        share: The part of the film that is over, from 0 to 1.
    """

    position: float
    share: float

    @property
    def step(self) -> int:
        """The last step that is over."""
        return int(self.position)


@runtime_checkable
class Layer(Protocol):
    """A part of the picture that moves over the ground.

    Attributes:
        quick: Whether it moves at every frame, or only as fast as figures can be read.
    """

    @property
    def quick(self) -> bool: ...

    def paint(self, canvas: Canvas) -> None:
        """Paint what stands still, once."""
        ...

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """The box outside which the layer looks the same at both moments."""
        ...

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw what moves."""
        ...
