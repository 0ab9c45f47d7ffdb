"""A plane as a lit relief, drawn by the films' own surface."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from ravine.renderer.canvas import Canvas
from ravine.renderer.figures._background import PlaneBackground, name_of
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._panel import add_curve, add_dots
from ravine.renderer.figures._records import PlanePicture, PlaneTrajectory
from ravine.renderer.figures._sheet import Box, Sheet
from ravine.renderer.figures._trails import Trail, draw_trail
from ravine.renderer.views import SurfaceView

_FINE = 2
"""Image points a pixel."""

_ELEVATION = 38.0

_LEFT = 34.0
"""Room for the labels of heights, in units."""

_WRITTEN = (1.04, 1.09, 1.14, 1.19, 1.24, 1.29)
"""How far from the middle of the relief labels and names of axes stand."""


def draw_relief(sheet: Sheet, box: Box, picture: PlanePicture, colours: Sequence[str]) -> None:
    """The relief with the paths laid on it, named points and the names of its axes, in a box."""
    left, top, right, bottom = (float(round(edge)) for edge in box)
    ground = PlaneBackground.of(picture)
    view = _view(sheet, (left, top, right, bottom), ground)
    axes = sheet.axes((left, top, right, bottom))
    _paint(sheet, axes, view)
    trails = [_laid(trajectory, view, ground) for trajectory in picture.trajectories]
    for trail, colour in zip(trails, colours, strict=False):
        draw_trail(sheet, axes, trail, colour=colour)
    on_curves = colours[len(picture.trajectories) :]
    for curve, colour in zip(picture.curves, on_curves, strict=True):
        path = PlaneTrajectory(label=curve.label, colour_key="", x=curve.x, y=curve.y)
        trail = _laid(path, view, ground)
        x, y = np.where(trail.hidden[:, None], np.nan, trail.points).T
        add_curve(sheet, axes, x, y, colour=sheet.theme.halo, width=6.4, alpha=sheet.theme.halo_alpha)
        add_curve(sheet, axes, x, y, colour=colour, width=3.4, style="--" if curve.dashed else "-")
        trails.append(trail)
    _draw_points(sheet, axes, view, picture, trails)
    sheet.text(picture.loss_name, (left, top + 18 * sheet.unit), size=17)
    for dimension in (0, 1):
        _write_axis(sheet, axes, view.edge(dimension), ground.axis_names(dimension))


def _view(sheet: Sheet, box: Box, ground: PlaneBackground) -> SurfaceView:
    """The films' surface in finer pixels, whose origin is the box's corner; names of axes stand round it."""
    left, top, right, bottom = box
    unit = _FINE * sheet.unit
    width, height = round(_FINE * (right - left)), round(_FINE * (bottom - top))
    edges = [round(margin * unit) for margin in (_LEFT, 22.0, 14.0, 24.0)]
    picture = ground.picture
    paths = [Trail.of(path, picture.lengths).points for path in picture.trajectories]
    longest = max(map(len, paths), default=0)
    runs = np.full((len(paths), longest, 2), np.nan)
    for run, points in zip(runs, paths, strict=True):
        run[: len(points)], run[len(points) :] = points, points[-1:]
    return SurfaceView(
        replace(ground.in_film(sheet.theme_name), axes=("", "")),
        runs,
        box=(edges[0], edges[1], width - edges[2], height - edges[3]),
        theme=sheet.theme,
        unit=unit,
        bare=False,
        azimuth=None,
        elevation=_ELEVATION,
        turn=0.0,
    )


def _paint(sheet: Sheet, axes: Axes, view: SurfaceView) -> None:
    """The relief as an image, in axes whose coordinates are its pixels."""
    frame = axes.get_window_extent()
    size = round(_FINE * frame.width), round(_FINE * frame.height)
    canvas = Canvas(size, sheet.theme.ground)
    view.paint(canvas, 0.0)
    axes.imshow(canvas.pixels, extent=(0.0, size[0], size[1], 0.0), aspect="auto", zorder=0.0)
    axes.set_xlim(0.0, size[0])
    axes.set_ylim(size[1], 0.0)
    axes.autoscale(enable=False)


def _laid(trajectory: PlaneTrajectory, view: SurfaceView, ground: PlaneBackground) -> Trail:
    """A path on the relief, in pixels."""
    sides = [high - low for low, high in ground.window]
    trail = Trail.of(trajectory, ground.picture.lengths).dense(0.01 * math.hypot(*sides))
    placed = view.place(trail.points, 0.0)
    points = np.where(placed.outside[:, None], np.nan, placed.points)
    return Trail(points=points, fade=trail.fade, hidden=placed.hidden)


def _draw_points(
    sheet: Sheet, axes: Axes, view: SurfaceView, picture: PlanePicture, trails: Sequence[Trail]
) -> None:
    """Named points that can be seen, their names off the paths and off what is written round the relief."""
    points = np.array([[point.x, point.y] for point in picture.points]).reshape(-1, 2)
    placed = view.place(points, 0.0)
    rows = [view.edge(dimension, beside) for dimension in (0, 1) for beside in _WRITTEN]
    words = Words(sheet, axes, *(trail.points for trail in trails), *rows)
    seen = [
        (name_of(point), at)
        for point, at, hidden in zip(
            picture.points, placed.points, placed.hidden | placed.outside, strict=True
        )
        if not hidden
    ]
    for _, at in seen:
        words.avoid((float(at[0]), float(at[1])))
        theme = sheet.theme
        add_dots(sheet, axes, at[:1], at[1:], colour=theme.star, edge=theme.star_edge, size=12.0, order=7.0)
    for label, at in seen:
        words.put(label, (float(at[0]), float(at[1])), bold=True, size=17)


def _write_axis(sheet: Sheet, axes: Axes, edge: Float[np.ndarray, "2 2"], names: Sequence[str]) -> None:
    """The longest name that there is room for, along an edge of the relief."""
    (x0, y0), (x1, y1) = sorted(edge.tolist())
    angle = float(np.degrees(np.arctan2(y0 - y1, x1 - x0)))
    room = 1.05 * float(np.hypot(x1 - x0, y1 - y0)) / _FINE
    fitting = (name for name in names if sheet.width(name, size=17) <= room)
    name = next(fitting, sheet.fitted(names[-1], room, size=17))
    axes.text(
        (x0 + x1) / 2,
        (y0 + y1) / 2,
        name,
        rotation=angle,
        rotation_mode="anchor",
        ha="center",
        va="center",
        **sheet.letters(name, size=17),
    )
