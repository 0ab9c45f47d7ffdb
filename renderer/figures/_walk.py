"""Walks of optimizers down a valley: Xing's panels."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Entry, add_legend
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel, split, stack
from ravine.renderer.figures._records import WalkRun
from ravine.renderer.figures._sheet import Box, Sheet, house_style
from ravine.renderer.style import ThemeName

_VALLEYS = 0.56
"""The part of the height that the valleys have."""

_UPDATE = 5.0
"""The least width at which an update is seen, in units: of long walks the valley shows the first updates."""

_DOTTED = 13.0
"""From this width of an update on its ends are marked, in units."""

_MARK = 0.5
"""The lowest loss of an update is marked by a dot of this part of its width."""

_MOST = 4
"""Walks on one picture."""


@house_style()
def draw_walk(
    runs: Sequence[WalkRun],
    *,
    title: str,
    subtitle: str = "",
    size: tuple[int, int] = (1280, 720),
    theme: ThemeName = "light",
) -> Figure:
    """Draw the losses from each iterate to the next, and under them cosines, distances and sharpness.

    Args:
        runs: One to four walks down the same loss.
        title: Over all.
        subtitle: Network, data, policy of batch norm, seed.
        size: Width and height in pixels.
        theme: The look of everything but the curves.

    Raises:
        ValueError: There are no walks, or more than four.
    """
    if not 1 <= len(runs) <= _MOST:
        raise ValueError(
            f"A picture shows 1 to {_MOST} walks; got {len(runs)}. Draw them on several pictures."
        )
    sheet = Sheet(size, theme, title=title, subtitle=subtitle)
    colours = sheet.colours([run.colour_key for run in runs])
    add_legend(sheet, list(_entries(sheet, runs, colours)))
    left, top, right, bottom = sheet.body
    middle = top + _VALLEYS * (bottom - top)
    _draw_valleys(sheet, (left, top, right, middle), runs, colours)
    _draw_measures(sheet, (left, middle + 8 * sheet.unit, right, bottom), runs, colours)
    return sheet.figure


def _entries(sheet: Sheet, runs: Sequence[WalkRun], colours: Sequence[str]) -> Iterator[Entry]:
    muted = sheet.theme.muted
    pairs = zip(runs, colours, strict=True)
    yield from (Entry(run.label, colour, "dot") for run, colour in pairs)
    _, pitch = _shown(sheet, runs)
    yield Entry("lowest loss of an update", sheet.theme.text, "ring" if pitch >= _DOTTED else "dot")
    if any(run.rate is not None for run in runs):
        yield Entry("2 / rate, where descent becomes unstable", muted, "--")


def _draw_valleys(sheet: Sheet, box: Box, runs: Sequence[WalkRun], colours: Sequence[str]) -> None:
    """One panel a walk, all with the same axes."""
    columns = _columns(runs)
    rows = stack(sheet, box, [1.0] * -(-len(runs) // columns), rows=1)
    boxes = [
        (part, row is rows[-1]) for row in rows for part in split(row, [1.0] * columns, gap=30 * sheet.unit)
    ]
    shown, pitch = _shown(sheet, runs)
    updates = _updates(runs)
    label = "update" if shown == updates else f"update, the first {shown} of {updates}"
    x = Axis(low=0.0, high=float(shown))
    y = Axis.of(*(run.losses[:shown] for run in runs), scale="auto")
    for run, colour, (part, last) in zip(runs, colours, boxes, strict=False):
        axes = add_panel(sheet, part, x, y, title=_valley_title(run), x_label=label, labelled=last)
        _draw_valley(sheet, axes, run, shown, colour=colour, pitch=pitch)


def _shown(sheet: Sheet, runs: Sequence[WalkRun]) -> tuple[int, float]:
    """Count the updates that the valleys show, and find the width of each in units."""
    left, _, right, _ = sheet.body
    room = (right - left) / _columns(runs) / sheet.unit - 90
    shown = max(1, min(_updates(runs), int(room / _UPDATE)))
    return shown, room / shown


def _updates(runs: Sequence[WalkRun]) -> int:
    return max(len(run.losses) for run in runs)


def _columns(runs: Sequence[WalkRun]) -> int:
    """Count the valleys beside each other."""
    return len(runs) if len(runs) <= 3 else 2


def _valley_title(run: WalkRun) -> str:
    return f"{run.label}: {100.0 * run.interior_share:.2g} % of updates cross the valley floor"


def _draw_valley(sheet: Sheet, axes: Axes, run: WalkRun, shown: int, *, colour: str, pitch: float) -> None:
    """The losses on the way, strung together; marks shrink with `pitch`, the width of an update in units."""
    losses = run.losses[:shown]
    xs = np.arange(len(losses))[:, None] + run.alphas[None]
    add_curve(sheet, axes, xs.ravel(), losses.ravel(), colour=colour, width=2.2)
    if pitch >= _DOTTED:
        iterates = np.append(losses[:, 0], losses[-1:, -1])
        add_dots(sheet, axes, np.arange(float(len(iterates))), iterates, colour=colour, size=8.0)
    rows = np.flatnonzero(np.isfinite(losses).any(-1))
    lowest = np.argmin(np.where(np.isfinite(losses[rows]), losses[rows], np.inf), axis=-1)
    size, word = min(max(_MARK * pitch, 3.0), 8.0), sheet.theme.text
    place, loss = xs[rows, lowest], losses[rows, lowest]
    add_dots(
        sheet,
        axes,
        place,
        loss,
        colour=word,
        size=size,
        hollow=pitch >= _DOTTED,
        edge=word,
        order=6.0,
    )


def _draw_measures(sheet: Sheet, box: Box, runs: Sequence[WalkRun], colours: Sequence[str]) -> None:
    """Cosines, distances and sharpness beside each other."""
    draws = (_draw_cosines, _draw_distances, _draw_sharpness)
    for draw, part in zip(draws, split(box, [1.0] * len(draws), gap=30 * sheet.unit), strict=True):
        draw(sheet, part, runs, colours)


def _draw_cosines(sheet: Sheet, box: Box, runs: Sequence[WalkRun], colours: Sequence[str]) -> None:
    places = [_until(len(run.losses), len(run.cosines)) - 1.0 for run in runs]
    x, y = Axis.exactly(*places, np.zeros(1)), Axis(low=-1.08, high=1.08)
    axes = add_panel(sheet, box, x, y, title="cosine of successive gradients", x_label="update")
    _draw_level(sheet, axes, 0.0, colour=sheet.theme.frame, style="-")
    for run, place, colour in zip(runs, places, colours, strict=True):
        add_curve(sheet, axes, place, run.cosines, colour=colour, width=1.8)


def _draw_distances(sheet: Sheet, box: Box, runs: Sequence[WalkRun], colours: Sequence[str]) -> None:
    places = [_until(len(run.losses), len(run.distances)) for run in runs]
    y = Axis.of(*(run.distances for run in runs), np.zeros(1), scale="linear")
    axes = add_panel(sheet, box, Axis.exactly(*places), y, title="distance from the start", x_label="update")
    for run, place, colour in zip(runs, places, colours, strict=True):
        add_curve(sheet, axes, place, run.distances, colour=colour, width=2.6)


def _draw_sharpness(sheet: Sheet, box: Box, runs: Sequence[WalkRun], colours: Sequence[str]) -> None:
    edges = [np.array([run.stable_sharpness]) for run in runs if run.stable_sharpness]
    y = Axis.of(*(run.sharpness for run in runs), *edges, np.zeros(1), scale="linear")
    x = Axis.exactly(np.array([0.0, *(float(len(run.losses)) for run in runs)]))
    axes = add_panel(sheet, box, x, y, title="sharpness: largest curvature", x_label="update")
    for run, colour in zip(runs, colours, strict=True):
        if run.stable_sharpness:
            _draw_level(sheet, axes, run.stable_sharpness, colour=colour, style="--")
        places = run.sharpness_at.astype(float)
        add_curve(sheet, axes, places, run.sharpness, colour=colour, width=2.6)


def _draw_level(sheet: Sheet, axes: Axes, value: float, *, colour: str, style: str) -> None:
    axes.axhline(value, color=colour, lw=sheet.points(1.6), ls=style, zorder=2.0)


def _until(last: int, count: int) -> Float[np.ndarray, " count"]:
    """Return `count` places, the last at the last update and none before 0."""
    if count <= last + 1:
        return np.arange(last - count + 1, last + 1).astype(float)
    return np.linspace(0.0, last, count)
