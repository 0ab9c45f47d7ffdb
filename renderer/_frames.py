"""A film's frames, one at a time: what a renderer hands to a writer."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

Pixels = UInt8[np.ndarray, "height width 4"]
"""RGBA, rows from the top, alpha 255 everywhere."""

PixelBox = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels, right and bottom excluded."""

RGB = tuple[int, int, int]
"""Red, green and blue from 0 to 255."""


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


class Frame(NamedTuple):
    """One frame as it is drawn.

    `pixels` is the renderer's own buffer: it changes when the next frame is asked for.
    Outside `changed` it equals the frame before; the first frame's `changed` is the whole picture.
    """

    pixels: Pixels
    changed: PixelBox


@runtime_checkable
class Frames(Protocol):
    """A film that is drawn as it is read, so that its length costs no memory.

    Attributes:
        size: Width and height in pixels.
        durations: Seconds for which each frame stands; the last one includes the hold.
        fps: Frames a second while the film moves.
        loops: How often a player repeats the film; 0 is for ever.
        comment: What made the film, for the file's comment.
        exact_colours: Colours that a palette must keep as they are.
    """

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def durations(self) -> Sequence[float]: ...
    @property
    def fps(self) -> float: ...
    @property
    def loops(self) -> int: ...
    @property
    def comment(self) -> str: ...
    @property
    def exact_colours(self) -> Sequence[RGB]: ...

    def __iter__(self) -> Iterator[Frame]:
        """Draw every frame in order."""
        ...

    def still(self, index: int) -> Pixels:
        """A copy of the frame at `index`, negative from the end."""
        ...
