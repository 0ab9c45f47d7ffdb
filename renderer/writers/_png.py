"""PNG: one picture, or a folder of them for LaTeX's animate package."""

from collections.abc import Callable
from io import BufferedIOBase, BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ravine.renderer._frames import Frames, Pixels
from ravine.renderer.writers._written import Written


def encode_png(pixels: Pixels, file: BufferedIOBase, comment: str) -> None:
    """Write one picture without its alpha, with the comment as the text 'Comment'."""
    texts = PngInfo()
    if comment:
        texts.add_text("Comment", comment)
    content = BytesIO()
    Image.fromarray(pixels).convert("RGB").save(content, "PNG", pnginfo=texts)
    file.write(content.getvalue())


def write_png(
    frames: Frames, file: BufferedIOBase, *, on_frame: Callable[[int], None] | None = None
) -> Written:
    """Write the last frame of a film."""
    last = len(frames.durations) - 1
    encode_png(frames.still(last), file, frames.comment)
    if on_frame is not None:
        on_frame(last)
    return Written.all(1)


def write_frame_folder(
    frames: Frames, folder: Path, *, on_frame: Callable[[int], None] | None = None
) -> Written:
    r"""Write every frame once, as frame-0000.png and so on, all with the same number of digits.

    Durations are not kept: \animategraphics{30}{frame-}{0000}{0119} gives one rate for all.
    """
    digits = max(4, len(str(len(frames.durations) - 1)))
    for index, frame in enumerate(frames):
        with (folder / f"frame-{index:0{digits}}.png").open("xb") as file:
            encode_png(frame.pixels, file, frames.comment)
        if on_frame is not None:
            on_frame(index)
    return Written.all(len(frames.durations))
