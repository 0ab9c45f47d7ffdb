"""TIFF."""

from io import BufferedIOBase
from typing import Any

from ravine.renderer._frames import Frames
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written

_MOST = 3 << 30
"""Bytes before compression that a plain TIFF, of at most four gigabytes, has room for beyond doubt."""


class _Nameless:
    """A file without its name, which of one that is not yet linked is a number, and tifffile wants a text."""

    def __init__(self, file: BufferedIOBase):
        self.write, self.read, self.flush = file.write, file.read, file.flush
        self.seek, self.tell = file.seek, file.tell

    def close(self) -> None:
        """Leave the file open, which whoever opened it closes."""


def write_tiff(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write every frame once as a page, without loss; durations are not kept."""
    from imageio import v3 as imageio
    from imageio.plugins.tifffile_v3 import TifffilePlugin

    width, height = frames.size
    large = 3 * width * height * len(frames.durations) > _MOST
    comment = frames.comment.encode()
    target: Any = _Nameless(file)
    opened: Any = imageio.imopen(target, "w", plugin=TifffilePlugin, extension=".tiff", bigtiff=large)
    with opened as pages:
        for index, frame in enumerate(frames):
            pages.write(
                frame.pixels[..., :3],
                photometric="rgb",
                compression="zlib",
                predictor=True,
                metadata=None,
                software=False,
                description=comment if index == 0 else None,
            )
            if on_frame is not None:
                on_frame(index)
    return Written.all(len(frames.durations))


WRITER = Writer(
    title="TIFF with a page a frame, without loss, for ImageJ",
    extensions=(".tiff", ".tif"),
    exact=True,
    write=write_tiff,
)
