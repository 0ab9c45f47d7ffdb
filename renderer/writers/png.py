"""PNG."""

from PIL.PngImagePlugin import PngInfo

from ravine.renderer._frames import Pixels
from ravine.renderer.writers._still import encode, last_frame
from ravine.renderer.writers._writer import Writer


def encode_png(pixels: Pixels, comment: str) -> bytes:
    """A picture with the comment as the text 'Comment'."""
    texts = PngInfo()
    if comment:
        texts.add_text("Comment", comment)
    return encode(pixels, ".png", pnginfo=texts)


WRITER = Writer(
    title="PNG, the picture for slides and pages",
    extensions=(".png",),
    still=True,
    exact=True,
    write=last_frame(encode_png),
)
