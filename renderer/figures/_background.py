"""The background of a plane: a grid of losses as filled contours with lines, and its colour bar."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, UInt8
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ravine.renderer._scene import Background, GridLosses, Shades
from ravine.renderer.canvas import Isolines, label, middles, norm_ticks, power_label
from ravine.renderer.figures._sheet import Box, Sheet
from ravine.renderer.style import COMMON, LossNorm, ScaleName, ThemeName
from ravine.renderer.views import BANDS, band_colours, map_colours

if TYPE_CHECKING:
    from scipy.interpolate import RectBivariateSpline

_FINE = 2
"""Image points a pixel: a PDF is seen enlarged."""

_MOST_POINTS, _LINE_POINTS = 2400, 240
"""A side of the image of filled contours, and of the grid that contour lines are traced on."""

_STEEP = 2.0
"""Shares of curvature beyond 1 count as this at most, so that the edge of what is cut off at 1 is smooth."""

LOSS_NAME = "training loss"
_CONVEXITY = "|least / greatest curvature|"
_CONVEXITY_RULE = "rmsprop"
"""Whose colour the shades of curvature are of."""

_DIGITS = 12
_STRIP = 16.0
_LEAST_GAP = 0.075
"""Between the labels of a colour bar, as a part of its height."""

_LINEAR_SHARE = 0.01
_SMALLEST = 1e-300
"""Of the range of losses: the least that they are told apart by."""


def plane_background(
    x: Float[np.ndarray, " columns"],
    y: Float[np.ndarray, " rows"],
    loss: Float[np.ndarray, "rows columns"],
    *,
    title: str,
    axes: tuple[str, str],
    shares: tuple[float, float] | None = None,
    start: tuple[float, float] = (0.0, 0.0),
    points: Sequence[tuple[str, tuple[float, float], float]] = (),
    convexity: Float[np.ndarray, "rows columns"] | None = None,
    scale: ScaleName = "auto",
    heights: tuple[float, float] | None = None,
    theme: ThemeName = "light",
) -> Background:
    """Make the background of films and pictures from a grid of losses.

    Args:
        x: The columns of the grid, evenly spaced and rising.
        y: Its rows, likewise.
        loss: On the grid.
        title: Over the picture.
        axes: The meaning of each axis, such as "first principal component".
        shares: The part of the paths' motion along each axis, from 0 to 1.
        start: The common start of the paths.
        points: Points on the plane: a name, the place, and the loss there.
        convexity: |lambda_min / lambda_max| on the grid, shown in place of the loss; contour lines stay those
            of the loss.
        scale: Of the colours.
        heights: The losses at the lowest and at the highest colour, for pictures that are to be compared;
            those of the grid unless given.
        theme: The theme, which has the colour of the convexity.
    """
    short = axes if shares is None else tuple(map(_with_share, axes, shares))
    return Background(
        title=title,
        equation="",
        window=((float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))),
        start=start,
        minima=(),
        lowest=None,
        scale=scale,
        losses=losses_between(x, y, loss),
        marks=tuple((place, f"{name}: {label(at, digits=3)}") for name, place, at in points),
        axes=(short[0], short[1]),
        long_axes=("", "") if shares is None else (_of_motion(short[0]), _of_motion(short[1])),
        heights=heights,
        samples=loss,
        shades=None if convexity is None else _shades(x, y, convexity, theme),
    )


def _with_share(name: str, share: float) -> str:
    percent = 100.0 * share
    return f"{name}, {label(percent, digits=2) if percent < 10.0 else f'{percent:.0f}'} %"


def _of_motion(name: str) -> str:
    return f"{name} of the motion"


def _shades(
    x: Float[np.ndarray, " columns"],
    y: Float[np.ndarray, " rows"],
    convexity: Float[np.ndarray, "rows columns"],
    theme: ThemeName,
) -> Shades:
    shares = losses_between(x, y, np.clip(np.nan_to_num(convexity, nan=1.0), 0.0, _STEEP))
    return Shades(
        title=_CONVEXITY,
        highest="≥ 1" if (convexity > 1.0).any() else "1",
        levels=lambda xs, ys: np.clip(shares(xs, ys), 0.0, 1.0),
        colour=COMMON[theme][_CONVEXITY_RULE],
    )


def norm_of(background: Background) -> LossNorm:
    """The map from losses to the levels of contour lines, and of shades where these show the loss."""
    if background.samples is None:
        raise ValueError("A picture's shades are those of the losses that were measured; got none.")
    return LossNorm.of(background.samples, background.scale, heights=background.heights)


def shades_title(background: Background) -> str:
    """The title of what the shades show."""
    return LOSS_NAME if background.shades is None else background.shades.title


def axis_names(background: Background, dimension: int) -> tuple[str, ...]:
    """The names of an axis, in full and in fewer words."""
    name, in_full = background.axes[dimension], background.long_axes[dimension]
    return (in_full, name) if in_full else (name,)


def draw_background(sheet: Sheet, axes: Axes, background: Background) -> None:
    """Draw filled contours as one image, as polygons have seams in a PDF, and lines over them."""
    (x0, x1), (y0, y1) = background.window
    frame = axes.get_window_extent()
    width, height = (min(_MOST_POINTS, max(2, round(_FINE * side))) for side in (frame.width, frame.height))
    xs, ys = middles((x0, x1), width), middles((y0, y1), height)
    shades = background.shades
    levels = norm_of(background).level(background.losses(xs, ys)) if shades is None else shades.levels(xs, ys)
    bands = _bands(sheet, background)
    image = bands[np.minimum((levels * BANDS).astype(np.intp), BANDS - 1)]
    axes.imshow(image, extent=(x0, x1, y0, y1), origin="lower", aspect="auto", zorder=0.0)
    _draw_lines(sheet, axes, background)


def _bands(sheet: Sheet, background: Background) -> UInt8[np.ndarray, "bands 3"]:
    """The colours of the shades, from the lowest."""
    colour = "" if background.shades is None else background.shades.colour
    return band_colours(sheet.theme, BANDS, colour)


def _draw_lines(sheet: Sheet, axes: Axes, background: Background) -> None:
    x, y = background.window
    xs, ys = np.linspace(*x, _LINE_POINTS), np.linspace(*y, _LINE_POINTS)
    isolines = Isolines(xs, ys, norm_of(background).level(background.losses(xs, ys)))
    theme = sheet.theme
    levels = np.arange(1, BANDS) / BANDS
    coloured = map_colours(theme.line_colours, levels) if theme.line_colours else None
    for number, level in enumerate(levels.tolist()):
        points, starts = isolines.at(level)
        if not len(points):
            continue
        codes = np.where(starts, Path.MOVETO, Path.LINETO).astype(Path.code_type)
        colour = theme.contour_line if coloured is None else coloured[number]
        line = PathPatch(
            Path(points, codes),
            fill=False,
            edgecolor=colour,
            linewidth=sheet.points(0.9 if coloured is None else 1.5),
            alpha=theme.contour_line_alpha,
            zorder=1.0,
        )
        axes.add_artist(line)  # unlike add_patch it measures nothing, and so is quick


def bar_width(sheet: Sheet, background: Background) -> float:
    """The width that a colour bar needs beside the plane, with its labels, in pixels."""
    widest = max((sheet.width(text) for _, text in bar_ticks(background)), default=0.0)
    return (_STRIP + 30.0) * sheet.unit + widest


def draw_bar(sheet: Sheet, box: Box, background: Background) -> None:
    """Draw the shades from the lowest to the highest, with what they stand for on their right."""
    left, top, _, bottom = box
    axes = sheet.axes((left, top, left + _STRIP * sheet.unit, bottom))
    axes.set_axis_on()
    axes.imshow(
        _bands(sheet, background)[:, None], extent=(0.0, 1.0, 0.0, 1.0), origin="lower", aspect="auto"
    )
    ticks = bar_ticks(background)
    axes.xaxis.set_ticks([])
    axes.yaxis.set_ticks([level for level, _ in ticks], labels=[text for _, text in ticks])
    axes.yaxis.tick_right()
    axes.tick_params(
        labelsize=sheet.points(16),
        labelcolor=sheet.theme.muted,
        color=sheet.theme.frame,
        length=sheet.points(4),
        width=sheet.points(1.2),
        pad=sheet.points(4),
    )
    for spine in axes.spines.values():
        spine.set_color(sheet.theme.frame)
        spine.set_linewidth(sheet.points(1.0))


def bar_ticks(background: Background) -> list[tuple[float, str]]:
    """Levels and what they stand for; on a log scale 1, 2 and 5 of each decade where there is room."""
    shades = background.shades
    if shades is not None:
        return [*((level, label(level)) for level in (0.0, 0.25, 0.5, 0.75)), (1.0, shades.highest)]
    norm = norm_of(background)
    if norm.linthresh is None:
        return _cut(background, [(min(max(level, 0.0), 1.0), text) for level, text in norm_ticks(norm)])
    least = max(norm.low, 1e-12 * norm.high, 1e-300)
    if norm.low < 0.0:
        least = max(1e-2 * (norm.high - norm.low), 1e-300)
    most = max(norm.high, -norm.low, least)
    decades = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
    kept = [norm.low] if background.heights is None else [norm.low, norm.high]
    parts = (0.0, 1.0, 2.0, 5.0, -1.0, -2.0, -5.0) if norm.low < 0.0 else (1.0, 2.0, 5.0)
    for part in parts:
        values = np.array([part * 10.0**decade for decade in decades])
        for value in values[(values >= norm.low) & (values <= norm.high)].tolist():
            levels = norm.level(np.array([value, *kept]))
            if (np.abs(levels[1:] - levels[0]) >= _LEAST_GAP).all():
                kept.append(value)
    ticks = [(float(norm.level(np.array([value]))[0]), _short(value)) for value in sorted(kept)]
    return _cut(background, ticks)


def _cut(background: Background, ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Ticks that say where losses go on beyond the lowest and the highest shade."""
    norm, loss = norm_of(background), np.asarray(background.samples)
    beyond = {0.0: "≤ " if (loss < norm.low).any() else "", 1.0: "≥ " if (loss > norm.high).any() else ""}
    return [(level, beyond.get(round(level, _DIGITS), "") + text) for level, text in ticks]


def _short(value: float) -> str:
    """A number in few letters, powers of ten as such."""
    size = abs(value)
    return (
        power_label(value)
        if size and not 1e-3 <= size < 1e5 and value > 0.0 and _is_power(value)
        else label(value, digits=max(2, len(f"{size:.0f}")))
    )


def _is_power(value: float) -> bool:
    exponent = np.log10(value)
    return bool(abs(exponent - round(exponent)) < 1e-9)


def losses_between(
    x: Float[np.ndarray, " columns"], y: Float[np.ndarray, " rows"], loss: Float[np.ndarray, "rows columns"]
) -> GridLosses:
    """Interpolate the loss at any pair of an x and a y on the box of a grid.

    It is the grid's own at the grid's points, and in each cell between those of its corners: beside a cliff
    a spline would swing. What lies nearest to a point whose loss is not finite has none either.

    Args:
        x: The columns, rising, two at least.
        y: The rows, likewise.
        loss: Finite somewhere, or nowhere.
    """
    x, y, loss = (np.asarray(numbers, dtype=float) for numbers in (x, y, loss))
    holes = ~np.isfinite(loss)
    if holes.all():
        return lambda xs, ys: np.full((len(ys), len(xs)), np.nan)
    norm = _norm_between(loss[~holes])
    levels = norm.level(_filled(loss, holes))
    spline = _spline(x, y, levels)

    def losses(xs: Float[np.ndarray, " xs"], ys: Float[np.ndarray, " ys"]) -> Float[np.ndarray, "ys xs"]:
        xs, ys = np.clip(xs, x[0], x[-1]), np.clip(ys, y[0], y[-1])
        between = norm.loss(np.clip(spline(ys, xs), *_bounds(levels, _cells(x, xs), _cells(y, ys))))
        return np.where(holes[_nearest(y, ys)][:, _nearest(x, xs)], np.nan, between)

    return losses


def _norm_between(losses: Float[np.ndarray, " finite"]) -> LossNorm:
    """The map in which losses are smooth: linear, or logarithmic from the lowest on where they are skewed.

    Unlike the norm of a picture it tells losses of any size apart, and a plateau from what is beside it.
    """
    norm = LossNorm.of(losses, "auto")
    if norm.linthresh is None:
        return norm
    excess = np.clip(losses, norm.low, norm.high) - norm.low
    linthresh = max(norm.low, float(np.quantile(excess, _LINEAR_SHARE)))
    if linthresh <= 0.0:
        linthresh = float(np.quantile(excess[excess > 0.0], _LINEAR_SHARE))
    return replace(norm, linthresh=max(linthresh, _SMALLEST * (norm.high - norm.low)))


def _spline(
    x: Float[np.ndarray, " columns"], y: Float[np.ndarray, " rows"], levels: Float[np.ndarray, "rows columns"]
) -> "RectBivariateSpline":
    from scipy.interpolate import RectBivariateSpline

    return RectBivariateSpline(y, x, levels, kx=min(3, len(y) - 1), ky=min(3, len(x) - 1), s=0)


def _filled(
    loss: Float[np.ndarray, "rows columns"], holes: Bool[np.ndarray, "rows columns"]
) -> Float[np.ndarray, "rows columns"]:
    """The losses, holes with that of the nearest point that has one."""
    from scipy.ndimage import distance_transform_edt

    if not holes.any():
        return loss
    rows, columns = np.asarray(distance_transform_edt(holes, return_distances=False, return_indices=True))
    return loss[rows, columns]


def _bounds(
    levels: Float[np.ndarray, "rows columns"], columns: np.ndarray, rows: np.ndarray
) -> tuple[Float[np.ndarray, "ys xs"], Float[np.ndarray, "ys xs"]]:
    """The lowest and the highest corner of the cell where each pair lies."""
    corners = [levels[:-1, :-1], levels[:-1, 1:], levels[1:, :-1], levels[1:, 1:]]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    return low[rows][:, columns], high[rows][:, columns]


def _cells(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The cell in which each number lies."""
    return np.clip(np.searchsorted(places, at, side="right") - 1, 0, len(places) - 2)


def _nearest(places: Float[np.ndarray, " places"], at: Float[np.ndarray, " at"]) -> np.ndarray:
    """The place nearest to each number."""
    return np.searchsorted((places[:-1] + places[1:]) / 2, at)
