"""What a file holds of a film, which may be another number of frames than the film has."""

from collections.abc import Sequence
from typing import NamedTuple


class Written(NamedTuple):
    """What was written.

    Attributes:
        frames: How many frames a reader finds in the file, or files in the folder.
        said: The same in words, with the reason where the film has another number.
    """

    frames: int
    said: str

    @classmethod
    def all(cls, frames: int) -> "Written":
        """Each frame of the film, once."""
        return cls(frames=frames, said=f"{frames} frame{'s' * (frames != 1)}")


def images_written(stored: int, delays: Sequence[int], *, most: str) -> Written:
    """What an animated image holds.

    Args:
        stored: How many images the file holds.
        delays: Of each frame of the film in ticks, 0 where it is left out.
        most: How many the format shows in a second, as the reason for leaving some out.
    """
    written = Written.all(stored)
    shown = sum(delay > 0 for delay in delays)
    reasons = [most] * (shown < len(delays)) + ["equal ones in a row are stored as one"] * (stored < shown)
    return written._replace(said=f"{written.said} ({'; '.join(reasons)})") if reasons else written


def video_written(counts: Sequence[int], hold: int) -> Written:
    """What a video holds, which stores a frame as often as it stands.

    Args:
        counts: How often each frame but the last one is stored.
        hold: How often the last one is.
    """
    moving = Written.all(sum(counts) + 1)
    held = f", the last one stored {hold} times" * (hold > 1)
    return Written(frames=sum(counts) + hold, said=f"{moving.said}{held}")
