"""Losses along straight lines: Goodfellow's picture, for one network or several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._connection import MOST_BARRIERS, Bracket, draw_barriers
from ravine.renderer.figures._labels import Entry, Words, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, indent_of, rows_below, split, stack
from ravine.renderer.figures._records import LineCurve, LinePath, LineZoom
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ScaleName, ThemeName

_ZOOMS_SHARE = 0.3
_MOST_DETAILED = 3
"""Of more curves than these, dashed and dotted ones beside them would hide each other."""

_WORTH_A_MARK = 0.02
"""The smallest barrier that is drawn, as a part of the loss's range on the line."""

_WAY = "share of the way"
_RESIDUAL = "distance of the training path from the line, as a share of its length"


@house_style()
def draw_line(
    curves: Sequence[LineCurve],
    *,
    title: str,
    subtitle: str = "",
    ends: tuple[str, str] = ("start", "solution"),
    scale: ScaleName = "linear",
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw loss and accuracy along lines, the ends enlarged, the training paths beside them.

    Args:
        curves: One for each line.
        title: Over all.
        subtitle: Network, data, policy of batch norm, seed.
        ends: The names of the points at 0 and at 1.
        scale: Of the loss; "auto" takes the logarithm where the losses span decades.
        size: Width and height in pixels.
        theme: The look of everything but the curves.
    """
    sheet = Sheet(size, theme, title=title, subtitle=subtitle)
    colours = sheet.colours([curve.colour_key for curve in curves])
    drawn = curves if len(curves) <= _MOST_DETAILED else [_outlined(curve) for curve in curves]
    picture = _Picture(curves=tuple(drawn), colours=colours, ends=ends, scale=scale)
    add_legend(sheet, list(_entries(sheet, picture)))
    if not picture.zooms:
        _draw_main(sheet, sheet.body, picture)
        return sheet.figure
    main, zooms = split(sheet.body, (1.0 - _ZOOMS_SHARE, _ZOOMS_SHARE), gap=28 * sheet.unit)
    _draw_main(sheet, main, picture)
    _draw_zooms(sheet, zooms, picture)
    return sheet.figure


def _outlined(curve: LineCurve) -> LineCurve:
    """The training loss alone, and how far the path is from the line."""
    path = curve.path and curve.path._replace(loss=None)
    return replace(curve, test_loss=None, test_accuracy=None, path=path)


@dataclass(frozen=True, kw_only=True)
class _Picture:
    """All curves with their colours."""

    curves: tuple[LineCurve, ...]
    colours: tuple[str, ...]
    ends: tuple[str, str]
    scale: ScaleName

    @property
    def pairs(self) -> list[tuple[LineCurve, str]]:
        """Each curve with its colour."""
        return list(zip(self.curves, self.colours, strict=True))

    @property
    def paths(self) -> list[LinePath]:
        """The training paths."""
        return [curve.path for curve in self.curves if curve.path is not None]

    @property
    def zooms(self) -> int:
        """The number of enlarged segments."""
        return max((len(curve.zooms) for curve in self.curves), default=0)

    @property
    def names(self) -> list[tuple[float, str]]:
        """The names of both ends at their places."""
        return list(zip((0.0, 1.0), self.ends, strict=True))

    @property
    def barriers(self) -> list[Bracket]:
        """Brackets of the barriers that are high enough for a mark."""
        marked = [(curve, colour) for curve, colour in self.pairs if _is_marked(curve)]
        found = (Bracket.of(curve.barrier, colour=colour) for curve, colour in marked)
        return [barrier for barrier in found if barrier is not None]


def _is_marked(curve: LineCurve) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return _height(curve) > _WORTH_A_MARK * float(np.ptp(curve.train_loss))


def _height(curve: LineCurve) -> float:
    """The height of its barrier; 0 without one."""
    if curve.barrier is None:
        return 0.0
    _, foot, top = curve.barrier
    return top - foot


def _entries(sheet: Sheet, picture: _Picture) -> Iterator[Entry]:
    """The curves by name, where there are several, and what solid, dashed and dotted mean."""
    curves, several = picture.curves, len(picture.curves) > 1
    kind = sheet.theme.muted if several or not curves else picture.colours[0]
    if several:
        yield from (Entry(_named(picture, curve), colour, "dot") for curve, colour in picture.pairs)
    if any(curve.test_loss is not None for curve in curves):
        yield Entry("training examples", kind)
        yield Entry("test examples", kind, "--")
    elif picture.paths:
        yield Entry("straight line", kind)
    if picture.paths:
        yield Entry("training path", kind, ":")


def _named(picture: _Picture, curve: LineCurve) -> str:
    """The curve's name, with its barrier where a picture has too many to mark them all."""
    if len(picture.barriers) <= MOST_BARRIERS or not _is_marked(curve):
        return curve.label
    return f"{curve.label}, barrier {_height(curve):.2g}"


def _draw_main(sheet: Sheet, box: Box, picture: _Picture) -> None:
    """Loss, accuracy and residual above each other, over one axis."""
    curves, paths = picture.curves, picture.paths
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
    words = {"x_label": _WAY, "names": picture.names}
    rows = rows_below(sheet, box[2] - box[0] - indent, x, **words)
    boxes = stack(sheet, box, weights, rows=rows)
    for part, (title, axis, _, draw) in zip(boxes, panels, strict=True):
        last = part is boxes[-1]
        axes = add_panel(sheet, part, x, axis, title=title, indent=indent, labelled=last, **words)
        draw(sheet, axes, picture)


def _draw_losses(sheet: Sheet, axes: Axes, picture: _Picture) -> None:
    """Training loss solid, test loss dashed, the path's own dotted, the ends ringed, barriers bracketed."""
    for curve, colour in picture.pairs:
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
    drawn += [(path.projection, path.loss) for path in picture.paths]
    curves = [np.stack([alphas, loss], axis=-1) for alphas, loss in drawn if loss is not None]
    if len(picture.barriers) <= MOST_BARRIERS:
        draw_barriers(sheet, axes, picture.barriers, Words(sheet, axes, *curves))


def _draw_accuracies(sheet: Sheet, axes: Axes, picture: _Picture) -> None:
    for curve, colour in picture.pairs:
        for accuracy, style in ((curve.test_accuracy, "--"), (curve.train_accuracy, "-")):
            if accuracy is not None:
                add_curve(sheet, axes, curve.alphas, accuracy, colour=colour, width=2.4, style=style)


def _draw_residuals(sheet: Sheet, axes: Axes, picture: _Picture) -> None:
    for curve, colour in picture.pairs:
        if curve.path is not None:
            path = curve.path
            add_curve(sheet, axes, path.projection, path.residual, colour=colour, width=2.4, style=":")


def _draw_zooms(sheet: Sheet, box: Box, picture: _Picture) -> None:
    """Each segment in a panel of its own, above each other."""
    count = picture.zooms
    left, top, right, bottom = box
    height = (bottom - top) / count
    parts = [(left, top + n * height, right, top + (n + 1) * height) for n in range(count)]
    segments = [[curve.zooms[n : n + 1] for curve in picture.curves] for n in range(count)]
    axes_of = [_zoom_axes(picture, [zoom for zooms in segment for zoom in zooms]) for segment in segments]
    indent = max(indent_of(sheet, part, y) for part, (_, y) in zip(parts, axes_of, strict=True))
    for part, (x, y), segment in zip(parts, axes_of, segments, strict=True):
        title = f"loss near {_nearest_end(picture, (x.low + x.high) / 2)}, enlarged"
        label = _WAY if part is parts[-1] else ""
        axes = add_panel(sheet, part, x, y, title=title, x_label=label, indent=indent)
        for zooms, colour in zip(segment, picture.colours, strict=True):
            for zoom in zooms:
                add_curve(sheet, axes, zoom.alphas, zoom.train_loss, colour=colour)


def _zoom_axes(picture: _Picture, zooms: Sequence[LineZoom]) -> tuple[Axis, Axis]:
    """Of one segment of all curves."""
    losses = [zoom.train_loss for zoom in zooms]
    return Axis.exactly(*(zoom.alphas for zoom in zooms)), Axis.of(*losses, scale=_zoom_scale(picture))


def _nearest_end(picture: _Picture, place: float) -> str:
    return picture.ends[0 if place < 0.5 else 1]


def _zoom_scale(picture: _Picture) -> ScaleName:
    return "log" if picture.scale == "log" else "linear"


def _loss_axis(picture: _Picture) -> Axis:
    curves = picture.curves
    losses = [part for curve in curves for part in (curve.train_loss, curve.test_loss)]
    return Axis.of(*losses, *(path.loss for path in picture.paths), scale=picture.scale)
