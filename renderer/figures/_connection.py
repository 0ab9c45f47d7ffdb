"""A curve of low loss between two solutions, with the barrier on the straight line between them."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._barrier import Barrier, draw_barriers
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._legend import Entry, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._plane import draw_contour
from ravine.renderer.figures._records import CurvePicture
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

CURVE_KEY, LINE_KEY = "momentum", "sgd"
"""The colour keys of the curve and of the straight line, for the same ones on a plane."""

_WAY = "share of the way"


@house_style()
def draw_curve(
    picture: CurvePicture, *, size: tuple[int, int] = (1280, 720), theme: ThemeName = "light"
) -> Figure:
    """The losses along both ways, and beside them the plane in which both lie."""
    sheet = Sheet(size, theme, title=picture.title, subtitle=picture.subtitle)
    add_legend(sheet, list(_entries(sheet, picture)))
    box, plane = sheet.body, picture.plane
    if plane is not None:
        left, box = split(box, (0.5, 0.5), gap=36 * sheet.unit)
        keys = [path.colour_key for path in plane.trajectories] + [curve.colour_key for curve in plane.curves]
        draw_contour(sheet, left, plane, sheet.colours(keys))
    _draw_losses(sheet, box, picture)
    return sheet.figure


def _entries(sheet: Sheet, picture: CurvePicture) -> Iterator[Entry]:
    muted = sheet.theme.muted
    yield Entry("Bézier curve", sheet.accent(CURVE_KEY), "dot")
    yield Entry("straight line", sheet.accent(LINE_KEY), "dot")
    if picture.curve_test_loss is not None or picture.line_test_loss is not None:
        yield Entry("training examples", muted)
        yield Entry("test examples", muted, "--")


def _draw_losses(sheet: Sheet, box: Box, picture: CurvePicture) -> None:
    curve, line = sheet.accent(CURVE_KEY), sheet.accent(LINE_KEY)
    drawn = [
        (picture.line_test_loss, line, "--"),
        (picture.curve_test_loss, curve, "--"),
        (picture.line_loss, line, "-"),
        (picture.curve_loss, curve, "-"),
    ]
    losses = [(loss, colour, style) for loss, colour, style in drawn if loss is not None]
    y = Axis.of(*(loss for loss, _, _ in losses), scale=picture.scale)
    names = list(zip((0.0, 1.0), picture.ends, strict=True))
    axes = add_panel(sheet, box, Axis.exactly(picture.t), y, title="loss", x_label=_WAY, names=names)
    for loss, colour, style in losses:
        width = 3.2 if style == "-" else 2.2
        add_curve(sheet, axes, picture.t, loss, colour=colour, width=width, style=style)
    for end in (0.0, 1.0):
        here = np.isclose(picture.t, end)
        add_dots(sheet, axes, picture.t[here], picture.line_loss[here], colour=sheet.theme.text)
    _mark_barriers(sheet, axes, picture)


def _mark_barriers(sheet: Sheet, axes: Axes, picture: CurvePicture) -> None:
    """Both barriers, where they are worth a mark."""
    ways = (
        (picture.barrier, picture.line_loss, LINE_KEY),
        (picture.curve_barrier, picture.curve_loss, CURVE_KEY),
    )
    found = [Barrier.on(picture.t, loss, colour=sheet.accent(key)) for barrier, loss, key in ways if barrier]
    losses = (picture.line_loss, picture.curve_loss, picture.line_test_loss, picture.curve_test_loss)
    curves = [np.stack([picture.t, loss], axis=-1) for loss in losses if loss is not None]
    draw_barriers(sheet, axes, [barrier for barrier in found if barrier], Words(sheet, axes, *curves))
