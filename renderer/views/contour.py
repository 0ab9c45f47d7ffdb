"""The contour view: filled contours and contour lines on log-spaced levels."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from jaxtyping import Float
from matplotlib.colors import to_hex

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Background, Box, Scene
from ravine.renderer.canvas import (
    Canvas,
    Isolines,
    Pen,
    Points,
    fit_text,
    labels,
    linear_ticks,
    middles,
    paint_ticks_below,
    paint_ticks_left,
)
from ravine.renderer.style import LossNorm, Theme
from ravine.renderer.views._bands import BANDS, band_colours, map_colours
from ravine.renderer.views._view import KeyEntry, Place, Placed, ViewKind

_LINE_LEVELS = np.linspace(0.03, 0.97, 35)
_MOST_CELLS = 1 << 20
"""Filled contours are computed a pixel up to this many pixels, and in larger cells beyond."""


class ContourView:
    """A landscape from above, its height in filled contours of one colour."""

    turning = False
    max_segment = None

    def __init__(
        self, background: Background, *, box: PixelBox, theme: Theme, unit: float, bare: bool
    ) -> None:
        self.box = box
        self._background = background
        self._window = background.window
        self._theme = theme
        self._unit = unit
        self._bare = bare

    @cached_property
    def _losses(self) -> Float[np.ndarray, "rows columns"]:
        return self._background.losses(*self._places)

    @property
    def _places(self) -> tuple[Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]]:
        """The middles of the cells that filled contours are computed on."""
        left, top, right, bottom = self.box
        cell = int(np.ceil(np.sqrt((right - left) * (bottom - top) / _MOST_CELLS)))
        xs = middles(self._window[0], -(-(right - left) // cell))
        return xs, middles(self._window[1], -(-(bottom - top) // cell))

    @cached_property
    def _norm(self) -> LossNorm:
        background = self._background
        samples = self._losses[::4, ::4] if background.samples is None else background.samples
        return LossNorm.of(samples, background.scale, heights=background.heights)

    @property
    def lowest(self) -> float:
        """The lowest loss on the view."""
        return self._norm.low

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint filled contours, contour lines, axes, start and minima."""
        del share
        levels = self._norm.level(self._losses)
        shades = self._background.shades
        if shades:
            self._paint_bands(canvas, shades.levels(*self._places), shades.colour)
        elif self._theme.line_colours is None:
            self._paint_bands(canvas, levels)
        with canvas.clipped(self.box):
            self._paint_contour_lines(canvas, levels)
        if not self._bare:
            self._paint_axes(canvas)
            self._paint_names(canvas)
        with canvas.clipped(self.box):
            self._paint_minima(canvas)
            self._paint_marks(canvas)

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Points on the picture; a contour hides none."""
        del share
        nowhere = np.zeros(len(points), dtype=bool)
        return Placed(_to_pixels(points, self._window, self.box), nowhere, nowhere)

    def _paint_bands(
        self, canvas: Canvas, levels: Float[np.ndarray, "rows columns"], colour: str = ""
    ) -> None:
        left, top, right, bottom = self.box
        shades = band_colours(self._theme, BANDS, colour)
        band = np.minimum((levels * BANDS).astype(np.intp), BANDS - 1)[::-1]
        rows = np.arange(bottom - top) * band.shape[0] // (bottom - top)
        columns = np.arange(right - left) * band.shape[1] // (right - left)
        canvas.pixels[top:bottom, left:right, :3] = shades[band[rows][:, columns]]

    def _paint_contour_lines(self, canvas: Canvas, levels: Float[np.ndarray, "rows columns"]) -> None:
        stride = max(1, min(levels.shape) // 300)
        coarse = levels[::stride, ::stride]
        xs = middles(self._window[0], levels.shape[1])[::stride]
        ys = middles(self._window[1], levels.shape[0])[::stride]
        isolines = Isolines(xs, ys, coarse)
        for level, pen in self._contour_pens(canvas):
            points, starts = isolines.at(level)
            canvas.lines(pen, _to_pixels(points, self._window, self.box), starts)

    def _contour_pens(self, canvas: Canvas) -> Iterator[tuple[float, Pen]]:
        theme, unit = self._theme, self._unit
        if theme.line_colours is None:
            pen = canvas.pen(theme.contour_line, 0.9 * unit, alpha=theme.contour_line_alpha)
            yield from ((band / BANDS, pen) for band in range(1, BANDS))
            return
        for level, colour in zip(_LINE_LEVELS, map_colours(theme.line_colours, _LINE_LEVELS), strict=True):
            yield float(level), canvas.pen(to_hex(colour), 1.5 * unit)

    def _paint_axes(self, canvas: Canvas) -> None:
        left, top, right, bottom = self.box
        unit, theme = self._unit, self._theme
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
        canvas.line(canvas.pen(theme.frame, unit), corners.astype(float))
        xs, ys = _x_ticks(self._window, self.box, unit), _y_ticks(self._window)
        columns = _to_pixels(np.stack([xs, xs], axis=-1), self._window, self.box)[:, 0].tolist()
        below = list(zip(columns, labels(xs), strict=True))
        paint_ticks_below(canvas, self.box, below, theme=theme, unit=unit)
        rows = [float(_to_pixels(np.array([0.0, y]), self._window, self.box)[1]) for y in ys.tolist()]
        paint_ticks_left(canvas, left, list(zip(rows, labels(ys), strict=True)), theme=theme, unit=unit)

    def _paint_names(self, canvas: Canvas) -> None:
        """Below and left of the labels."""
        left, top, right, bottom = self.box
        size, colour = 16 * self._unit, self._theme.muted
        across, up = self._background.axes
        named = fit_text(across, right - left, size=size), fit_text(up, bottom - top, size=size)
        below, aside = bottom + 44 * self._unit, 18 * self._unit
        canvas.slanted_text(named[0], ((left + right) / 2, below), size=size, colour=colour, angle=0.0)
        canvas.slanted_text(named[1], (aside, (top + bottom) / 2), size=size, colour=colour, angle=90.0)

    def _paint_minima(self, canvas: Canvas) -> None:
        minima = np.array(self._background.minima).reshape(-1, 2)
        radius = (13.0 if len(minima) <= 6 else 8.0) * self._unit
        pen = canvas.pen(self._theme.star_edge, 1.6 * self._unit)
        for x, y in _to_pixels(minima, self._window, self.box):
            canvas.star(pen, (x, y), radius, self._theme.star)

    def _paint_marks(self, canvas: Canvas) -> None:
        """A cross at each mark, and its word on the side where there is room."""
        unit, theme = self._unit, self._theme
        pen = canvas.pen(theme.text, 2.0 * unit)
        for point, word in self._background.marks:
            x, y = _to_pixels(np.array(point), self._window, self.box).tolist()
            for dx, dy in ((5.0 * unit, 5.0 * unit), (5.0 * unit, -5.0 * unit)):
                canvas.line(pen, np.array([[x - dx, y - dy], [x + dx, y + dy]]))
            on_left = x > 0.25 * self.box[0] + 0.75 * self.box[2]
            at = (x - 12 * unit, y + 6 * unit) if on_left else (x + 12 * unit, y + 6 * unit)
            anchor = "right" if on_left else "left"
            canvas.text(word, at, size=16 * unit, colour=theme.text, anchor=anchor)


def _x_ticks(window: Box, box: PixelBox, unit: float) -> Float[np.ndarray, " ticks"]:
    """Places below the view, as many as there is room for."""
    return linear_ticks(*window[0], most=max(2, round((box[2] - box[0]) / (110 * unit))))


def _y_ticks(window: Box) -> Float[np.ndarray, " ticks"]:
    """Places left of the view."""
    return linear_ticks(*window[1], most=6)


def _to_pixels(
    points: Float[np.ndarray, "*shape 2"], window: Box, box: PixelBox
) -> Float[np.ndarray, "*shape 2"]:
    (x0, x1), (y0, y1) = window
    left, top, right, bottom = box
    scale = np.array([(right - left) / (x1 - x0), (top - bottom) / (y1 - y0)])
    return (points - np.array([x0, y0])) * scale + np.array([left, bottom])


def _open(scene: Scene, place: Place) -> ContourView:
    look = {"theme": place.theme, "unit": place.unit, "bare": place.bare}
    return ContourView(scene.background, box=place.box, **look)


def _tick_texts(scene: Scene) -> list[str]:
    return labels(_y_ticks(scene.background.window))


_HIGH = 13.0
"""The sample of what is shaded, in units."""


def _key(scene: Scene) -> Iterator[KeyEntry]:
    """Yield the key's entry for the quantity that is shaded in place of the loss."""
    shades = scene.background.shades
    if shades is not None:
        yield KeyEntry(shades.name, shades.colour, 3, _draw_sample)


def _draw_sample(canvas: Canvas, ends: Points, colour: str, theme: Theme, unit: float) -> None:
    left, top = np.rint(ends[0] - (0.0, _HIGH / 2 * unit)).astype(int).tolist()
    right, bottom = np.rint(ends[1] + (0.0, _HIGH / 2 * unit)).astype(int).tolist()
    canvas.pixels[top:bottom, left:right, :3] = band_colours(theme, right - left, colour)


VIEW = ViewKind(
    about="the landscape from above",
    geometry="flat",
    variables=2,
    usual=True,
    networks=True,
    open=_open,
    tick_texts=_tick_texts,
    key=_key,
)
