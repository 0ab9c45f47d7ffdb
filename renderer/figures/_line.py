"""Losses along straight lines: Goodfellow's picture, for one network or several."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._barrier import MOST_BARRIERS, Barrier, draw_barriers
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._legend import Entry, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, indent_of, rows_below, split, stack
from ravine.renderer.figures._records import LineCurve, LinePath, LinePicture, LineZoom, ScaleName
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

_ZOOMS_SHARE = 0.3
_MOST_DETAILED = 3
"""Of more curves than these, dashed and dotted ones beside them would hide each other."""

_WAY = "share of the way"
_RESIDUAL = "distance of the training path from the line, as a share of its length"


@house_style()
def draw_line(
    picture: LinePicture, *, size: tuple[int, int] = (1280, 720), theme: ThemeName = "light"
) -> Figure:
    """Loss and accuracy over the share of the way, the ends enlarged, the training path beside the line."""
    picture = picture if len(picture.curves) <= _MOST_DETAILED else _outlined(picture)
    sheet = Sheet(size, theme, title=picture.title, subtitle=picture.subtitle)
    colours = sheet.colours([curve.colour_key for curve in picture.curves])
    add_legend(sheet, list(_entries(sheet, picture, colours)))
    if not _zooms(picture):
        _draw_main(sheet, sheet.body, picture, colours)
        return sheet.figure
    main, zooms = split(sheet.body, (1.0 - _ZOOMS_SHARE, _ZOOMS_SHARE), gap=28 * sheet.unit)
    _draw_main(sheet, main, picture, colours)
    _draw_zooms(sheet, zooms, picture, colours)
    return sheet.figure


def _outlined(picture: LinePicture) -> LinePicture:
    """The training losses alone, and how far the paths are from the lines."""
    curves = tuple(
        replace(
            curve,
            test_loss=None,
            test_accuracy=None,
            path=curve.path and replace(curve.path, loss=None),
        )
        for curve in picture.curves
    )
    return replace(picture, curves=curves)


def _entries(sheet: Sheet, picture: LinePicture, colours: Sequence[str]) -> Iterator[Entry]:
    """The curves by name, where there are several, and what solid, dashed and dotted mean."""
    curves, several = picture.curves, len(picture.curves) > 1
    kind = sheet.theme.muted if several or not curves else colours[0]
    if several:
        named = zip(curves, colours, strict=True)
        yield from (Entry(_named(picture, curve), colour, "dot") for curve, colour in named)
    if any(curve.test_loss is not None for curve in curves):
        yield Entry("training examples", kind)
        yield Entry("test examples", kind, "--")
    elif _paths(picture):
        yield Entry("straight line", kind)
    if _paths(picture):
        yield Entry("training path", kind, ":")


def _named(picture: LinePicture, curve: LineCurve) -> str:
    """The curve's name, with its barrier where a picture has too many to mark them all."""
    marked = len(_barriers(picture, [""] * len(picture.curves))) <= MOST_BARRIERS
    return curve.label if marked or curve.barrier is None else f"{curve.label}, barrier {curve.barrier:.2g}"


def _draw_main(sheet: Sheet, box: Box, picture: LinePicture, colours: Sequence[str]) -> None:
    """Loss, accuracy and residual above each other, over one axis."""
    curves, paths = picture.curves, _paths(picture)
    x = Axis.exactly(*(curve.alphas for curve in curves), *(path.projection for path in paths))
    accuracies = [part for curve in curves for part in (curve.train_accuracy, curve.test_accuracy)]
    panels = [("loss", _loss_axis(picture), 2.3, _draw_losses)]
    if any(part is not None for part in accuracies):
        panels.append(("accuracy", Axis.accuracy(*accuracies), 1.0, _draw_accuracies))
    if paths:
        axis = Axis.of(np.zeros(1), *(path.residual for path in paths), scale="linear")
        panels.append((_RESIDUAL, axis, 1.0, _draw_residuals))
    weights = [weight for _, _, weight, _ in panels]
    roughly = stack(sheet, box, weights, rows=1)
    indent = max(indent_of(sheet, part, axis) for part, (_, axis, _, _) in zip(roughly, panels, strict=True))
    words = {"x_label": _WAY, "names": _ends(picture)}
    rows = rows_below(sheet, box[2] - box[0] - indent, x, **words)
    boxes = stack(sheet, box, weights, rows=rows)
    for part, (title, axis, _, draw) in zip(boxes, panels, strict=True):
        last = part is boxes[-1]
        axes = add_panel(sheet, part, x, axis, title=title, indent=indent, labelled=last, **words)
        draw(sheet, axes, picture, colours)


def _draw_losses(sheet: Sheet, axes: Axes, picture: LinePicture, colours: Sequence[str]) -> None:
    """Training loss solid, test loss dashed, the path's own dotted, the ends ringed, barriers bracketed."""
    for curve, colour in zip(picture.curves, colours, strict=True):
        if curve.test_loss is not None:
            add_curve(sheet, axes, curve.alphas, curve.test_loss, colour=colour, width=2.2, style="--")
        path = curve.path
        if path is not None and path.loss is not None:
            add_curve(sheet, axes, path.projection, path.loss, colour=colour, width=2.4, style=":", order=2.5)
        add_curve(sheet, axes, curve.alphas, curve.train_loss, colour=colour)
        for end, hollow in ((0.0, True), (1.0, False)):
            here = np.isclose(curve.alphas, end)
            add_dots(sheet, axes, curve.alphas[here], curve.train_loss[here], colour=colour, hollow=hollow)
    drawn = [(curve.alphas, loss) for curve in picture.curves for loss in (curve.train_loss, curve.test_loss)]
    drawn += [(path.projection, path.loss) for path in _paths(picture)]
    curves = [np.stack([alphas, loss], axis=-1) for alphas, loss in drawn if loss is not None]
    barriers = _barriers(picture, colours)
    if len(barriers) <= MOST_BARRIERS:
        draw_barriers(sheet, axes, barriers, Words(sheet, axes, *curves))


def _draw_accuracies(sheet: Sheet, axes: Axes, picture: LinePicture, colours: Sequence[str]) -> None:
    for curve, colour in zip(picture.curves, colours, strict=True):
        for accuracy, style in ((curve.test_accuracy, "--"), (curve.train_accuracy, "-")):
            if accuracy is not None:
                add_curve(sheet, axes, curve.alphas, accuracy, colour=colour, width=2.4, style=style)


def _draw_residuals(sheet: Sheet, axes: Axes, picture: LinePicture, colours: Sequence[str]) -> None:
    for curve, colour in zip(picture.curves, colours, strict=True):
        if curve.path is not None:
            path = curve.path
            add_curve(sheet, axes, path.projection, path.residual, colour=colour, width=2.4, style=":")


def _draw_zooms(sheet: Sheet, box: Box, picture: LinePicture, colours: Sequence[str]) -> None:
    """Each stretch in a panel of its own, above each other."""
    count = _zooms(picture)
    left, top, right, bottom = box
    height = (bottom - top) / count
    parts = [(left, top + n * height, right, top + (n + 1) * height) for n in range(count)]
    stretches = [[curve.zooms[n : n + 1] for curve in picture.curves] for n in range(count)]
    axes_of = [_zoom_axes(picture, [zoom for zooms in stretch for zoom in zooms]) for stretch in stretches]
    indent = max(indent_of(sheet, part, y) for part, (_, y) in zip(parts, axes_of, strict=True))
    for part, (x, y), stretch in zip(parts, axes_of, stretches, strict=True):
        title = f"loss near {_nearest_end(picture, (x.low + x.high) / 2)}, enlarged"
        label = _WAY if part is parts[-1] else ""
        axes = add_panel(sheet, part, x, y, title=title, x_label=label, indent=indent)
        for zooms, colour in zip(stretch, colours, strict=True):
            for zoom in zooms:
                add_curve(sheet, axes, zoom.alphas, zoom.train_loss, colour=colour)


def _zoom_axes(picture: LinePicture, zooms: Sequence[LineZoom]) -> tuple[Axis, Axis]:
    """Of one stretch of all curves."""
    losses = [zoom.train_loss for zoom in zooms]
    return Axis.exactly(*(zoom.alphas for zoom in zooms)), Axis.of(*losses, scale=_zoom_scale(picture))


def _nearest_end(picture: LinePicture, place: float) -> str:
    return picture.ends[0 if place < 0.5 else 1]


def _zoom_scale(picture: LinePicture) -> ScaleName:
    return "log" if picture.scale == "log" else "linear"


def _zooms(picture: LinePicture) -> int:
    """How many stretches are enlarged."""
    return max((len(curve.zooms) for curve in picture.curves), default=0)


def _paths(picture: LinePicture) -> list[LinePath]:
    return [curve.path for curve in picture.curves if curve.path is not None]


def _ends(picture: LinePicture) -> list[tuple[float, str]]:
    return list(zip((0.0, 1.0), picture.ends, strict=True))


def _loss_axis(picture: LinePicture) -> Axis:
    curves = picture.curves
    losses = [part for curve in curves for part in (curve.train_loss, curve.test_loss)]
    return Axis.of(*losses, *(path.loss for path in _paths(picture)), scale=picture.scale)


def _barriers(picture: LinePicture, colours: Sequence[str]) -> list[Barrier]:
    pairs = zip(picture.curves, colours, strict=True)
    found = (
        Barrier.on(curve.alphas, curve.train_loss, colour=colour) for curve, colour in pairs if curve.barrier
    )
    return [barrier for barrier in found if barrier is not None]
