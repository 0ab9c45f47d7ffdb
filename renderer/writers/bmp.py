"""BMP."""

from ravine.renderer._frames import Pixels
from ravine.renderer.writers._still import encode, last_frame
from ravine.renderer.writers._writer import Writer


def encode_bmp(pixels: Pixels, comment: str) -> bytes:
    """A picture; the format has no room for a comment."""
    del comment
    return encode(pixels, ".bmp")


WRITER = Writer(
    title="BMP, not compressed",
    extensions=(".bmp",),
    still=True,
    exact=True,
    write=last_frame(encode_bmp),
)
