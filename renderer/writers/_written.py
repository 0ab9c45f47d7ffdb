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
    """How often each frame is repeated at a constant rate; the last one at least once.

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
