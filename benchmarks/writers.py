"""What our own writers save over imageio: processor time and bytes of one film, by ours and by imageio.

The frames are drawn once and kept, so that writing alone is measured. imageio gets the options that make the
same quality: no loss for WebP, APNG and PNG, the same encoder for MP4, and for GIF what it has. Seconds are
those of this process and of ffmpeg together, the best of a few rounds in turn. Usage:

    python benchmarks/writers.py             half a minute
    python benchmarks/writers.py --rounds 1
"""

import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import click
import numpy as np
from imageio import v2, v3

import ravine
from ravine.renderer import Frame, Pixels, writers
from ravine.renderer.writers import _ffmpeg, mp4


class Kept:
    """The frames of a film, drawn before the clock is started."""

    def __init__(self, *, size: tuple[int, int], seconds: float):
        frames = ravine.film("beale", size=size, seconds=seconds, steps=100, hold=0.0).frames
        self.size, self.durations, self.fps = frames.size, frames.durations, frames.fps
        self.loops, self.comment, self.exact_colours = frames.loops, "", frames.exact_colours
        self.kept = [Frame(frame.pixels.copy(), frame.changed) for frame in frames]

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.kept)

    def still(self, index: int) -> Pixels:
        """One of the frames."""
        return self.kept[index].pixels

    @property
    def rgb(self) -> list[np.ndarray]:
        """The frames without alpha, as imageio takes them."""
        return [frame.pixels[..., :3] for frame in self.kept]


def ours(film: Kept, path: Path) -> None:
    writers.write(film, path)


def by_pillow(film: Kept, path: Path) -> None:
    """An animation by imageio's plugin for Pillow, which keeps all its frames until the end."""
    options = {"lossless": True} if path.suffix == ".webp" else {}
    content = v3.imwrite(
        "<bytes>",
        np.stack(film.rgb),
        extension=".png" if path.suffix == ".apng" else path.suffix,
        plugin="pillow",
        duration=1000 / film.fps,
        loop=0,
        **options,
    )
    path.write_bytes(content)


def by_plugin(film: Kept, path: Path) -> None:
    """A video by imageio's plugin for ffmpeg, with the encoder and the colours of ours."""
    options = [*mp4._H264[2:], "-movflags", "+faststart", "-vf", _ffmpeg.TO_BT709, *_ffmpeg.REPRODUCIBLE]
    with v2.get_writer(
        path,
        format="FFMPEG",
        fps=film.fps,
        codec="libx264",
        pixelformat="yuv420p",
        quality=None,
        macro_block_size=1,
        output_params=options,
    ) as writer:
        for frame in film:
            writer.append_data(frame.pixels)


def by_pillow_alone(film: Kept, path: Path) -> None:
    """A folder of PNGs by Pillow without imageio."""
    from PIL import Image

    path.mkdir(exist_ok=True)
    for index, frame in enumerate(film):
        content = BytesIO()
        Image.fromarray(frame.pixels).convert("RGB").save(content, "PNG")
        (path / f"frame-{index:04}.png").write_bytes(content.getvalue())


Write = Callable[[Kept, Path], None]
CASES: Sequence[tuple[str, str, Write, str, Write]] = (
    ("film.gif", "ours", ours, "imageio", by_pillow),
    ("film.webp", "ours", ours, "imageio", by_pillow),
    ("film.apng", "ours", ours, "imageio", by_pillow),
    ("film.mp4", "ours", ours, "imageio", by_plugin),
    ("frames", "imageio", ours, "Pillow alone", by_pillow_alone),
)
"""What is written; who writes it in ravine, and the other way."""


def processor_time() -> float:
    """Seconds of this process and of those that it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def cost(write: Write, film: Kept, path: Path) -> tuple[float, int]:
    """Seconds and bytes."""
    before = processor_time()
    write(film, path)
    seconds = processor_time() - before
    return seconds, sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else [path]))


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
def main(rounds: int) -> None:
    """Print a table of both ways: the other's time and bytes are multiples of ravine's."""
    os.environ["IMAGEIO_FFMPEG_NO_PREVENT_SIGINT"] = "1"  # or it forks, of which JAX warns
    film = Kept(size=(640, 360), seconds=2.0)
    click.echo(f"{len(film.kept)} frames of {film.size[0]}x{film.size[1]}, the best of {rounds} rounds.\n")
    click.echo("| file | ravine writes it by | time | bytes | the other way | times the time | the bytes |")
    click.echo("| --- | --- | --: | --: | --- | --: | --: |")
    with tempfile.TemporaryDirectory(prefix="ravine-bench-") as folder:
        for name, who, mine, other_who, other in CASES:
            found = [
                [cost(write, film, Path(folder, side, name)) for side, write in (("a", mine), ("b", other))]
                for _ in range(rounds)
                if [Path(folder, side).mkdir(exist_ok=True) for side in "ab"]
            ]
            (time, size), (other_time, other_size) = (min(side) for side in zip(*found, strict=True))
            click.echo(
                f"| {name} | {who} | {time:.2f} s | {size / 1000:.0f} kB | {other_who} | "
                f"{other_time / time:.2f} | {other_size / size:.2f} |"
            )


if __name__ == "__main__":
    main()
