"""Losses on a plane from above or as a lit relief: Li's picture, with the training paths on it.

Beside it stands what the plane hides of the paths. The relief is drawn by the films' own surface.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer import views
from ravine.renderer._scene import Background, Run
from ravine.renderer.canvas import Canvas
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._background import (
    LOSS_NAME,
    axis_names,
    bar_width,
    draw_background,
    draw_bar,
    shades_title,
)
from ravine.renderer.figures._labels import Entry, Words, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._records import PlaneCurve
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.figures._trails import draw_beside, draw_trail, fade_of
from ravine.renderer.style import ThemeName
from ravine.renderer.views import SurfaceView

_WIDE = 1.5
"""A relief alone leaves this shape half empty: the plane from above stands beside it."""

_COLUMN = 0.29
_NARROWEST, _WIDEST = 290.0, 430.0
"""The column beside the plane: its part of the width, and the bounds of that in units."""

_FINE = 2
"""Image points a pixel."""

_ELEVATION = 38.0

_LEFT = 34.0
"""Room for the labels of heights, in units."""

_WRITTEN = (1.04, 1.09, 1.14, 1.19, 1.24, 1.29)
"""The distances of labels and names of axes from the middle of the relief."""


@house_style()
def draw_plane(
    background: Background,
    runs: Sequence[Run] = (),
    curves: Sequence[PlaneCurve] = (),
    *,
    subtitle: str = "",
    view: str = "contour",
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw the plane from above or as a relief, and beside it the paths with their true losses.

    Args:
        background: The losses on the plane, such as `plane_background` makes.
        runs: The training paths.
        curves: Lines on the plane.
        subtitle: Network, data, policy of batch norm, seed.
        view: One of `views.names(networks=True)`.
        size: Width and height in pixels.
        theme: The look of everything but the paths.
    """
    sheet = Sheet(size, theme, title=background.title, subtitle=subtitle)
    colours = sheet.colours([*(run.colour_key for run in runs), *(curve.colour_key for curve in curves)])
    runs = [replace(run, colour=run.colour or shade) for run, shade in zip(runs, colours, strict=False)]
    pairs = list(zip(curves, colours[len(runs) :], strict=True))
    add_legend(sheet, [Entry(curve.label, colour, "--" if curve.dashed else "-") for curve, colour in pairs])
    box = sheet.body
    if runs:
        width = min(max(_COLUMN * size[0], _NARROWEST * sheet.unit), _WIDEST * sheet.unit)
        box, column = split(box, (box[2] - box[0] - width, width), gap=30 * sheet.unit)
        draw_beside(sheet, column, runs)
    if views.catalogue.load(view).geometry == "relief":
        aside = not runs and box[2] - box[0] > _WIDE * (box[3] - box[1])
        relief, *rest = split(box, (0.55, 0.45), gap=24 * sheet.unit) if aside else [box]
        _draw_relief(sheet, relief, background, runs, pairs)
        for part in rest:
            _draw_contour(sheet, part, background, runs, pairs)
    else:
        _draw_contour(sheet, box, background, runs, pairs)
    return sheet.figure


Pairs: TypeAlias = Sequence[tuple[PlaneCurve, str]]
"""Curves with their colours."""


def _draw_contour(sheet: Sheet, box: Box, background: Background, runs: Sequence[Run], curves: Pairs) -> None:
    """The plane from above, with its colour bar, in a box."""
    (x0, x1), (y0, y1) = background.window
    left, top, right, bottom = box
    inner = (left, top, right - bar_width(sheet, background), bottom)
    across, title = (axis_names(background, dimension)[0] for dimension in (0, 1))
    x, y = Axis(low=x0, high=x1), Axis(low=y0, high=y1)
    axes = add_panel(sheet, inner, x, y, title=title, x_label=across, boxed=True)
    draw_background(sheet, axes, background)
    _draw_paths(sheet, axes, background, runs, curves)
    frame = axes.get_window_extent()
    height = sheet.size[1]
    bar = (frame.x1 + 16 * sheet.unit, height - frame.y1, right, height - frame.y0)
    draw_bar(sheet, bar, background)
    at = right, top + 18 * sheet.unit
    room = right - left - sheet.width(title, size=17) - 20 * sheet.unit
    sheet.text(sheet.fitted(shades_title(background), room, size=17), at, size=17, anchor="right")


def _draw_paths(sheet: Sheet, axes: Axes, background: Background, runs: Sequence[Run], curves: Pairs) -> None:
    """Curves, paths, named points and, last, their names where nothing is hidden by them."""
    for curve, colour in curves:
        _draw_curve(sheet, axes, curve, curve.points, colour)
    words = Words(sheet, axes, *(curve.points for curve, _ in curves), *(run.points for run in runs))
    for run in runs:
        draw_trail(sheet, axes, run.points, fade_of(run), colour=run.colour)
    _draw_marks(sheet, axes, words, background.marks)


def _draw_curve(
    sheet: Sheet, axes: Axes, curve: PlaneCurve, points: Float[np.ndarray, "points 2"], colour: str
) -> None:
    x, y = points.T
    add_curve(sheet, axes, x, y, colour=sheet.theme.halo, width=6.4, alpha=sheet.theme.halo_alpha)
    add_curve(sheet, axes, x, y, colour=colour, width=3.4, style="--" if curve.dashed else "-")


def _draw_marks(
    sheet: Sheet, axes: Axes, words: Words, marks: Sequence[tuple[tuple[float, float], str]]
) -> None:
    """Stars first, so that no name lies on another point."""
    theme = sheet.theme
    for at, _ in marks:
        words.avoid(at)
        place = np.array([at[0]]), np.array([at[1]])
        add_dots(sheet, axes, *place, colour=theme.star, edge=theme.star_edge, size=12.0, order=7.0)
    for at, name in marks:
        words.put(name, at, bold=True, size=17)


def _draw_relief(sheet: Sheet, box: Box, background: Background, runs: Sequence[Run], curves: Pairs) -> None:
    """The relief with the paths laid on it, named points and the names of its axes, in a box."""
    left, top, right, bottom = (float(round(edge)) for edge in box)
    view = _view(sheet, (left, top, right, bottom), background, runs)
    axes = sheet.axes((left, top, right, bottom))
    _paint(sheet, axes, view)
    drawn = []
    for run in runs:
        points, fade, hidden = _laid(run.points, fade_of(run), view, background)
        draw_trail(sheet, axes, points, fade, colour=run.colour, hidden=hidden)
        drawn.append(points)
    for curve, colour in curves:
        points, _, hidden = _laid(curve.points, np.zeros(len(curve.points)), view, background)
        _draw_curve(sheet, axes, curve, np.where(hidden[:, None], np.nan, points), colour)
        drawn.append(points)
    _draw_seen_marks(sheet, axes, view, background, drawn)
    sheet.text(LOSS_NAME, (left, top + 18 * sheet.unit), size=17)
    for dimension in (0, 1):
        _write_axis(sheet, axes, view.edge(dimension), axis_names(background, dimension))


def _view(sheet: Sheet, box: Box, background: Background, runs: Sequence[Run]) -> SurfaceView:
    """The films' surface in finer pixels, whose origin is the box's corner; names of axes stand round it."""
    left, top, right, bottom = box
    unit = _FINE * sheet.unit
    width, height = round(_FINE * (right - left)), round(_FINE * (bottom - top))
    edges = [round(margin * unit) for margin in (_LEFT, 22.0, 14.0, 24.0)]
    longest = max((len(run.points) for run in runs), default=0)
    paths = np.full((len(runs), longest, 2), np.nan)
    for path, run in zip(paths, runs, strict=True):
        path[: len(run.points)], path[len(run.points) :] = run.points, run.points[-1:]
    return SurfaceView(
        replace(background, axes=("", "")),
        paths,
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


def _laid(
    points: Float[np.ndarray, "points 2"],
    fade: Float[np.ndarray, " points"],
    view: SurfaceView,
    background: Background,
) -> tuple[Float[np.ndarray, "dense 2"], Float[np.ndarray, " dense"], Bool[np.ndarray, " dense"]]:
    """A path on the relief, in pixels, how pale it is there, and where the landscape stands before it."""
    sides = [high - low for low, high in background.window]
    points, fade = _dense(points, fade, 0.01 * math.hypot(*sides))
    placed = view.place(points, 0.0)
    return np.where(placed.outside[:, None], np.nan, placed.points), fade, placed.hidden


def _dense(
    points: Float[np.ndarray, "points 2"], fade: Float[np.ndarray, " points"], longest: float
) -> tuple[Float[np.ndarray, "dense 2"], Float[np.ndarray, " dense"]]:
    """A path with further points between its own, no two of them farther apart than `longest`."""
    if len(points) < 2:
        return points, fade
    gaps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    pieces = np.ceil(np.nan_to_num(np.clip(gaps / longest, 1.0, 500.0), nan=1.0)).astype(np.intp)
    old = np.arange(len(points))
    new = np.concatenate([n + np.arange(k) / k for n, k in enumerate(pieces.tolist())] + [old[-1:]])
    x, y, between = (np.interp(new, old, values) for values in (*points.T, fade))
    return np.stack([x, y], axis=-1), between


def _draw_seen_marks(
    sheet: Sheet,
    axes: Axes,
    view: SurfaceView,
    background: Background,
    drawn: Sequence[Float[np.ndarray, "_ 2"]],
) -> None:
    """Named points that can be seen, their names off the paths and off what is written round the relief."""
    places = np.array([at for at, _ in background.marks]).reshape(-1, 2)
    placed = view.place(places, 0.0)
    rows = [view.edge(dimension, beside) for dimension in (0, 1) for beside in _WRITTEN]
    unseen = (placed.hidden | placed.outside).tolist()
    seen = [
        ((float(at[0]), float(at[1])), name)
        for (_, name), at, gone in zip(background.marks, placed.points, unseen, strict=True)
        if not gone
    ]
    _draw_marks(sheet, axes, Words(sheet, axes, *drawn, *rows), seen)


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
