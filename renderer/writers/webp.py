"""WebP: lossless, and of each frame only what changed, written as the frames come.

Pillow and imageio keep all frames of an animation until they save it. Here Pillow packs one picture at
a time, and the container round them is written as they come.
"""

import struct
from io import BufferedIOBase, BytesIO

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._changes import Mask, bounds, bridge_gaps, changed_pictures, packed, prolonged
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written, images_written, whole_delays

_LONGEST = (1 << 24) - 1
_HAS_ANIMATION, _HAS_EXIF, _HAS_ALPHA = 0x02, 0x08, 0x10
_IMAGE_DESCRIPTION = 0x010E


def write_webp(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
    """Write a film as animated WebP without loss; no more than one frame is in memory at a time.

    Delays are whole milliseconds, exact on average and never under eleven, which browsers turn into a
    hundred. A frame without a change prolongs the one before. The comment is the Exif description.

    Args:
        frames: The film.
        file: A binary file that can be sought.
        on_frame: Called with each frame's index when it is done.

    Returns:
        How many images the file holds.
    """
    start = file.tell()
    file.write(struct.pack("<4sI4s", b"RIFF", 0, b"WEBP"))
    file.write(_header(frames))
    delays = whole_delays(frames.durations, ticks=1000, shortest=11)
    stored = 0
    for picture, milliseconds in prolonged(changed_pictures(frames, delays, _picture, on_frame)):
        stored += _write_picture(file, picture, milliseconds)
    file.write(_exif(frames.comment))
    end = file.tell()
    file.seek(start + 4)
    file.write(struct.pack("<I", end - start - 8))
    file.seek(end)
    return images_written(stored, delays, most="browsers show 90 a second of a WebP at most")


def _header(frames: Frames) -> bytes:
    width, height = frames.size
    flags = _HAS_ANIMATION | _HAS_ALPHA | (_HAS_EXIF if frames.comment else 0)
    canvas = struct.pack("<I", flags) + _three_bytes(width - 1) + _three_bytes(height - 1)
    background, plays = 0, min(frames.loops, 0xFFFF)
    return _chunk(b"VP8X", canvas) + _chunk(b"ANIM", struct.pack("<IH", background, plays))


def _picture(pixels: Pixels, mask: Mask) -> bytes:
    """Twelve bytes for the place and the size of what changed, and its chunks."""
    rows, columns = bounds(mask)
    # The container counts places in steps of two pixels.
    region = slice(rows.start & ~1, rows.stop), slice(columns.start & ~1, columns.stop)
    shown = packed(pixels)[region] * bridge_gaps(mask[region])
    place = [region[1].start // 2, region[0].start // 2, shown.shape[1] - 1, shown.shape[0] - 1]
    return b"".join(map(_three_bytes, place)) + _pack(shown.view(np.uint8).reshape(*shown.shape, 4))


def _pack(rgba: UInt8[np.ndarray, "height width 4"]) -> bytes:
    """A picture's chunks, without loss; a higher method takes twice the time and gains nothing."""
    file = BytesIO()
    Image.fromarray(rgba).save(file, "WEBP", lossless=True, method=1, quality=50)
    return file.getvalue()[12:]


def _write_picture(file: BufferedIOBase, picture: bytes, milliseconds: int) -> int:
    """Write a picture as often as its delay needs; how often that is."""
    count = 0
    place, chunks = picture[:12], picture[12:]
    blend_and_keep = b"\0"
    while milliseconds > 0:
        time = _three_bytes(min(milliseconds, _LONGEST))
        file.write(_chunk(b"ANMF", place + time + blend_and_keep + chunks))
        milliseconds -= _LONGEST
        count += 1
    return count


def _exif(comment: str) -> bytes:
    if not comment:
        return b""
    exif = Image.Exif()
    # Exif says ASCII, Pillow would write question marks; readers take UTF-8.
    exif[_IMAGE_DESCRIPTION] = comment.encode()
    return _chunk(b"EXIF", exif.tobytes().removeprefix(b"Exif\0\0"))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _three_bytes(number: int) -> bytes:
    return number.to_bytes(3, "little")


WRITER = Writer(
    title="WebP without loss, for the web",
    extensions=(".webp",),
    exact=True,
    write=write_webp,
)
