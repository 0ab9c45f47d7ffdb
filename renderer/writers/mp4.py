"""MP4."""

from io import BufferedIOBase

from ravine.renderer._frames import Frames
from ravine.renderer.writers._ffmpeg import write_watched
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written

_H264 = ["-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "18"]


def write_mp4(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as H.264 that starts to play before it is loaded, for all players."""
    encoder = [*_H264, "-movflags", "+faststart"]
    return write_watched(frames, file, extension=".mp4", encoder=encoder, on_frame=on_frame)


WRITER = Writer(
    title="MP4 with H.264, which plays everywhere, sharp in full screen",
    extensions=(".mp4",),
    even=True,
    write=write_mp4,
)
