"""Training paths on a plane, pale where they are far from it, and beside it their names and losses."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from ravine.renderer._scene import PLANE_LOSS, Run
from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._labels import Entry, draw_sample
from ravine.renderer.figures._panel import add_curve, add_dots, add_panel
from ravine.renderer.figures._sheet import Box, Sheet
from ravine.renderer.layers import FADING, PALEST, THINNEST
from ravine.renderer.style import mixed

_HIDDEN = 0.8
"""The share of the background in the colour of a path that the landscape hides."""

_WIDTH, _HALO = 3.4, 6.4

_ROW, _TIGHT = 34.0, 25.0
_PANEL = 200.0
"""The least height of the losses, in units."""


def nearness(
    points: Float[np.ndarray, "steps 2"],
    distance: Float[np.ndarray, " steps"],
    lengths: tuple[float, float],
) -> Float[np.ndarray, " steps"]:
    """Rate how near a path's iterates are to its plane: 1 in it, 0 as far off as the path extends on it.

    Args:
        points: On the plane.
        distance: Of each iterate from it.
        lengths: Of a step of 1 along each axis, in the units of the distance.
    """
    sides = [
        length * np.ptp(part[np.isfinite(part)]) if np.isfinite(part).any() else 0.0
        for part, length in zip(points.T, lengths, strict=True)
    ]
    extent = max(math.hypot(*sides), 1e-30)
    return 1.0 - np.clip(np.nan_to_num(distance, nan=0.0) / extent, 0.0, 1.0)


def fade_of(run: Run) -> Float[np.ndarray, " steps"]:
    """The paleness of a path at each iterate, 0 in the plane and 1 far from it."""
    return np.zeros(len(run.points)) if run.nearness is None else 1.0 - run.nearness


def draw_trail(
    sheet: Sheet,
    axes: Axes,
    points: Float[np.ndarray, "points 2"],
    fade: Float[np.ndarray, " points"],
    *,
    colour: str,
    hidden: Bool[np.ndarray, " points"] | None = None,
    rim: float = 15.0,
) -> None:
    """Draw a line with a halo, a ring at its start and a ball at its end, as faint as the line there.

    Args:
        sheet: The sheet to draw on.
        axes: With their final limits.
        points: In the coordinates of the axes; not a number where the path cannot be drawn.
        fade: From 0 in the plane to 1 far from it.
        colour: Of the path.
        hidden: Points that the landscape stands before.
        rim: The size of the ball in units.
    """
    _draw_pieces(sheet, axes, points, fade, hidden, colour=colour)
    real = np.isfinite(points).all(-1)
    if not real.any():
        return
    first, last = points[real][[0, -1]]
    at_end = float(fade[real][-1])
    face, edge = mixed(colour, sheet.theme.mid, at_end), colour if at_end > 0.5 else sheet.theme.rim
    add_dots(
        sheet, axes, first[:1], first[1:], colour=sheet.theme.halo, size=0.6 * rim, edge=sheet.theme.text
    )
    add_dots(sheet, axes, last[:1], last[1:], colour=face, size=rim, edge=edge, order=6.0)


def _draw_pieces(
    sheet: Sheet,
    axes: Axes,
    points: Float[np.ndarray, "points 2"],
    fade: Float[np.ndarray, " points"],
    hidden: Bool[np.ndarray, " points"] | None,
    *,
    colour: str,
) -> None:
    """Opaque pieces: half transparent ones would show where they join."""
    segments = np.stack([points[:-1], points[1:]], axis=1)
    real = np.isfinite(segments).all((1, 2))
    fade = np.maximum(fade[:-1], fade[1:])
    if hidden is not None:
        fade = np.where(hidden[:-1] | hidden[1:], np.maximum(fade, _HIDDEN / PALEST), fade)
    pale, share = PALEST * fade, 1.0 - (1.0 - THINNEST) * fade
    shades = (1.0 - pale[:, None]) * np.array(to_rgb(colour)) + pale[:, None] * np.array(
        to_rgb(sheet.theme.mid)
    )
    widths = sheet.points(_WIDTH) * share
    theme = sheet.theme
    halo = sheet.points(_HALO) * share
    for colours, thick, order in ((theme.halo, halo, 3.0), (shades, widths, 3.5)):
        alpha = theme.halo_alpha if order == 3.0 else 1.0
        chosen = colours if isinstance(colours, str) else colours[real]
        lines = LineCollection(
            list(segments[real]),
            colors=chosen,
            linewidths=thick[real],
            zorder=order,
            alpha=alpha,
            capstyle="round",
        )
        axes.add_collection(lines, autolim=False)


def draw_beside(sheet: Sheet, box: Box, runs: Sequence[Run]) -> None:
    """A table of the paths, what pale means, and the losses over the steps."""
    left, top, right, bottom = box
    row = _row_height(sheet, bottom - top, len(runs))
    y = _write_table(sheet, (left, top, right, bottom), runs, row)
    if any(run.nearness is not None for run in runs):
        y = _write_entry(sheet, (left, right), y, Entry(FADING, sheet.theme.text, "fade"))
    if bottom - y < 0.6 * _PANEL * sheet.unit:
        return
    if any(PLANE_LOSS in run.series for run in runs):
        y = _write_entry(sheet, (left, right), y, Entry("loss of the network", sheet.theme.muted))
        y = _write_entry(
            sheet, (left, right), y, Entry("loss of the plane under it", sheet.theme.muted, "--")
        )
    _draw_losses(sheet, (left, y + 6 * sheet.unit, right, bottom), runs)


def _row_height(sheet: Sheet, height: float, rows: int) -> float:
    """In pixels: less where many paths would leave no room for their losses."""
    room = (height - (_PANEL + 4 * 26.0 + 26.0) * sheet.unit) / max(1, rows)
    return min(max(room, _TIGHT * sheet.unit), _ROW * sheet.unit)


def _write_table(sheet: Sheet, box: Box, runs: Sequence[Run], row: float) -> float:
    """The paths with the losses of their last iterates; returns where the table ends."""
    left, top, right, bottom = box
    unit = sheet.unit
    y = top + 18 * unit
    sheet.text("training path", (left, y), colour=sheet.theme.muted)
    sheet.text("last loss", (right, y), colour=sheet.theme.muted, anchor="right")
    shown = max(1, min(len(runs), int((bottom - top - 30 * unit) / row)))
    for run in runs[:shown]:
        y, loss = y + row, _last(run)
        draw_sample(sheet, Entry("", run.colour, "dot"), (left, y - 6 * unit))
        room = right - left - 22 * unit - sheet.width(loss, size=18) - 10 * unit
        sheet.text(sheet.fitted(run.label, room, size=18), (left + 22 * unit, y), size=18)
        sheet.text(loss, (right, y), size=18, anchor="right")
    return y + 8 * unit


def _last(run: Run) -> str:
    """The loss of the last iterate, in words where it is no number."""
    loss = float(run.losses[-1])
    return label(loss, digits=3) if np.isfinite(loss) else "diverged"


def _write_entry(sheet: Sheet, sides: tuple[float, float], y: float, entry: Entry) -> float:
    left, right = sides
    unit = sheet.unit
    draw_sample(sheet, entry, (left, y + 13 * unit))
    sheet.text(
        sheet.fitted(entry.label, right - left - 44 * unit),
        (left + 44 * unit, y + 19 * unit),
        colour=sheet.theme.muted,
    )
    return y + 26 * unit


def _draw_losses(sheet: Sheet, box: Box, runs: Sequence[Run]) -> None:
    """Solid what the network's loss is, dashed what the plane says: the gap is what the plane hides."""
    under = [run.series.get(PLANE_LOSS) for run in runs]
    y = Axis.of(*(loss for run, below in zip(runs, under, strict=True) for loss in (run.losses, below)))
    steps = [np.arange(len(run.points)) if run.counts is None else run.counts for run in runs]
    axes = add_panel(sheet, box, Axis.exactly(*steps), y, title="loss", x_label="step")
    for run, step, below in zip(runs, steps, under, strict=True):
        if below is not None:
            add_curve(sheet, axes, step, below, colour=run.colour, width=2.0, style="--")
        add_curve(sheet, axes, step, run.losses, colour=run.colour, width=2.4)
