"""AVI."""

from io import BufferedIOBase

from ravine.renderer._frames import Frames
from ravine.renderer.writers._imageio import write_video
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written


def write_avi(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as Motion JPEG, each frame by itself."""
    return write_video(
        *(frames, file),
        extension=".avi",
        codec="mjpeg",
        pixel_format="yuvj420p",
        options=["-sws_flags", "accurate_rnd+full_chroma_int", "-q:v", "2"],
        on_frame=on_frame,
    )


WRITER = Writer(
    title="AVI with Motion JPEG, for ImageJ and old players",
    extensions=(".avi",),
    write=write_avi,
)
