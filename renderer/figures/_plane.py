"""Losses on a plane: Li's picture, with the training paths on it and what the plane hides of them."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._background import PlaneBackground, bar_width, draw_background, draw_bar, name_of
from ravine.renderer.figures._beside_plane import draw_beside
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._legend import Entry, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._records import PlanePicture
from ravine.renderer.figures._relief import draw_relief
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.figures._trails import Trail, draw_trail
from ravine.renderer.style import ThemeName

PlaneView: TypeAlias = Literal["contour", "surface"]

_WIDE = 1.5
"""A relief alone leaves this shape half empty: the plane from above stands beside it."""

_COLUMN = 0.29
_NARROWEST, _WIDEST = 290.0, 430.0
"""The column beside the plane: its part of the width, and the bounds of that in units."""


@house_style()
def draw_plane(
    picture: PlanePicture,
    *,
    view: PlaneView = "contour",
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """The plane from above or as a relief, and beside it the paths with their true losses."""
    sheet = Sheet(size, theme, title=picture.title, subtitle=picture.subtitle)
    keys = [path.colour_key for path in picture.trajectories] + [curve.colour_key for curve in picture.curves]
    colours = sheet.colours(keys)
    on_curves = colours[len(picture.trajectories) :]
    add_legend(
        sheet,
        [
            Entry(curve.label, colour, "--" if curve.dashed else "-")
            for curve, colour in zip(picture.curves, on_curves, strict=True)
        ],
    )
    box = sheet.body
    if picture.trajectories:
        width = min(max(_COLUMN * size[0], _NARROWEST * sheet.unit), _WIDEST * sheet.unit)
        box, column = split(box, (box[2] - box[0] - width, width), gap=30 * sheet.unit)
        draw_beside(sheet, column, picture, colours)
    if view == "surface":
        aside = not picture.trajectories and box[2] - box[0] > _WIDE * (box[3] - box[1])
        relief, *rest = split(box, (0.55, 0.45), gap=24 * sheet.unit) if aside else [box]
        draw_relief(sheet, relief, picture, colours)
        for part in rest:
            draw_contour(sheet, part, picture, colours)
    else:
        draw_contour(sheet, box, picture, colours)
    return sheet.figure


def draw_contour(sheet: Sheet, box: Box, picture: PlanePicture, colours: Sequence[str]) -> None:
    """The plane from above, with its colour bar, in a box."""
    ground = PlaneBackground.of(picture)
    (x0, x1), (y0, y1) = ground.window
    left, top, right, bottom = box
    inner = (left, top, right - bar_width(sheet, ground), bottom)
    title = ground.axis_names(1)[0]
    x, y = Axis(low=x0, high=x1), Axis(low=y0, high=y1)
    axes = add_panel(sheet, inner, x, y, title=title, x_label=ground.axis_names(0)[0], boxed=True)
    draw_background(sheet, axes, ground)
    _draw_paths(sheet, axes, picture, colours)
    frame = axes.get_window_extent()
    height = sheet.size[1]
    bar = (frame.x1 + 16 * sheet.unit, height - frame.y1, right, height - frame.y0)
    draw_bar(sheet, bar, ground)
    at = right, top + 18 * sheet.unit
    room = right - left - sheet.width(title, size=17) - 20 * sheet.unit
    sheet.text(sheet.fitted(ground.name, room, size=17), at, size=17, anchor="right")


def _draw_paths(sheet: Sheet, axes: Axes, picture: PlanePicture, colours: Sequence[str]) -> None:
    """Curves, paths, named points and, last, their names where nothing is hidden by them."""
    paths = len(picture.trajectories)
    curves = [np.stack([curve.x, curve.y], axis=-1) for curve in picture.curves]
    for curve, colour in zip(picture.curves, colours[paths:], strict=True):
        add_curve(
            sheet, axes, curve.x, curve.y, colour=sheet.theme.halo, width=6.4, alpha=sheet.theme.halo_alpha
        )
        add_curve(
            sheet, axes, curve.x, curve.y, colour=colour, width=3.4, style="--" if curve.dashed else "-"
        )
    trails = [Trail.of(path, picture.lengths) for path in picture.trajectories]
    words = Words(sheet, axes, *curves, *(trail.points for trail in trails))
    for trail, colour in zip(trails, colours, strict=False):
        draw_trail(sheet, axes, trail, colour=colour)
    for point in picture.points:
        words.avoid((point.x, point.y))
        at = np.array([point.x]), np.array([point.y])
        add_dots(sheet, axes, *at, colour=sheet.theme.star, edge=sheet.theme.star_edge, size=12.0, order=7.0)
    for point in picture.points:
        words.put(name_of(point), (point.x, point.y), bold=True, size=17)
