"""The blocks that a GIF89a file is made of."""

import struct

import numpy as np
from jaxtyping import UInt8
from PIL import Image

TRANSPARENT = 0
"""The palette entry that lets the picture below show."""

PALETTE_OFFSET = 13
"""Where in the file the global palette stands."""

TRAILER = b";"

_KEEP_AND_TRANSPARENT = 0b101


def header(size: tuple[int, int], palette: UInt8[np.ndarray, "256 3"]) -> bytes:
    """The signature, the size in pixels and the global palette."""
    return b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0) + palette.tobytes()


def loop(loops: int) -> bytes:
    """How often the film plays; 0 is for ever.

    The block counts repeats after the first time, so that browsers play a 1 twice; a film that plays
    once has no block.
    """
    if loops == 1:
        return b""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", min(max(loops - 1, 0), 0xFFFF), 0)


def comment(text: str) -> bytes:
    """A comment in UTF-8."""
    content = text.encode()
    return b"!\xfe" + sub_blocks(content) if content else b""


def sub_blocks(content: bytes) -> bytes:
    """Cut into pieces of at most 255 bytes, each after its length, and end them."""
    pieces = (content[start : start + 255] for start in range(0, len(content), 255))
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def delay(hundredths: int) -> bytes:
    """How long the image after it stands; it stays below the next one and entry 0 is transparent."""
    return b"!\xf9\x04" + struct.pack("<BHBB", _KEEP_AND_TRANSPARENT, hundredths, TRANSPARENT, 0)


def image(indices: UInt8[np.ndarray, "height width"], left: int, top: int) -> bytes:
    """Palette entries at a place on the screen, in pixels; Pillow does the LZW."""
    height, width = indices.shape
    bits = max(2, int(indices.max()).bit_length())
    packed = Image.frombuffer("P", (width, height), np.ascontiguousarray(indices), "raw", "P", 0, 1)
    place = b"," + struct.pack("<HHHHB", left, top, width, height, 0)
    return place + bytes([bits]) + packed.tobytes("gif", ("P", bits, 0)) + b"\0"
