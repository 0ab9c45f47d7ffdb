"""Contents of a file: it may hold another number of frames than its film has."""

from collections.abc import Sequence
from typing import NamedTuple


class Written(NamedTuple):
    """The contents of a file that was written.

    Attributes:
        frames: How many frames a reader finds in the file, or files in the folder.
        note: The same in words, with the reason where the film has another number.
    """

    frames: int
    note: str

    @classmethod
    def all(cls, frames: int) -> "Written":
        """Each frame of the film, once."""
        return cls(frames=frames, note=f"{frames} frame{'s' * (frames != 1)}")


def images_written(stored: int, delays: Sequence[int], *, most: str) -> Written:
    """Describe an animated image.

    Args:
        stored: How many images the file holds.
        delays: Of each frame of the film in ticks, 0 where it is left out.
        most: How many the format shows in a second, as the reason for leaving some out.
    """
    written = Written.all(stored)
    shown = sum(delay > 0 for delay in delays)
    reasons = [most] * (shown < len(delays)) + ["equal ones in a row are stored as one"] * (stored < shown)
    return written._replace(note=f"{written.note} ({'; '.join(reasons)})") if reasons else written


def video_written(counts: Sequence[int], hold: int) -> Written:
    """Describe a video, which stores a frame as often as it stands.

    Args:
        counts: How often each frame but the last one is stored.
        hold: How often the last one is.
    """
    moving = Written.all(sum(counts) + 1)
    held = f", the last one stored {hold} times" * (hold > 1)
    return Written(frames=sum(counts) + hold, note=f"{moving.note}{held}")


_ROUNDING = 1e-6


def whole_delays(durations: Sequence[float], *, ticks: int, shortest: int) -> list[int]:
    """Round durations to ticks so that the film as a whole keeps its time.

    Rounding goes by the time at which each frame ends, so that errors do not add up: at 30 frames a
    second and 100 ticks the delays are 3, 4, 3 and so on. A frame for which less than `shortest` is
    left gets 0: it is not shown, and its time goes to its neighbours. The last frame is always shown.

    Args:
        durations: Seconds.
        ticks: Ticks in a second.
        shortest: The least delay that players honour, in ticks.

    Returns:
        A delay for each duration, in ticks.
    """
    delays: list[int] = []
    end, shown_until = 0.0, 0
    for index, duration in enumerate(durations):
        end += ticks * duration
        left = end - shown_until
        is_last = index == len(durations) - 1
        # A frame may overrun by a tick: else 60 frames a second would lose two frames of six, not one.
        shown = is_last or left > shortest - 1 - _ROUNDING
        delays.append(max(shortest, round(left)) if shown else 0)
        shown_until += delays[-1]
    return delays


def repeats(durations: Sequence[float], fps: float) -> list[int]:
    """Count how often each frame is repeated at a constant rate; the last one at least once.

    Args:
        durations: Seconds.
        fps: Frames a second.
    """
    counts: list[int] = []
    end, written = 0.0, 0
    for duration in durations:
        end += fps * duration
        counts.append(max(round(end) - written, 0))
        written += counts[-1]
    if counts:
        counts[-1] = max(counts[-1], 1)
    return counts
