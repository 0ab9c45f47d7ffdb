"""The eigenvalues of a Hessian: their density, the outermost ones, and what point they make."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Words
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split
from ravine.renderer.figures._records import Eigenvalues
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

_COLUMN = 0.33
_FAINTEST = 1e-7
"""Of the highest density: what is less is not drawn, the smoothing alone makes it."""

_STEM = 0.12
"""The height of the stems of eigenvalues under a density, as a part of the panel."""

_MOST_NAMES, _MOST_BARS_NAMED = 3, 6
_NEAR = 30.0
"""The largest distance of a number from its stem, in units: farther off it is taken for another's."""

_NARROW = 1e-9


@house_style()
def draw_spectrum(
    found: Eigenvalues,
    *,
    title: str,
    subtitle: str = "",
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw the density with the outermost eigenvalues under it, and beside it what they say in words.

    Args:
        found: The eigenvalues.
        title: Over all.
        subtitle: Network, data, policy of batch norm, seed.
        size: Width and height in pixels.
        theme: The look of everything but the eigenvalues.
    """
    sheet = Sheet(size, theme, title=title, subtitle=subtitle)
    main, column = split(sheet.body, (1.0 - _COLUMN, _COLUMN), gap=40 * sheet.unit)
    shown = None if found.density is None else _shown(found.density[1])
    y = _write_facts(sheet, column, found, large=shown is None)
    if found.density is None or shown is None:
        _draw_ranks(sheet, main, found)
        return sheet.figure
    _draw_spread(sheet, main, _outermost(found), *found.density, shown)
    left, _, right, bottom = column
    if len(_outermost(found)):
        _draw_ranks(sheet, (left, y + 10 * sheet.unit, right, bottom), found)
    return sheet.figure


def _outermost(found: Eigenvalues) -> Float[np.ndarray, " values"]:
    """The largest and the smallest eigenvalues once each, falling."""
    values = np.concatenate([found.top, found.bottom])
    values = np.sort(values[np.isfinite(values)])[::-1]
    if len(values) < 2:
        return values
    scale = max(float(np.abs(values).max()), 1e-300)
    both = found.size < len(values)
    return values[np.r_[True, np.abs(np.diff(values)) > _NARROW * scale]] if both else values


def _colours(sheet: Sheet) -> tuple[str, str]:
    """Of eigenvalues above and below zero."""
    return sheet.accent("adagrad"), sheet.accent("sgd")


def _draw_spread(
    sheet: Sheet,
    box: Box,
    values: Float[np.ndarray, " values"],
    places: Float[np.ndarray, " places"],
    density: Float[np.ndarray, " places"],
    shown: Float[np.ndarray, " some"],
) -> None:
    """The density on a log scale, over it the outermost eigenvalues as stems."""
    x, y = Axis.of(values, places, np.zeros(1), scale="linear"), Axis.of(shown, scale="log")
    axes = add_panel(sheet, box, x, y, title="density of the eigenvalues", x_label="eigenvalue")
    _draw_density(sheet, axes, places, density, y.low)
    axes.axvline(0.0, color=sheet.theme.frame, lw=sheet.points(1.4), zorder=1.0)
    _draw_stems(sheet, axes, values, y.low)


def _shown(density: Float[np.ndarray, " values"]) -> Float[np.ndarray, " some"] | None:
    """The density where it is worth drawing; nothing where it is nowhere positive."""
    real = np.isfinite(density) & (density > 0.0)
    if not real.any():
        return None
    return density[real & (density >= _FAINTEST * density[real].max())]


def _draw_density(
    sheet: Sheet,
    axes: Axes,
    places: Float[np.ndarray, " values"],
    density: Float[np.ndarray, " values"],
    floor: float,
) -> None:
    colour = sheet.theme.contour_line
    axes.fill_between(
        places, np.full(len(places), floor), density, color=colour, alpha=0.28, lw=0.0, zorder=2.0
    )
    add_curve(sheet, axes, places, density, colour=colour, width=2.4)


def _draw_stems(
    sheet: Sheet,
    axes: Axes,
    values: Float[np.ndarray, " values"],
    floor: float,
) -> None:
    """A stem with a ball for each eigenvalue; the outermost ones with their numbers."""
    tops = axes.transAxes.transform(np.array([[0.0, _STEM]]))
    level = float(axes.transData.inverted().transform(tops)[0, 1])
    above, below = _colours(sheet)
    stems = [np.array([[value, floor], [value, level]]) for value in values.tolist()]
    words = Words(sheet, axes, *stems)
    for value in values.tolist():
        colour = below if value < 0.0 else above
        axes.plot([value, value], [floor, level], color=colour, lw=sheet.points(2.2), zorder=3.0)
        add_dots(sheet, axes, np.array([value]), np.array([level]), colour=colour, size=10.0)
        words.avoid((value, level), radius=6.0)
    for value in [*values[:_MOST_NAMES], *values[_MOST_NAMES:][-1:]]:
        words.put(label(float(value), digits=3), (float(value), level), size=17, reach=_NEAR)


def _write_facts(sheet: Sheet, box: Box, found: Eigenvalues, *, large: bool) -> float:
    """The kind in large letters, and what it rests on below; returns where the words end."""
    left, top, right, bottom = box
    unit, facts = sheet.unit, list(_facts(found))
    y = top + 24 * unit
    size, row = (17.0, 30.0) if not large else (22.0, min(90.0, (bottom - y) / unit / (len(facts) + 1)))
    sheet.text(sheet.fitted(_kind(found), right - left, size=24, bold=True), (left, y), size=24, bold=True)
    for name, value in facts:
        y += row * unit
        sheet.text(value, (right, y), size=size, anchor="right")
        room = right - left - sheet.width(value, size=size) - 12 * unit
        sheet.text(sheet.fitted(name, room, size=size), (left, y), size=size, colour=sheet.theme.muted)
    return y + 8 * unit


def _kind(found: Eigenvalues) -> str:
    return {"degenerate": "degenerate: flat directions"}.get(found.kind, found.kind)


def _facts(found: Eigenvalues) -> Iterator[tuple[str, str]]:
    about = "" if found.index_exact else "about "
    yield "negative eigenvalues", f"{about}{found.index} of {found.size}"
    values = _outermost(found)
    if len(values):
        yield "largest", label(float(values[0]), digits=3)
        yield "smallest", label(float(values[-1]), digits=3)
    if len(values) > 1 and values[-1] > 0.0:
        yield "condition number", label(float(values[0] / values[-1]), digits=3)
    yield "norm of the gradient", label(found.gradient_norm, digits=2)


def _draw_ranks(sheet: Sheet, box: Box, found: Eigenvalues) -> None:
    """The outermost eigenvalues as bars beside each other, the largest first."""
    values = _outermost(found)
    x = Axis(low=0.4, high=max(1, len(values)) + 0.6)
    y = Axis.of(values, np.zeros(1), scale="linear", pad=0.12)
    title = "outermost eigenvalues" if found.size > len(values) else "eigenvalues"
    axes = add_panel(sheet, box, x, y, title=title, x_label="the largest first")
    axes.xaxis.set_ticks([])
    above, below = _colours(sheet)
    for rank, value in enumerate(values.tolist(), start=1):
        axes.bar([rank], [value], width=0.7, color=below if value < 0.0 else above, zorder=3.0)
        if len(values) <= _MOST_BARS_NAMED:
            _name_bar(sheet, axes, rank, value)
    axes.axhline(0.0, color=sheet.theme.frame, lw=sheet.points(1.4), zorder=4.0)
    axes.spines["bottom"].set_visible(False)


def _name_bar(sheet: Sheet, axes: Axes, rank: int, value: float) -> None:
    word = label(value, digits=3)
    axes.annotate(
        word,
        (rank, value),
        xytext=(0.0, sheet.points(6 if value >= 0.0 else -6)),
        textcoords="offset points",
        ha="center",
        va="bottom" if value >= 0.0 else "top",
        **sheet.letters(word, size=17),
    )
