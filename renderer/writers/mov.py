"""QuickTime."""

from io import BufferedIOBase

from ravine.renderer._frames import Frames
from ravine.renderer.writers._ffmpeg import TO_BT709
from ravine.renderer.writers._imageio import write_video
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written


def write_mov(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as ProRes 422 HQ, each frame by itself and in ten bits."""
    options = ["-vf", TO_BT709, "-profile:v", "hq", "-vendor", "apl0"]
    return write_video(
        *(frames, file),
        extension=".mov",
        codec="prores_ks",
        pixel_format="yuv422p10le",
        options=options,
        on_frame=on_frame,
    )


WRITER = Writer(
    title="QuickTime with ProRes 422 HQ, for video editors",
    extensions=(".mov",),
    even=True,
    write=write_mov,
)
