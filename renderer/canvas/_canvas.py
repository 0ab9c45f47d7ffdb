"""A canvas in pixels, with matplotlib's Agg rasterizer below it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

import matplotlib
import numpy as np
from jaxtyping import Bool, Float
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from ravine.renderer._frames import RGB, PixelBox, Pixels

Anchor: TypeAlias = Literal["left", "center", "right"]
Pen: TypeAlias = GraphicsContextBase
Points: TypeAlias = Float[np.ndarray, "points 2"]

_LONG = 4000

_MEASURES = ("text.hinting", "text.hinting_factor", "text.kerning_factor", "font.enable_last_resort")
"""The settings of matplotlib that the size of a text in a given font depends on."""

_CIRCLE = Path.unit_circle()
_STAR = Path.unit_regular_star(5, innerCircle=0.45)


class Canvas:
    """Lines, discs and text in image coordinates: pixels, x to the right and y down.

    Attributes:
        size: Width and height in pixels.
        pixels: The picture itself, alive: it changes as things are drawn.
    """

    def __init__(self, size: tuple[int, int], colour: str) -> None:
        width, height = size
        self.size = size
        self._agg = RendererAgg(width, height, 72.0)  # at 72 dots an inch a point is a pixel
        self._pens: dict[tuple[str, float, float], Pen] = {}
        self._clip: PixelBox = (0, 0, width, height)
        self._flip = Affine2D().scale(1.0, -1.0).translate(0.0, height)
        self.pixels: Pixels = np.asarray(self._agg.buffer_rgba())
        # One number a pixel: a tuple would be ten times as slow.
        self.pixels.view("<u4")[:] = int.from_bytes((*rgb(colour), 255), "little")

    @contextmanager
    def clipped(self, box: PixelBox) -> Iterator[None]:
        """Draw nothing outside `box`, nor outside the boxes around this block."""
        before = self._clip
        self._clip = clip_box(box, before)
        try:
            yield
        finally:
            self._clip = before

    def pen(self, colour: str, width: float, *, alpha: float = 1.0) -> Pen:
        """Return a pen of `width` pixels. Pens are made once: frames use the same few."""
        kind = (colour, width, alpha)
        if kind not in self._pens:
            self._pens[kind] = self._new_pen(*kind)
        return self._pens[kind]

    def _new_pen(self, colour: str, width: float, alpha: float) -> Pen:
        pen = self._agg.new_gc()
        pen.set_foreground((*to_rgb(colour), alpha), isRGBA=True)
        pen.set_linewidth(width)
        pen.set_capstyle("round")
        pen.set_joinstyle("round")
        pen.set_snap(False)
        return pen

    def _inside(self, pen: Pen) -> Pen:
        """The pen, bound to draw inside the present clip."""
        left, top, right, bottom = self._clip
        pen.set_clip_rectangle(Bbox([[left, self.size[1] - bottom], [right, self.size[1] - top]]))
        return pen

    def line(self, pen: Pen, points: Points) -> None:
        """A line through `points`."""
        path = Path(points)
        # Simplified, a line that grows would change along its whole length from frame to frame.
        path.should_simplify = len(points) > _LONG
        self._agg.draw_path(self._inside(pen), path, self._flip)

    def lines(self, pen: Pen, points: Points, starts: Bool[np.ndarray, " points"]) -> None:
        """Several lines in one go; `starts` marks the first point of each."""
        if not len(points):
            return
        codes = np.where(starts, Path.MOVETO, Path.LINETO).astype(Path.code_type)
        self._agg.draw_path(self._inside(pen), Path(points, codes), self._flip)

    def polygon(self, pen: Pen, points: Points, face: str) -> None:
        """A filled polygon with an edge."""
        self._agg.draw_path(self._inside(pen), Path(points), self._flip, (*to_rgb(face), 1.0))

    def disc(
        self,
        pen: Pen,
        centre: tuple[float, float],
        radius: float,
        face: str,
        alpha: float = 1.0,
    ) -> None:
        """A ball whose rim is drawn by `pen`, centred on its edge."""
        self._marker(pen, _CIRCLE, centre, radius, face, alpha)

    def star(self, pen: Pen, centre: tuple[float, float], radius: float, face: str) -> None:
        """A five-pointed star."""
        self._marker(pen, _STAR, centre, radius, face, 1.0)

    def _marker(
        self,
        pen: Pen,
        shape: Path,
        centre: tuple[float, float],
        radius: float,
        face: str,
        alpha: float,
    ) -> None:
        x, y = centre
        place = Affine2D().scale(radius).translate(x, self.size[1] - y)
        self._agg.draw_path(self._inside(pen), shape, place, (*to_rgb(face), alpha))

    def gouraud(
        self,
        triangles: Float[np.ndarray, "triangles 3 2"],
        colours: Float[np.ndarray, "triangles 3 4"],
    ) -> None:
        """Smoothly shaded triangles, in their order."""
        pen = self._inside(self.pen("#000000", 0.0))
        self._agg.draw_gouraud_triangles(pen, triangles, colours, self._flip)

    def text(
        self,
        text: str,
        at: tuple[float, float],
        *,
        size: float,
        colour: str,
        anchor: Anchor = "left",
        bold: bool = False,
        mono: bool = False,
    ) -> PixelBox:
        """Text whose baseline goes through `at`; returns the box of its ink and advance."""
        width, height, descent = text_size(text, size=size, bold=bold, mono=mono)
        x, y = at
        left = x - {"left": 0.0, "center": width / 2, "right": width}[anchor]
        pen = self._inside(self.pen(colour, 1.0))
        self._agg.draw_text(pen, left, y, text, _font(size, bold, mono), 0.0, ismath=is_math(text))
        return round(left), round(y + descent - height), round(left + width), round(y + descent)

    def slanted_text(
        self, text: str, at: tuple[float, float], *, size: float, colour: str, angle: float
    ) -> None:
        """Text whose baseline has its middle at `at` and rises to the right by `angle` degrees."""
        half = text_size(text, size=size)[0] / 2
        along = math.radians(angle)
        left, low = at[0] - half * math.cos(along), at[1] + half * math.sin(along)
        pen = self._inside(self.pen(colour, 1.0))
        self._agg.draw_text(pen, left, low, text, _font(size, False, False), angle, ismath=is_math(text))

    def restore(self, background: Pixels, box: PixelBox) -> None:
        """Bring the background back inside `box`."""
        left, top, right, bottom = box
        self.pixels[top:bottom, left:right] = background[top:bottom, left:right]


def text_size(
    text: str, *, size: float, bold: bool = False, mono: bool = False
) -> tuple[float, float, float]:
    """Width, height and descent in pixels."""
    if is_math(text):  # which depends on many more settings, and has a cache of matplotlib's
        return _measure(text, size, bold, mono, is_math=True)
    # `dict.get` knows nothing of deprecation: which of these there are depends on matplotlib's version.
    settings = tuple(dict.get(matplotlib.rcParams, name) for name in _MEASURES)
    return _plain_size(text, size, bold, mono, settings)


@lru_cache(4096)
def _plain_size(
    text: str, size: float, bold: bool, mono: bool, _: tuple[Any, ...]
) -> tuple[float, float, float]:
    return _measure(text, size, bold, mono, is_math=False)


def _measure(text: str, size: float, bold: bool, mono: bool, *, is_math: bool) -> tuple[float, float, float]:
    return _ruler().get_text_width_height_descent(text, _font(size, bold, mono), is_math)


def fit_text(text: str, width: float, *, size: float, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    if text_size(text, size=size, bold=bold)[0] <= width:
        return text
    if is_math(text):
        return "…"
    for length in range(len(text) - 1, 0, -1):
        cut = text[:length].rstrip(" ,·") + "…"
        if text_size(cut, size=size, bold=bold)[0] <= width:
            return cut
    return "…"


def rgb(colour: str) -> RGB:
    """A hex colour as red, green and blue from 0 to 255."""
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue


@cache
def is_math(text: str) -> bool:
    """Tell whether the text is one formula between dollars, and one that can be set."""
    if not (len(text) > 2 and text[0] == text[-1] == "$" and text.count("$") == 2):
        return False
    try:
        MathTextParser("agg").parse(text)
    except ValueError:
        return False
    return True


@cache
def _font(size: float, bold: bool, mono: bool) -> FontProperties:
    family = "DejaVu Sans Mono" if mono else "DejaVu Sans"
    return FontProperties(family=family, size=size, weight="bold" if bold else "normal")


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(16, 16, 72.0)


def in_two_lines(text: str) -> tuple[str, ...]:
    """The text in the two lines of most even length; in one where it is one word."""
    words = text.split()
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min(halves, key=lambda lines: max(map(len, lines)), default=(text,))


def union(boxes: Sequence[PixelBox]) -> PixelBox:
    """The smallest box around all `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def clip_box(box: tuple[float, float, float, float], to: PixelBox) -> PixelBox:
    """The whole pixels that `box` touches inside `to`; where they do not meet, an empty box at its edge."""
    left, right = np.clip(box[0::2], to[0], to[2]).tolist()
    top, bottom = np.clip(box[1::2], to[1], to[3]).tolist()
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def touch(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Tell whether two boxes have a part in common."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def around(parts: Sequence[Float[np.ndarray, "points 2"]], margin: float, box: PixelBox) -> PixelBox:
    """The box inside `box` around all points, `margin` pixels wider; empty where there are none."""
    points = np.concatenate([np.zeros((0, 2)), *parts])
    if not len(points):
        return (*box[:2], *box[:2])
    return clip_box((*(points.min(0) - margin), *(points.max(0) + margin)), box)
