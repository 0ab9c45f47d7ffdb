"""The surface view: a lit relief in light axes."""

from collections.abc import Iterator
from functools import cache, cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.colors import to_hex

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Background, Scene
from ravine.renderer.canvas import (
    HEIGHT,
    Camera,
    Canvas,
    Isolines,
    clip_box,
    fitted,
    labels,
    linear_ticks,
    norm_ticks,
    rgb,
    text_size,
    touch,
)
from ravine.renderer.style import Theme
from ravine.renderer.views._bands import map_colours, mixed_shades
from ravine.renderer.views._relief import Relief, paint_edge_names
from ravine.renderer.views._view import Place, Placed, ViewKind

_CELLS = 150
_TURNING_CELLS = 64
_MESH = 4
_NAMED = 58.0
"""Beside and below a surface whose axes have names, in units."""

_APART, _LABELS = 7.0, 1.11
_ISOLINES = 14
_AZIMUTHS = tuple(quarter + angle for quarter in (-180, -90, 0, 90) for angle in (25, 35, 45, 55, 65))
"""Not along an axis, where walls are seen edge-on and labels meet."""

_DARKEST = 0.66
_BESIDE = 1.26
"""The distance of the axes' names from the middle, where the ticks' labels are at 1.11."""

_PER_TURN = 720


class SurfaceView:
    """A landscape as a lit surface in space.

    The camera stands where most of the runs is seen, unless its azimuth is given.
    """

    def __init__(
        self,
        background: Background,
        runs: Float[np.ndarray, "runs steps+1 2"],
        *,
        box: PixelBox,
        theme: Theme,
        unit: float,
        bare: bool,
        azimuth: float | None,
        elevation: float,
        turn: float,
    ) -> None:
        self.box = box
        self.turning = turn != 0.0
        self.max_segment = 0.02
        self._theme = theme
        self._unit = unit
        self._bare = bare
        self._background = background
        self._relief = Relief.of(background, _TURNING_CELLS if self.turning else _CELLS)
        middle = best_azimuth(self._relief, runs, elevation) if azimuth is None else azimuth
        count = max(2, round(abs(turn) / 360 * _PER_TURN) + 1) if self.turning else 1
        spread = (np.linspace(-0.5, 0.5, count) if azimuth is None else np.linspace(0.0, 1.0, count)) * turn
        margin = round((8 if bare else 34) * unit)
        side = margin if bare or not any(background.axes) else round(_NAMED * unit)
        self._cameras = fitted(
            [middle + (angle if self.turning else 0.0) for angle in spread],
            elevation,
            box,
            (side, margin // 2, -side, -side),
        )

    def _camera(self, share: float) -> Camera:
        return self._cameras[round(share * (len(self._cameras) - 1))]

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint panes, relief, isolines, labels and minima as they are seen at `share` of the film."""
        camera = self._camera(share)
        left, top, right, bottom = self.box
        canvas.pixels[top:bottom, left:right, :3] = rgb(self._theme.ground)
        with canvas.clipped(self.box):
            self._paint_inside(canvas, camera)

    def _paint_inside(self, canvas: Canvas, camera: Camera) -> None:
        if not self._bare:
            self._paint_panes(canvas, camera)
        if self._theme.mesh_colours is None:
            self._paint_relief(canvas, camera)
            self._paint_isolines(canvas, camera)
        else:
            self._paint_mesh(canvas, camera, self._theme.mesh_colours)
        if not self._bare:
            self._paint_labels(canvas, camera)
            colour = self._theme.muted
            paint_edge_names(canvas, self._background, camera, labels=_LABELS, colour=colour, unit=self._unit)
        self._paint_minima(canvas, camera)

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Points laid on the relief."""
        camera = self._camera(share)
        world = self._relief.on(points)
        with np.errstate(invalid="ignore"):
            outside = np.asarray(~(np.abs(world[:, :2]) <= 1.0).all(-1))
        hidden = np.zeros(len(points), dtype=bool)
        hidden[~outside] = self._relief.hides(world[~outside], camera)
        real = np.isfinite(points).all(-1, keepdims=True)
        edge = np.where(real, np.clip(world, [-1.0, -1.0, 0.0], [1.0, 1.0, np.inf]), np.nan)
        return Placed(camera.project(edge), hidden, outside)

    @property
    def lowest(self) -> float:
        """The lowest loss on the view."""
        return self._relief.norm.low

    def edge(self, dimension: int, beside: float = _BESIDE) -> Float[np.ndarray, "2 2"]:
        """The line along which the name of an axis stands, outside its labels, in pixels."""
        far_x, far_y = _far_walls(self._cameras[0])
        ends = np.zeros((2, 3))
        ends[:, dimension] = -1.0, 1.0
        ends[:, 1 - dimension] = -beside * (far_y if dimension == 0 else far_x)
        return self._cameras[0].project(ends)

    def _paint_panes(self, canvas: Canvas, camera: Camera) -> None:
        pane = canvas.pen(self._theme.frame, 0.8 * self._unit, alpha=0.7)
        grid = canvas.pen(self._theme.frame, 0.8 * self._unit, alpha=0.35)
        for corners in _far_panes(camera):
            canvas.polygon(pane, camera.project(corners), self._theme.pane)
        for line in self._grid_lines(camera):
            canvas.line(grid, camera.project(line))

    def _paint_relief(self, canvas: Canvas, camera: Camera) -> None:
        relief = self._relief
        corners = quads(*relief.heights.shape)
        depth = camera.depth(relief.vertices).ravel()
        order = np.argsort(depth[corners].sum(-1), kind="stable")
        triangles = corners[order][:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
        seen = camera.project(relief.vertices).reshape(-1, 2)
        canvas.gouraud(seen[triangles], self._lit(camera)[triangles])

    @cached_property
    def _shades(self) -> Float[np.ndarray, "vertices 3"]:
        return mixed_shades(self._theme, self._relief.heights.ravel() / HEIGHT) / 255.0

    def _paint_mesh(self, canvas: Canvas, camera: Camera, colours: str) -> None:
        """Flat cells with black edges, the farthest first."""
        vertices = self._relief.vertices[::_MESH, ::_MESH]
        rows, columns = vertices.shape[:2]
        corners = quads(rows, columns)
        seen = camera.project(vertices).reshape(-1, 2)
        order = np.argsort(camera.depth(vertices).ravel()[corners].sum(-1), kind="stable")
        levels = vertices[..., 2].ravel()[corners].mean(-1) / HEIGHT
        edge = canvas.pen(self._theme.frame, 0.5 * self._unit)
        faces = [to_hex(face) for face in map_colours(colours, levels)]
        for cell in order:
            canvas.polygon(edge, seen[corners[cell][[0, 1, 2, 3, 0]]], faces[cell])

    def _lit(self, camera: Camera) -> Float[np.ndarray, "vertices 4"]:
        """Lambert's law, with the light over the viewer's left shoulder."""
        right, up, eye = camera.axes
        light = -0.55 * right + 0.75 * up + 0.55 * eye
        cosine = np.clip(self._relief.normals.reshape(-1, 3) @ (light / np.linalg.norm(light)), 0.0, 1.0)
        brightness = self._theme.relief * (_DARKEST + (1.06 - _DARKEST) * cosine)
        lit = np.clip(self._shades * brightness[:, None], 0.0, 1.0)
        return np.concatenate([lit, np.ones((len(lit), 1))], axis=-1)

    @cached_property
    def _isolines(self) -> tuple[Float[np.ndarray, "points 3"], Bool[np.ndarray, " points"]]:
        """Lines of equal loss on the relief, and the first point of each."""
        rows, columns = self._relief.heights.shape
        isolines = Isolines(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows), self._relief.heights)
        points, starts = [], []
        for level in HEIGHT * np.arange(1, _ISOLINES) / _ISOLINES:
            flat, first = isolines.at(float(level))
            points.append(np.column_stack([flat, np.full(len(flat), level + 0.006)]))
            starts.append(first)
        return np.concatenate(points), np.concatenate(starts)

    def _paint_isolines(self, canvas: Canvas, camera: Camera) -> None:
        points, starts = self._isolines
        alpha = 0.8 * self._theme.contour_line_alpha
        pen = canvas.pen(self._theme.contour_line, 0.8 * self._unit, alpha=alpha)
        seen = ~self._relief.hides(points, camera)
        starts = starts | ~np.concatenate([[False], seen[:-1]])
        canvas.lines(pen, camera.project(points)[seen], starts[seen])

    def _grid_lines(self, camera: Camera) -> Iterator[Float[np.ndarray, "points 3"]]:
        far_x, far_y = _far_walls(camera)
        for x in self._flat_ticks(0):
            yield np.array([[x, -far_y, 0], [x, far_y, 0], [x, far_y, HEIGHT]])
        for y in self._flat_ticks(1):
            yield np.array([[-far_x, y, 0], [far_x, y, 0], [far_x, y, HEIGHT]])
        for z, _ in self._height_ticks:
            yield np.array([[-far_x, far_y, z], [far_x, far_y, z], [far_x, -far_y, z]])

    def _flat_ticks(self, dimension: int) -> list[float]:
        low, high = self._relief.window[dimension]
        return [float(2 * (v - low) / (high - low) - 1) for v in linear_ticks(low, high, most=5)]

    @cached_property
    def _height_ticks(self) -> list[tuple[float, str]]:
        ticks = norm_ticks(self._relief.norm, below=0.0)
        return [(HEIGHT * level, text) for level, text in ticks]

    def _paint_labels(self, canvas: Canvas, camera: Camera) -> None:
        """Paint the labels of all three axes; one that would touch another is left out."""
        taken: list[PixelBox] = []
        for at, text in self._labels(camera):
            x, y = camera.project(at)
            size = 16 * self._unit
            width, height, _ = text_size(text, size=size)
            right, down = width / 2 + _APART * self._unit, height / 2 + _APART * self._unit
            box = clip_box((x - right, y - down, x + right, y + down), self.box)
            if not any(touch(box, other) for other in taken):
                taken.append(box)
                at_baseline = (float(x), float(y) + 6 * self._unit)
                canvas.text(text, at_baseline, size=size, colour=self._theme.muted, anchor="center")

    def _labels(self, camera: Camera) -> Iterator[tuple[Float[np.ndarray, "3"], str]]:
        corner = _leftmost_corner(camera)
        for z, text in self._height_ticks:
            yield np.array([*(1.09 * corner), z]), text
        far_x, far_y = _far_walls(camera)
        for dimension, far in ((0, far_y), (1, far_x)):
            low, high = self._relief.window[dimension]
            ticks = linear_ticks(low, high, most=5)
            for value, text in zip(ticks.tolist(), labels(ticks), strict=True):
                at = np.zeros(3)
                at[dimension] = 2 * (value - low) / (high - low) - 1
                at[1 - dimension] = -_LABELS * far
                yield at, text

    def _paint_minima(self, canvas: Canvas, camera: Camera) -> None:
        minima = np.array(self._background.minima).reshape(-1, 2)
        placed = self.place(minima, self._cameras.index(camera) / max(1, len(self._cameras) - 1))
        pen = canvas.pen(self._theme.star_edge, 1.4 * self._unit)
        radius = (11.0 if len(minima) <= 6 else 7.0) * self._unit
        for (x, y), unseen in zip(placed.points, placed.hidden | placed.outside, strict=True):
            if not unseen:
                canvas.star(pen, (float(x), float(y)), radius, self._theme.star)


@cache
def quads(rows: int, columns: int) -> Int[np.ndarray, "quads 4"]:
    """The four grid points of each cell, in order around it."""
    index = np.arange(rows * columns).reshape(rows, columns)
    corners = [index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]]
    return np.stack([corner.ravel() for corner in corners], axis=-1)


def best_azimuth(relief: Relief, runs: Float[np.ndarray, "runs steps+1 2"], elevation: float) -> float:
    """From where most of the runs and of their ends is seen, and widest."""
    if not runs.size:
        return -60.0
    points = np.concatenate([runs[:, -1], runs.reshape(-1, 2)[:: max(1, runs.size // 1200)]])
    world = relief.on(points)
    with np.errstate(invalid="ignore"):
        inside = np.asarray((np.abs(world[:, :2]) <= 1.0).all(-1))
    world = world[inside]
    if not len(world):
        return -60.0
    ends = max(1, int(inside[: len(runs)].sum()))
    scores = []
    for azimuth in _AZIMUTHS:
        camera = Camera(azimuth=azimuth, elevation=elevation)
        seen = ~relief.hides(world, camera)
        spread = float(np.ptp(camera.project(world), axis=0).sum())
        scores.append(seen[:ends].mean() + seen.mean() + 0.08 * spread)
    return float(_AZIMUTHS[int(np.argmax(scores))])


def _far_walls(camera: Camera) -> tuple[float, float]:
    """Return the sides of the box, in x and in y, on which the walls behind the surface stand."""
    _, _, eye = camera.axes
    return (-1.0 if eye[0] > 0 else 1.0), (-1.0 if eye[1] > 0 else 1.0)


def _far_panes(camera: Camera) -> Iterator[Float[np.ndarray, "4 3"]]:
    far_x, far_y = _far_walls(camera)
    yield np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0], [-1, -1, 0]], dtype=float)
    yield np.array([[far_x, y, z] for y, z in _WALL])
    yield np.array([[x, far_y, z] for x, z in _WALL])


def _leftmost_corner(camera: Camera) -> Float[np.ndarray, "2"]:
    corners = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    seen = camera.project(np.column_stack([corners, np.zeros(4)]))
    return corners[int(np.argmin(seen[:, 0]))]


_WALL = ((-1.0, 0.0), (1.0, 0.0), (1.0, HEIGHT), (-1.0, HEIGHT), (-1.0, 0.0))


def _open(scene: Scene, place: Place) -> SurfaceView:
    return SurfaceView(
        scene.background,
        np.stack([run.points for run in scene.runs] or [np.zeros((0, 2))]),
        azimuth=scene.azimuth,
        elevation=scene.elevation,
        turn=scene.turn,
        box=place.box,
        theme=place.theme,
        unit=place.unit,
        bare=place.bare,
    )


def _tick_texts(scene: Scene) -> list[str]:
    """Return the tick labels of the contour view, for whose layout this one makes the same room."""
    return labels(linear_ticks(*scene.background.window[1], most=6))


VIEW = ViewKind(
    about="the landscape as a lit surface",
    geometry="relief",
    variables=2,
    camera=True,
    networks=True,
    open=_open,
    tick_texts=_tick_texts,
)
