"""The curve view: the graph of a loss of x alone, with filled contours below it."""

from functools import cached_property

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Background, Scene
from ravine.renderer.canvas import (
    TEXT,
    Canvas,
    labels,
    largest_radius,
    linear_ticks,
    norm_ticks,
    paint_ticks_below,
    paint_ticks_left,
)
from ravine.renderer.style import Theme
from ravine.renderer.views._bands import BANDS, band_colours
from ravine.renderer.views._labels import Word, placed_words
from ravine.renderer.views._profile import Graph, Profile
from ravine.renderer.views._view import Place, Placed, ViewKind

_FULL = 360.0
"""A view that is lower than this, in units, has everything on it smaller, but for its text."""

_RADIUS = 11.0
"""Of a ball that rolls on the graph, in units."""

RINGS = 1.5
"""The most growth of a ball, as a share of its radius; of concentric balls twice the growth is seen."""

_CAPTION = 24.0
"""The height of the losses' name above the axes, in units."""

_EDGE = 3.4
"""The width of the graph's line, in units."""

_LANE, _ALL_LANES = 5.0, 28.0
"""The height of a trail below the graph, and of all of them at most, in units."""

_STAR = 13.0
_WORD = 19.0


class CurveView:
    """The graph of a loss over x. What is said of its points stands below it, where no ball comes.

    Attributes:
        lanes: The number of trails side by side below the graph.
    """

    turning = False
    max_segment = 0.006

    def __init__(
        self,
        background: Background,
        profile: Profile,
        *,
        lanes: int,
        box: PixelBox,
        theme: Theme,
        unit: float,
        bare: bool,
    ) -> None:
        left, top, right, bottom = box
        self.box = box if bare else (left, round(top + _CAPTION * unit), right, bottom)
        self.lanes = lanes
        self._background = background
        self._profile = profile
        self._theme = theme
        self._unit = unit
        self._scale = min(unit, (self.box[3] - self.box[1]) / _FULL)
        self._bare = bare

    @property
    def radius(self) -> float:
        """Of a ball, in pixels."""
        return _RADIUS * self._scale

    @property
    def lowest(self) -> float:
        """The lowest loss on the view."""
        return self._profile.norm.low

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Points on the graph; one beyond its end is at its end, and outside."""
        del share
        left, _, right, _ = self.box
        columns = self.graph.columns(points[:, 0])
        with np.errstate(invalid="ignore"):
            outside = np.asarray((columns < left) | (columns > right))
        columns = np.clip(columns, left, right)
        placed = np.stack([columns, self.graph.rows(columns)], axis=-1)
        return Placed(placed, np.zeros(len(points), dtype=bool), outside)

    def resting(self, at: tuple[float, float], radius: float) -> tuple[float, float]:
        """The middle of a ball that touches the graph at a point of it."""
        (normal,) = self.graph.normals(np.array([at[0]]))
        x, y = (np.array(at) + (radius + 0.5 * _EDGE * self._scale) * normal).tolist()
        return x, y

    def along(self, first: float, last: float) -> Float[np.ndarray, "points 2"]:
        """The graph from one column to another."""
        return self.graph.along(first, last, 0.0)

    def lane(self, number: int, first: float, last: float) -> Float[np.ndarray, "points 2"]:
        """The middle of a trail's strip below the graph, from one column to another."""
        return self.graph.along(first, last, 0.5 * _EDGE * self._scale + (number + 0.5) * self.lane_height)

    @property
    def lane_height(self) -> float:
        """The height of a trail below the graph."""
        return min(_LANE, _ALL_LANES / max(1, self.lanes)) * self._scale

    @property
    def depth(self) -> float:
        """From the graph to below the last trail."""
        return 0.5 * _EDGE * self._scale + self.lanes * self.lane_height

    @property
    def _word_size(self) -> float:
        return max(TEXT * self._unit, _WORD * self._scale)

    @cached_property
    def graph(self) -> Graph:
        """The graph, with room above it for the balls at the start and below it for what is said of it."""
        _, top, _, bottom = self.box
        scale, background = self._scale, self._background
        stars = (2 * _STAR + 8) * scale if background.minima else 0.0
        words = 1.7 * self._word_size if background.marks else 0.0
        below = max(self.depth + stars + words + 14 * scale, 0.08 * (bottom - top))
        foot = bottom - min(below, 0.4 * (bottom - top))
        (start,) = self._profile.level(np.array([background.start[0]])).tolist()
        balls = 2 * largest_radius(self.radius, self.lanes, most=RINGS) + 10 * scale if self.lanes else 0.0
        height = min(foot - top - 16 * scale, (foot - top - balls) / max(start, 1e-3))
        return Graph(
            self._profile,
            foot=foot,
            top=foot - max(height, 0.5 * (foot - top)),
            box=self.box,
            smoothing=0.5 * self.radius,
        )

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint the background below the graph, the graph, axes, minima and words."""
        del share
        with canvas.clipped(self.box):
            self._paint_bands(canvas)
            self._paint_sky(canvas)
            self._paint_words(canvas)
            self._paint_edge(canvas)
            self._paint_minima(canvas)
        if not self._bare:
            self._paint_axes(canvas)

    def _paint_bands(self, canvas: Canvas) -> None:
        """Paint bands of equal level over the whole box; the sky is painted over them."""
        left, top, right, bottom = self.box
        rows = np.arange(top, bottom) + 0.5
        levels = self.graph.levels_at(rows)
        shades = band_colours(self._theme, BANDS)
        bands = np.clip((levels * BANDS).astype(np.intp), 0, BANDS - 1)
        canvas.pixels[top:bottom, left:right, :3] = shades[bands][:, None]

    def _paint_sky(self, canvas: Canvas) -> None:
        left, top, right, _ = self.box
        line = self.along(left, right)
        above = np.array([[right, top - 2], [left, top - 2]])
        pen = canvas.pen(self._theme.ground, 0.0)
        canvas.polygon(pen, np.concatenate([line, above, line[:1]]), self._theme.ground)

    def _paint_edge(self, canvas: Canvas) -> None:
        pen = canvas.pen(self._theme.contour_line, _EDGE * self._scale)
        canvas.line(pen, self.along(self.box[0], self.box[2]))

    def _paint_minima(self, canvas: Canvas) -> None:
        pen = canvas.pen(self._theme.star_edge, 1.6 * self._scale)
        for at in self._stars:
            canvas.star(pen, at, _STAR * self._scale, self._theme.star)

    @cached_property
    def _stars(self) -> list[tuple[float, float]]:
        """Return the places of the stars: below the trails at each minimum in the window."""
        left, _, right, _ = self.box
        columns = self.graph.columns(np.array([x for x, _ in self._background.minima], dtype=float))
        inside = columns[(columns >= left) & (columns <= right)]
        rows = self.graph.rows(inside) + self.depth + (_STAR + 5) * self._scale
        return list(zip(inside.tolist(), rows.tolist(), strict=True))

    @cached_property
    def _words(self) -> list[Word]:
        left, _, right, _ = self.box
        places = np.array([x for (x, _), _ in self._background.marks], dtype=float)
        columns = self.graph.columns(places).tolist()
        marks = [
            (column, text)
            for column, (_, text) in zip(columns, self._background.marks, strict=True)
            if left <= column <= right
        ]
        reach = _STAR * self._scale
        stars = [(x - reach, y - reach, x + reach, y + reach) for x, y in self._stars]
        return placed_words(marks, self.graph, depth=self.depth, size=self._word_size, taken=stars)

    def _paint_words(self, canvas: Canvas) -> None:
        scale, theme = self._scale, self._theme
        tie = canvas.pen(theme.text, 1.2 * scale, alpha=0.6)
        for word in self._words:
            word.write(canvas, colour=theme.text, tie=tie)

    def _paint_axes(self, canvas: Canvas) -> None:
        left, top, right, bottom = self.box
        unit, theme = self._unit, self._theme
        axes = np.array([[left, top], [left, bottom], [right, bottom]], dtype=float)
        canvas.line(canvas.pen(theme.frame, unit), axes)
        canvas.text("loss", (left, top - 10 * unit), size=TEXT * unit, colour=theme.muted)
        heights = [
            (self.graph.row_of(np.array([at])).item(), text) for at, text in norm_ticks(self._profile.norm)
        ]
        paint_ticks_left(canvas, left, heights, theme=theme, unit=unit)
        ticks = linear_ticks(*self.graph.window, most=max(2, round((right - left) / (150 * unit))))
        below = list(zip(self.graph.columns(ticks).tolist(), labels(ticks), strict=True))
        paint_ticks_below(canvas, self.box, below, theme=theme, unit=unit)


def _open(scene: Scene, place: Place) -> CurveView:
    return CurveView(
        scene.background,
        Profile.of(scene.background),
        lanes=len(scene.runs),
        box=place.box,
        theme=place.theme,
        unit=place.unit,
        bare=place.bare,
    )


def _tick_texts(scene: Scene) -> list[str]:
    return [text for _, text in norm_ticks(Profile.of(scene.background).norm)]


VIEW = ViewKind(
    about="the graph of a loss of x alone",
    geometry="graph",
    variables=1,
    usual=True,
    open=_open,
    tick_texts=_tick_texts,
)
