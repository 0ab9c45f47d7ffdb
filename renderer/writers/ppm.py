"""PPM."""

from ravine.renderer._frames import Pixels
from ravine.renderer.writers._still import encode, last_frame
from ravine.renderer.writers._writer import Writer


def encode_ppm(pixels: Pixels, comment: str) -> bytes:
    """A picture without its comment, which many readers of the format stumble over."""
    del comment
    return encode(pixels, ".ppm")


WRITER = Writer(
    title="PPM, not compressed, for Netpbm and own programs",
    extensions=(".ppm",),
    still=True,
    exact=True,
    write=last_frame(encode_ppm),
)
