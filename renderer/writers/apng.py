"""APNG: lossless, and of each frame only what changed, written as the frames come.

Pillow and imageio keep all frames of an animation until they save it. Here Pillow packs one picture at a
time, and the chunks of the animation round them are written as they come.
"""

import struct
from collections.abc import Iterator
from io import BufferedIOBase, BytesIO
from zlib import crc32

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._changes import Mask, bounds, bridge_gaps, changed_pictures, packed, prolonged
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written, images_written, whole_delays

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST, _LOOPS_MOST = 65_535, (1 << 31) - 1
_PLACE = struct.Struct(">IIII")
_KEEP, _BLEND = 0, 1


def write_apng(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as APNG without loss; no more than one frame is in memory at a time.

    Delays are whole milliseconds, exact on average and never under eleven, which browsers turn into a
    hundred. A frame without a change prolongs the one before. A program without APNG shows the first frame.

    Args:
        frames: The film.
        file: A binary file that can be sought.
        on_frame: Called with each frame's index when it is done.

    Returns:
        How many images the file holds.
    """
    chunks = _Chunks(file)
    file.write(_SIGNATURE)
    chunks.write(b"IHDR", struct.pack(">IIBBBBB", *frames.size, 8, 6, 0, 0, 0))
    for text in _comment(frames.comment):
        chunks.write(*text)
    counted = file.tell()
    chunks.write(b"acTL", struct.pack(">II", 0, frames.loops))
    delays = whole_delays(frames.durations, ticks=1000, shortest=11)
    stored = 0
    for picture, milliseconds in prolonged(changed_pictures(frames, delays, _picture, on_frame)):
        stored += chunks.write_picture(picture, milliseconds)
    chunks.write(b"IEND", b"")
    end = file.tell()
    file.seek(counted)
    chunks.write(b"acTL", struct.pack(">II", stored, frames.loops))
    file.seek(end)
    return images_written(stored, delays, most="browsers show 90 a second of an APNG at most")


class _Chunks:
    """The chunks of a file, those of animation numbered."""

    def __init__(self, file: BufferedIOBase):
        self._file = file
        self._numbered = 0

    def write(self, name: bytes, content: bytes) -> None:
        """Write a chunk with its length before and its checksum after it."""
        self._file.write(struct.pack(">I", len(content)) + name + content)
        self._file.write(struct.pack(">I", crc32(content, crc32(name))))

    def write_picture(self, picture: bytes, milliseconds: int) -> int:
        """Write a picture as often as its delay needs; how often that is."""
        count = 0
        place, packed_pixels = picture[: _PLACE.size], picture[_PLACE.size :]
        while milliseconds > 0:
            delay = struct.pack(">HHBB", min(milliseconds, _LONGEST), 1000, _KEEP, _BLEND)
            is_first = self._numbered == 0
            self._write_numbered(b"fcTL", place + delay)
            if is_first:
                self.write(b"IDAT", packed_pixels)
            else:
                self._write_numbered(b"fdAT", packed_pixels)
            milliseconds -= _LONGEST
            count += 1
        return count

    def _write_numbered(self, name: bytes, content: bytes) -> None:
        self.write(name, struct.pack(">I", self._numbered) + content)
        self._numbered += 1


def _picture(pixels: Pixels, mask: Mask) -> bytes:
    """The size and the place of what changed, and its pixels packed."""
    region = bounds(mask)
    shown = packed(pixels)[region] * bridge_gaps(mask[region])
    place = _PLACE.pack(shown.shape[1], shown.shape[0], region[1].start, region[0].start)
    return place + _pack(Image.fromarray(shown.view(np.uint8).reshape(*shown.shape, 4)))


def _pack(image: Image.Image) -> bytes:
    """The compressed pixels of a PNG."""
    file = BytesIO()
    image.save(file, "PNG")
    return b"".join(content for name, content in _chunks_of(file.getvalue()) if name == b"IDAT")


def _chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = len(_SIGNATURE)
    while start < len(png):
        (length,) = struct.unpack_from(">I", png, start)
        yield png[start + 4 : start + 8], png[start + 8 : start + 8 + length]
        start += length + 12


def _comment(text: str) -> Iterator[tuple[bytes, bytes]]:
    """The chunk of the text 'Comment', as a PNG has it."""
    if text:
        texts = PngInfo()
        texts.add_text("Comment", text)
        yield from ((name, content) for name, content, *_ in texts.chunks)


WRITER = Writer(
    title="APNG without loss, for the web",
    extensions=(".apng",),
    exact=True,
    write=write_apng,
)
