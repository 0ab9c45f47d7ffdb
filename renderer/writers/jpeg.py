"""JPEG."""

from ravine.renderer._frames import Pixels
from ravine.renderer.writers._still import encode, last_frame
from ravine.renderer.writers._writer import Writer


def encode_jpeg(pixels: Pixels, comment: str) -> bytes:
    """A picture in full colour resolution, which thin coloured lines need, with its comment."""
    return encode(pixels, ".jpg", quality=95, subsampling=0, comment=comment.encode())


WRITER = Writer(
    title="JPEG, where nothing else is taken",
    extensions=(".jpg", ".jpeg"),
    still=True,
    write=last_frame(encode_jpeg),
)
