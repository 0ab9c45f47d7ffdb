"""Video by imageio's plugin FFMPEG, made safe.

The plugin does not look at how ffmpeg ended, so the frames are counted when the film is done. It starts
ffmpeg by a fork, of which JAX warns as threads may lock up in it, unless told not to prepare for Ctrl-C.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from io import BufferedIOBase
from pathlib import Path

from ravine.renderer._frames import Frames
from ravine.renderer.writers._ffmpeg import REPRODUCIBLE, comment_of, rate_of, repeated
from ravine.renderer.writers._writer import OnFrame
from ravine.renderer.writers._written import Written, repeats, video_written

_NO_FORK = "IMAGEIO_FFMPEG_NO_PREVENT_SIGINT"


def write_video(
    frames: Frames,
    file: BufferedIOBase,
    *,
    extension: str,
    codec: str,
    pixel_format: str,
    options: Sequence[str] = (),
    on_frame: OnFrame | None,
) -> Written:
    """Write a film of one rate: a frame that stands longer is repeated, the last one for as long as it holds.

    Args:
        frames: The film.
        file: A binary file.
        extension: Of the container.
        codec: ffmpeg's name of the encoder.
        pixel_format: What it stores.
        options: Further ones of ffmpeg.
        on_frame: Called with each frame's index when it is handed to ffmpeg.

    Returns:
        How many frames the file holds.

    Raises:
        OSError: ffmpeg failed.
    """
    from imageio import v2 as imageio

    *counts, hold = repeats(frames.durations, frames.fps)
    # A container needs to be sought, which a pipe cannot be.
    with tempfile.TemporaryDirectory(prefix="ravine-") as folder:
        film = Path(folder, f"film{extension}")
        writer = imageio.get_writer(
            film,
            format="FFMPEG",  # pyright: ignore[reportArgumentType]
            mode="I",
            fps=frames.fps,
            input_params=["-r", rate_of(frames)],
            codec=codec,
            pixelformat=pixel_format,
            quality=None,
            macro_block_size=1,
            ffmpeg_log_level="quiet",
            output_params=[*options, *REPRODUCIBLE, *comment_of(frames)],
        )
        with closing(writer):  # by itself it stays open after an error
            for place, picture in enumerate(repeated(frames, [*counts, hold], on_frame)):
                with _told(place), _unforked() if place == 0 else nullcontext():
                    writer.append_data(picture)
        _check_whole(film, sum(counts) + hold)
        with film.open("rb") as encoded:
            shutil.copyfileobj(encoded, file)
    return video_written(counts, hold)


@contextmanager
def _told(place: int) -> Iterator[None]:
    """A block whose error is told in one line: the plugin's has the whole command."""
    ended = False
    try:
        yield
    except OSError:
        ended = True
    if ended:  # the plugin's error would keep ffmpeg's pipe open for as long as it is the context of ours
        raise OSError(f"ffmpeg could not write the film: it ended at frame {place}.")


@contextmanager
def _unforked() -> Iterator[None]:
    """A block that starts ffmpeg without a fork of this process."""
    before = os.environ.get(_NO_FORK)
    os.environ[_NO_FORK] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_NO_FORK]
        else:
            os.environ[_NO_FORK] = before


def _check_whole(film: Path, wanted: int) -> None:
    """Read a film that was written to its end.

    Raises:
        OSError: It cannot be read, or lacks frames.
    """
    from imageio_ffmpeg import count_frames_and_secs

    try:
        found, _ = count_frames_and_secs(film)
    except RuntimeError:
        found = 0
    if found != wanted:
        raise OSError(f"ffmpeg could not write the film: {found} of its {wanted} frames can be read back.")
