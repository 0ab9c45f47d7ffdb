"""A folder with a PNG a frame, for LaTeX's animate package and for video editors."""

from pathlib import Path

from ravine.renderer._frames import Frames
from ravine.renderer.writers._writer import OnFrame, Writer
from ravine.renderer.writers._written import Written
from ravine.renderer.writers.png import encode_png


def write_folder(frames: Frames, folder: Path, /, *, on_frame: OnFrame | None = None) -> Written:
    r"""Write every frame once, as frame-0000.png and so on, all with the same number of digits.

    Durations are not kept: \animategraphics{30}{frame-}{0000}{0119} gives one rate for all.
    """
    digits = max(4, len(str(len(frames.durations) - 1)))
    for index, frame in enumerate(frames):
        with (folder / f"frame-{index:0{digits}}.png").open("xb") as file:
            file.write(encode_png(frame.pixels, frames.comment))
        if on_frame is not None:
            on_frame(index)
    return Written.all(len(frames.durations))


WRITER = Writer(
    title="a folder with a PNG a frame",
    extensions=(),
    exact=True,
    write=write_folder,
)
