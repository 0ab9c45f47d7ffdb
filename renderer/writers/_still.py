"""Stills: one picture of a film, encoded by imageio; and one picture as a film."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

import numpy as np
from PIL import Image

from ravine.renderer._frames import RGB, Frame, Frames, Pixels
from ravine.renderer.writers._writer import OnFrame, WriteFilm
from ravine.renderer.writers._written import Written


@dataclass(frozen=True)
class OneFrame:
    """One picture as a film, so that every kind of file is written from a film."""

    pixels: Pixels
    comment: str
    durations: tuple[float, ...] = (1.0,)
    fps: float = 1.0
    loops: int = 1
    exact_colours: tuple[RGB, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height

    def __iter__(self) -> Iterator[Frame]:
        """The picture, all of which is new."""
        yield Frame(self.pixels, (0, 0, *self.size))

    def still(self, index: int) -> Pixels:
        """The picture, whatever the index."""
        del index
        return self.pixels.copy()


def last_frame(encode: Callable[[Pixels, str], bytes]) -> WriteFilm[BufferedIOBase]:
    """Make the writer of a film's last frame from what encodes a picture and its comment."""

    def write(frames: Frames, file: BufferedIOBase, /, *, on_frame: OnFrame | None = None) -> Written:
        last = len(frames.durations) - 1
        file.write(encode(frames.still(last), frames.comment))
        if on_frame is not None:
            on_frame(last)
        return Written.all(1)

    return write


def encode(pixels: Pixels, extension: str, **options: Any) -> bytes:
    """A picture without its alpha, as imageio's Pillow encodes it with these options of Pillow's."""
    from imageio import v3 as imageio

    rgb = np.asarray(Image.fromarray(pixels).convert("RGB"))  # a slice is copied seven times as slowly
    content = imageio.imwrite("<bytes>", rgb, extension=extension, plugin="pillow", **options)
    assert isinstance(content, bytes)
    return content
