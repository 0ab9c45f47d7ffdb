"""Video: H.264 in MP4 and VP9 in WebM, encoded by imageio-ffmpeg's ffmpeg."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from ravine.core.atomic import OutputError
from ravine.renderer._frames import Frames
from ravine.renderer.writers._timing import repeats
from ravine.renderer.writers._written import Written, video_written

# The bytes depend on the number of threads, so it must not depend on the machine.
_THREADS = ["-threads", "4"]
_H264 = ["-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "18"]
# As small and as true as the "good" deadline's film, in a sixth of the time.
_VP9 = ["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "5"]
_ENCODERS = {
    ".mp4": [*_H264, "-movflags", "+faststart"],
    ".webm": [*_VP9, "-tune-content", "screen", "-row-mt", "1", "-tile-columns", "2"],
}
_TO_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+full_chroma_inp,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
_REPRODUCIBLE = ["-fflags", "+bitexact", "-flags:v", "+bitexact"]


def check_video_size(size: tuple[int, int]) -> None:
    """Accept the sizes that both codecs can store as they are.

    Raises:
        OutputError: The width or the height is odd.
    """
    width, height = size
    if width % 2 or height % 2:
        raise OutputError(
            f"A video's width and height must be even, and {width}x{height} is not; "
            f"take {width + width % 2}x{height + height % 2}, or write a GIF."
        )


def write_mp4(
    frames: Frames, file: BufferedIOBase, *, on_frame: Callable[[int], None] | None = None
) -> Written:
    """Write a film as H.264 that starts to play before it is loaded, for all players.

    Frames are repeated as long as they stand. How often the film repeats is the player's affair.

    Raises:
        OutputError: The size is odd.
        OSError: ffmpeg failed.
    """
    return _write_video(frames, file, ".mp4", on_frame)


def write_webm(
    frames: Frames, file: BufferedIOBase, *, on_frame: Callable[[int], None] | None = None
) -> Written:
    """Write a film as VP9; otherwise as `write_mp4` does.

    Raises:
        OutputError: The size is odd.
        OSError: ffmpeg failed.
    """
    return _write_video(frames, file, ".webm", on_frame)


def _write_video(
    frames: Frames, file: BufferedIOBase, extension: str, on_frame: Callable[[int], None] | None
) -> Written:
    check_video_size(frames.size)
    *counts, hold = repeats(frames.durations, frames.fps)
    # A container needs to be sought, which a pipe cannot be.
    with tempfile.TemporaryDirectory(prefix="ravine-") as folder:
        film = Path(folder, f"film{extension}")
        pictures = _pictures(frames, [*counts, 1], on_frame)
        _encode(pictures, _command(frames, film, hold=hold), Path(folder, "log"))
        with film.open("rb") as encoded:
            shutil.copyfileobj(encoded, file)
    return video_written(counts, hold)


def _pictures(
    frames: Frames, counts: Sequence[int], on_frame: Callable[[int], None] | None
) -> Iterator[memoryview]:
    for index, (frame, count) in enumerate(zip(frames, counts, strict=True)):
        for _ in range(count):
            yield frame.pixels.data
        if on_frame is not None:
            on_frame(index)


def _command(frames: Frames, film: Path, *, hold: int) -> list[str]:
    """An ffmpeg that reads raw RGBA and lets the last frame stand for `hold` frames."""
    from imageio_ffmpeg import get_ffmpeg_exe

    width, height = frames.size
    rate = str(Fraction(frames.fps).limit_denominator(1001))
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    filters = ["-vf", f"{_TO_BT709},tpad=stop_mode=clone:stop={hold - 1}", "-pix_fmt", "yuv420p"]
    comment = ["-metadata", f"comment={frames.comment}"] if frames.comment else []
    log = ["-hide_banner", "-nostats", "-loglevel", "error"]
    encoder = [*_ENCODERS[film.suffix], *_THREADS, *_REPRODUCIBLE]
    return [get_ffmpeg_exe(), *log, *source, *filters, *encoder, *comment, str(film)]


def _encode(pictures: Iterable[memoryview], command: list[str], log: Path) -> None:
    """Feed pictures to a process until it ends.

    `imageio_ffmpeg.write_frames` would do, but it does not look at how ffmpeg ended: on a full disk it
    leaves a film that no player opens.

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
    """Whether the process still listens."""
    try:
        pipe.write(picture)
    except BrokenPipeError:
        return False
    return True
