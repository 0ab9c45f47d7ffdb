"""Frames of a film, one at a time, which a renderer hands to a writer, and how long each stands."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from ravine.core.options import Option, check_interval
from ravine.core.recipe import FPS, HOLD, LOOPS, SECONDS, STEPS_PER_FRAME

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
        loops: The number of times that a player shows the film; 0 is for ever.
        comment: A description of the film's recipe, for the file's comment.
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


_RANGES: Mapping[str, Option] = {
    "seconds": SECONDS,
    "fps": FPS,
    "hold": HOLD,
    "loops": LOOPS,
    "steps_per_frame": STEPS_PER_FRAME,
}

_FIRST_STEP_SECONDS = 0.3
_STEEPEST_EASE = 2.5


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The clock of a film.

    Attributes:
        seconds: The length of the film without the hold of its last frame.
        fps: Frames a second.
        hold: Seconds for which the last frame stands.
        loops: The number of times that a player shows the film; 0 is for ever.
        steps_per_frame: Exact control in place of `seconds`: how many steps each frame advances.
    """

    seconds: float = 8.0
    fps: float = 25.0
    hold: float = 2.0
    loops: int = 0
    steps_per_frame: float | None = None

    def __post_init__(self) -> None:
        for name, about in _RANGES.items():
            number = getattr(self, name)
            if number is not None:
                check_interval(name, number, about)

    def positions(self, steps: int) -> Float[np.ndarray, " frames"]:
        """The step at which each frame stands, from 0 to `steps`, between two steps where it is not whole.

        Time is eased so that the first step takes long enough to be seen.
        """
        if self.steps_per_frame is not None:
            frames = math.ceil(steps / self.steps_per_frame - 1e-9) + 1
            return np.minimum(np.arange(frames) * self.steps_per_frame, float(steps))
        frames = max(2, round(self.seconds * self.fps))
        share = np.linspace(0.0, 1.0, frames)
        return steps * share ** _ease(steps, self.seconds)

    def durations(self, frames: int) -> tuple[float, ...]:
        """Seconds for which each frame stands; the last one holds."""
        last = max(self.hold, 1.0 / self.fps)
        return (*(1.0 / self.fps for _ in range(frames - 1)), last)


def _ease(steps: int, seconds: float) -> float:
    """The power of time that gives the first step its due; 1 where an even pace does."""
    if steps < 2 or seconds <= _FIRST_STEP_SECONDS:
        return 1.0
    power = math.log(steps) / math.log(seconds / _FIRST_STEP_SECONDS)
    return min(max(power, 1.0), _STEEPEST_EASE)
