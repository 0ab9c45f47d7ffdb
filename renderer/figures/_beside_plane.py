"""The column beside a plane: the paths by name, and each one's loss beside that of the plane under it."""

from collections.abc import Sequence

import numpy as np

from ravine.renderer.canvas import label
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._legend import Entry, draw_sample
from ravine.renderer.figures._panel import add_curve, add_panel
from ravine.renderer.figures._records import PlanePicture, PlaneTrajectory
from ravine.renderer.figures._sheet import Box, Sheet
from ravine.renderer.layers import FADING

_ROW, _TIGHT = 34.0, 25.0
_PANEL = 200.0
"""What the losses need at least, in units."""


def draw_beside(sheet: Sheet, box: Box, picture: PlanePicture, colours: Sequence[str]) -> None:
    """A table of the paths, what pale means, and the losses over the steps."""
    paths = picture.trajectories
    left, top, right, bottom = box
    row = _row_height(sheet, bottom - top, len(paths))
    y = _write_table(sheet, (left, top, right, bottom), paths, colours, row)
    if any(path.distance is not None for path in paths):
        y = _write_entry(sheet, (left, right), y, Entry(FADING, sheet.theme.text, "fade"))
    if not any(path.loss is not None for path in paths) or bottom - y < 0.6 * _PANEL * sheet.unit:
        return
    if any(path.plane_loss is not None for path in paths):
        y = _write_entry(sheet, (left, right), y, Entry("loss of the network", sheet.theme.muted))
        y = _write_entry(
            sheet, (left, right), y, Entry("loss of the plane under it", sheet.theme.muted, "--")
        )
    _draw_losses(sheet, (left, y + 6 * sheet.unit, right, bottom), picture, colours)


def _row_height(sheet: Sheet, height: float, rows: int) -> float:
    """In pixels: less where many paths would leave no room for their losses."""
    room = (height - (_PANEL + 4 * 26.0 + 26.0) * sheet.unit) / max(1, rows)
    return min(max(room, _TIGHT * sheet.unit), _ROW * sheet.unit)


def _write_table(
    sheet: Sheet, box: Box, paths: Sequence[PlaneTrajectory], colours: Sequence[str], row: float
) -> float:
    """The paths with the losses of their last iterates; returns where the table ends."""
    left, top, right, bottom = box
    unit = sheet.unit
    last = [_last(path) for path in paths]
    y = top + 18 * unit
    sheet.text("training path", (left, y), colour=sheet.theme.muted)
    if any(last):
        sheet.text("last loss", (right, y), colour=sheet.theme.muted, anchor="right")
    shown = max(1, min(len(paths), int((bottom - top - 30 * unit) / row)))
    for path, colour, loss in list(zip(paths, colours, last, strict=False))[:shown]:
        y += row
        draw_sample(sheet, Entry("", colour, "dot"), (left, y - 6 * unit))
        room = right - left - 22 * unit - sheet.width(loss, size=18) - 10 * unit
        sheet.text(sheet.fitted(path.label, room, size=18), (left + 22 * unit, y), size=18)
        sheet.text(loss, (right, y), size=18, anchor="right")
    return y + 8 * unit


def _last(path: PlaneTrajectory) -> str:
    """The loss of the last iterate, in words where it is no number."""
    if path.loss is None or not len(path.loss):
        return ""
    loss = float(path.loss[-1])
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


def _draw_losses(sheet: Sheet, box: Box, picture: PlanePicture, colours: Sequence[str]) -> None:
    """Solid what the network's loss is, dashed what the plane says: the gap is what the plane hides."""
    paths = picture.trajectories
    y = Axis.of(*(part for path in paths for part in (path.loss, path.plane_loss)))
    steps = [_steps(path) for path in paths]
    axes = add_panel(sheet, box, Axis.exactly(*steps), y, title="loss", x_label="step")
    for path, step, colour in zip(paths, steps, colours, strict=False):
        if path.plane_loss is not None:
            add_curve(sheet, axes, step, path.plane_loss, colour=colour, width=2.0, style="--")
        if path.loss is not None:
            add_curve(sheet, axes, step, path.loss, colour=colour, width=2.4)


def _steps(path: PlaneTrajectory) -> np.ndarray:
    return np.arange(len(path.x)) if path.step is None else path.step
