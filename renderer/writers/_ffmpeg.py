"""Video encoded by an ffmpeg that is watched, from imageio-ffmpeg.

`imageio_ffmpeg.write_frames` would do, but it does not look at how ffmpeg ended: on a full disk it leaves a
film that no player opens, which is only found when the film is decoded again, as `_imageio` does.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._writer import OnFrame
from ravine.renderer.writers._written import Written, repeats, video_written

# The bytes depend on the number of threads, so it must not depend on the machine.
REPRODUCIBLE = ["-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
"""The same film becomes the same bytes."""

TO_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+full_chroma_inp,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
"""A filter to the colours of HDTV, which players take for granted."""


def write_watched(
    frames: Frames,
    file: BufferedIOBase,
    *,
    extension: str,
    encoder: Sequence[str],
    on_frame: OnFrame | None,
) -> Written:
    """Write a film in the colours of HDTV, for all players.

    Video has one rate: a frame that stands longer is repeated, and the last one for as long as it holds.

    Args:
        frames: The film.
        file: A binary file.
        extension: Of the container.
        encoder: Its options of ffmpeg.
        on_frame: Called with each frame's index when it is handed to ffmpeg.

    Returns:
        How many frames the file holds.

    Raises:
        OSError: ffmpeg failed; the message has its last words.
    """
    *counts, hold = repeats(frames.durations, frames.fps)
    # A container needs to be sought, which a pipe cannot be.
    with tempfile.TemporaryDirectory(prefix="ravine-") as folder:
        film = Path(folder, f"film{extension}")
        pictures = (picture.data for picture in repeated(frames, [*counts, 1], on_frame))
        _encode(pictures, _command(frames, film, encoder, hold=hold), Path(folder, "log"))
        with film.open("rb") as encoded:
            shutil.copyfileobj(encoded, file)
    return video_written(counts, hold)


def repeated(frames: Frames, counts: Sequence[int], on_frame: OnFrame | None) -> Iterator[Pixels]:
    """Each frame's pixels as often as it is counted."""
    for index, (frame, count) in enumerate(zip(frames, counts, strict=True)):
        for _ in range(count):
            yield frame.pixels
        if on_frame is not None:
            on_frame(index)


def rate_of(frames: Frames) -> str:
    """Frames a second as a fraction that containers can hold."""
    return str(Fraction(frames.fps).limit_denominator(1001))


def comment_of(frames: Frames) -> list[str]:
    """The options of ffmpeg that put the comment into the file."""
    return ["-metadata", f"comment={frames.comment}"] if frames.comment else []


def _command(frames: Frames, film: Path, encoder: Sequence[str], *, hold: int) -> list[str]:
    """An ffmpeg that reads raw RGBA and lets the last frame stand for `hold` frames."""
    from imageio_ffmpeg import get_ffmpeg_exe

    width, height = frames.size
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", rate_of(frames)]
    filters = ["-vf", f"{TO_BT709},tpad=stop_mode=clone:stop={hold - 1}", "-pix_fmt", "yuv420p"]
    log = ["-hide_banner", "-nostats", "-loglevel", "error"]
    return [
        *(get_ffmpeg_exe(), *log, *source, "-i", "-", *filters),
        *(*encoder, *REPRODUCIBLE, *comment_of(frames), str(film)),
    ]


def _encode(pictures: Iterable[memoryview], command: list[str], log: Path) -> None:
    """Feed pictures to a process until it ends.

    Raises:
        OSError: The process failed; the message has its last words.
    """
    with log.open("wb") as words:
        # A process group of its own: Ctrl-C is for us to handle.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, process_group=0
        )
    assert process.stdin is not None
    try:
        for picture in pictures:
            if not _feed(process.stdin, picture):
                break
    except BaseException:
        process.kill()
        raise
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        code = process.wait()
    if code:
        last = log.read_text("utf-8", "replace").strip().rpartition("\n")[2]
        raise OSError(f"ffmpeg could not write the film: {last or f'it ended with {code}'}.")


def _feed(pipe: IO[bytes], picture: memoryview) -> bool:
    """Tell whether the process still listens."""
    try:
        pipe.write(picture)
    except BrokenPipeError:
        return False
    return True
