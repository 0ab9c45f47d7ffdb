"""GIF: one palette, and of each frame only what changed, written as the frames come."""

import struct
from collections.abc import Iterator, Sequence
from io import BufferedIOBase

import numpy as np
from jaxtyping import Int, UInt8
from PIL import Image

from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._changes import Changes, bounds, bridge_gaps, packed, prolonged
from ravine.renderer.writers._quantize import RGB_BITS, ColourTable, choose_palette
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written, images_written, whole_delays

_TRANSPARENT = 0
"""The palette entry that lets the picture below show."""

_PALETTE_OFFSET = 13
"""The place of the global palette in the file."""

_TRAILER = b";"

_KEEP_AND_TRANSPARENT = 0b101


def _header(size: tuple[int, int], palette: UInt8[np.ndarray, "256 3"]) -> bytes:
    """The signature, the size in pixels and the global palette."""
    return b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0) + palette.tobytes()


def _loop(loops: int) -> bytes:
    """Say how often the film plays; 0 is for ever.

    The block counts repeats after the first time, so that browsers play a 1 twice; a film that plays
    once has no block.
    """
    if loops == 1:
        return b""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", min(max(loops - 1, 0), 0xFFFF), 0)


def _comment(text: str) -> bytes:
    """A comment in UTF-8."""
    content = text.encode()
    return b"!\xfe" + _sub_blocks(content) if content else b""


def _sub_blocks(content: bytes) -> bytes:
    """Cut into pieces of at most 255 bytes, each after its length, and end them."""
    pieces = (content[start : start + 255] for start in range(0, len(content), 255))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def _delay(hundredths: int) -> bytes:
    """Say how long the image after it stands; it stays below the next one, and entry 0 is transparent."""
    return b"!\xf9\x04" + struct.pack("<BHBB", _KEEP_AND_TRANSPARENT, hundredths, _TRANSPARENT, 0)


def _image(indices: UInt8[np.ndarray, "height width"], left: int, top: int) -> bytes:
    """Palette entries at a place on the screen, in pixels; Pillow does the LZW."""
    height, width = indices.shape
    bits = max(2, int(indices.max()).bit_length())
    picture = Image.frombuffer("P", (width, height), np.ascontiguousarray(indices), "raw", "P", 0, 1)
    place = b"," + struct.pack("<HHHHB", left, top, width, height, 0)
    return place + bytes([bits]) + picture.tobytes("gif", ("P", bits, 0)) + b"\0"


_LONGEST = 65_535


def write_gif(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as GIF89a; no more than one frame is in memory at a time.

    Delays are whole hundredths of a second, exact on average and never under two, which browsers turn
    into ten. A frame without a change prolongs the one before.

    Args:
        frames: The film.
        file: A binary file that can be sought.
        on_frame: Called with each frame's index when it is done.

    Returns:
        How many images the file holds.

    Raises:
        ValueError: There are more than 255 exact colours.
    """
    table = ColourTable(choose_palette(frames, most=255), size=256)
    start = file.tell()
    file.write(_header(frames.size, table.entries))
    file.write(_loop(frames.loops) + _comment(frames.comment))
    delays = whole_delays(frames.durations, ticks=100, shortest=2)
    stored = 0
    for image, hundredths in prolonged(_images(frames, table, delays, on_frame)):
        stored += _write_image(file, image, hundredths)
    file.write(_TRAILER)
    end = file.tell()
    # By now the table has given its free entries to colours that the palette lacked.
    file.seek(start + _PALETTE_OFFSET)
    file.write(table.entries.tobytes())
    file.seek(end)
    return images_written(stored, delays, most="a GIF shows 50 a second at most")


def _images(
    frames: Frames,
    table: ColourTable,
    delays: Sequence[int],
    on_frame: OnFrame | None,
) -> Iterator[tuple[bytes, int]]:
    """The image block of each frame, empty for one that changes nothing, and its delay in hundredths."""
    changes, screen = Changes(frames.size), _Screen(frames.size, table)
    for index, (frame, hundredths) in enumerate(zip(frames, delays, strict=True)):
        if hundredths:
            yield screen.show(frame.pixels, changes.show(frame)), hundredths
        else:
            changes.skip(frame)
        if on_frame is not None:
            on_frame(index)


def _write_image(file: BufferedIOBase, image: bytes, hundredths: int) -> int:
    """Write an image as often as its delay needs; how often that is."""
    count = 0
    still = np.full((1, 1), _TRANSPARENT, np.uint8)
    while hundredths > 0:
        file.write(_delay(min(hundredths, _LONGEST)) + image)
        hundredths -= _LONGEST
        image = _image(still, 0, 0)
        count += 1
    return count


class _Screen:
    """The picture that a player shows, in palette entries."""

    def __init__(self, size: tuple[int, int], table: ColourTable):
        width, height = size
        self._table = table
        self._entries = np.full((height, width), _TRANSPARENT, np.uint8)

    def show(self, pixels: Pixels, positions: Int[np.ndarray, "n"]) -> bytes:
        """The image block that brings the pixels at `positions` to the screen; empty if they are there."""
        entries = self._entries.reshape(-1)
        colours = packed(pixels).reshape(-1)[positions] & RGB_BITS
        indices = self._table.indices(colours)
        changed = indices != entries[positions]
        if not changed.any():
            return b""
        entries[positions] = indices
        width = self._entries.shape[1]
        top, bottom = int(positions[0]) // width, int(positions[-1]) // width + 1
        mask = np.zeros((bottom - top, width), bool)
        mask.reshape(-1)[positions - top * width] = changed
        rows, columns = bounds(mask)
        written = bridge_gaps(mask[rows, columns])
        shown = self._entries[top:bottom][rows, columns]
        # The transparent entry is 0, and a product is ten times as fast as np.where.
        return _image(shown * written.view(np.uint8), columns.start, top + rows.start)


WRITER = Writer(
    title="GIF, at most 256 colours, which plays everywhere",
    extensions=(".gif",),
    write=write_gif,
)
