"""WebM."""

from io import BufferedIOBase

from ravine.renderer._frames import Frames
from ravine.renderer.writers._ffmpeg import write_watched
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written

# As small and as true as the "good" deadline's film, in a sixth of the time.
_VP9 = ["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "5"]


def write_webm(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as VP9, for browsers."""
    encoder = [*_VP9, "-tune-content", "screen", "-row-mt", "1", "-tile-columns", "2"]
    return write_watched(frames, file, extension=".webm", encoder=encoder, on_frame=on_frame)


WRITER = Writer(
    title="WebM with VP9, for the web",
    extensions=(".webm",),
    even=True,
    write=write_webm,
)
