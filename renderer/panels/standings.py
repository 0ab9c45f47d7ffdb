"""The standings: a table of the runs, sorted by loss as the film goes on."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import UInt8

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run
from ravine.renderer.canvas import Canvas, fit_text, text_size
from ravine.renderer.layers import Context, draw_stop
from ravine.renderer.panels._panel import PanelKind
from ravine.renderer.style import Theme

Strip = UInt8[np.ndarray, "height width 4"]

_BALL = 7.4
_LOSS_WIDTH = len("-1.0e+00")


class Standings:
    """One row a run: its ball, its name, its hyper-parameters in small print, its loss.

    Where all losses are one number, as on a flat landscape, they are left out.

    Rows and figures are drawn once as opaque strips and copied to their places at every frame.
    """

    animated = False

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        box: PixelBox,
        theme: Theme,
        unit: float,
        count: Callable[[int], int] = int,
    ) -> None:
        """The table of these runs, which says the `count` of a step."""
        self._runs = tuple(runs)
        self._count = count
        self._box = box
        self._theme = theme
        self._unit = unit
        _, top, _, bottom = box
        self._first_row = top + round(30 * unit)
        room = bottom - self._first_row
        pitch = min(round(46 * unit), room // max(1, len(runs)))
        self._pitch = max(pitch, round(23 * unit))
        self._shown = min(len(runs), max(1, room // self._pitch))
        self._two_lines = self._pitch >= 40 * unit
        self._size = min(21.0 * unit, max(16.0 * unit, 0.8 * self._pitch))
        self._losses = np.stack([run.losses for run in runs])
        self._tells = len(np.unique(self._losses[np.isfinite(self._losses)])) > 1
        self._strips: dict[int, Strip] = {}
        self._stopped: dict[int, Strip] = {}
        self._figures: dict[str, Strip] = {}

    def paint(self, canvas: Canvas) -> None:
        """Paint the head of the table, and make the strips."""
        left, top, right, _ = self._box
        size, colour = 16 * self._unit, self._theme.muted
        baseline = top + 18 * self._unit
        canvas.text("optimizer", (left, baseline), size=size, colour=colour)
        if self._tells:
            canvas.text("loss", (right, baseline), size=size, colour=colour, anchor="right")
        hidden = len(self._runs) - self._shown
        if hidden:
            text = f"best {self._shown} of {len(self._runs)}"
            canvas.text(text, ((left + right) / 2, baseline), size=size, colour=colour, anchor="center")
        for number, run in enumerate(self._runs):
            self._strips[number] = self._row_strip(run, right - left)
            if run.stopped_at is not None:
                status = f"stopped at {self._count(run.stopped_at)}"
                self._stopped[number] = self._row_strip(run, right - left, status=status)
        self._figures = self._figure_strips()

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """All rows."""
        del before, now
        left, _, right, _ = self._box
        return left, self._first_row, right, self._first_row + self._shown * self._pitch

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Copy the rows into their order."""
        left, _, right, _ = self._box
        for place, run in enumerate(self.order(moment.step)[: self._shown]):
            top = self._first_row + place * self._pitch
            stop = self._runs[run].stopped_at
            strips = self._strips if stop is None or moment.step < stop else self._stopped
            canvas.pixels[top : top + self._pitch, left:right] = strips[run]
            self._draw_outcome(canvas, run, moment.step, top)

    def order(self, step: int) -> list[int]:
        """The runs from the lowest loss at `step` to the highest; those that diverged come last."""
        losses = self._losses[:, step]
        return np.argsort(np.where(np.isfinite(losses), losses, np.inf), kind="stable").tolist()

    def _draw_outcome(self, canvas: Canvas, run: int, step: int, top: int) -> None:
        right = self._box[2]
        if not np.isfinite(self._losses[run, step]):
            baseline = top + self._baseline()
            canvas.text(
                self._outcome(self._runs[run]),
                (right, baseline),
                size=16 * self._unit,
                colour=self._theme.muted,
                anchor="right",
            )
            return
        if not self._tells:
            return
        text = loss_figures(float(self._losses[run, step]))
        glyphs = np.concatenate([self._figures[character] for character in text], axis=1)
        place = top + round(self._baseline() - 0.95 * self._size)
        height, width = glyphs.shape[:2]
        canvas.pixels[place : place + height, right - width : right] = glyphs

    def _baseline(self) -> float:
        """From the top of a row to the baseline of its name."""
        return 0.98 * self._size if self._two_lines else 0.5 * self._pitch + 0.36 * self._size

    def _row_strip(self, run: Run, width: int, status: str = "") -> Strip:
        """The row without its loss; the `status` of a run that has stopped comes before its note."""
        unit, theme = self._unit, self._theme
        strip = Canvas((width, self._pitch), theme.ground)
        baseline = self._baseline()
        ball = 9 * unit, baseline - 0.36 * self._size
        strip.disc(strip.pen(theme.rim, 1.4 * unit), ball, _BALL * unit, run.colour)
        if status:
            draw_stop(strip, ball, _BALL * unit, theme.halo)
        indent = 28 * unit
        outcome = max(self._figure_width() * _LOSS_WIDTH, self._outcome_width(run))
        figures = outcome + 12 * unit
        label = fit_text(run.label, width - indent - figures, size=self._size)
        strip.text(label, (indent, baseline), size=self._size, colour=theme.text)
        if self._two_lines:
            self._small_print(strip, run.note, status, (indent, baseline + 19 * unit), width - indent)
        else:
            used = indent + text_size(label, size=self._size)[0] + 12 * unit
            self._small_print(strip, run.note, status, (used, baseline), width - used - figures)
        return strip.pixels

    def _small_print(
        self, strip: Canvas, note: str, status: str, at: tuple[float, float], room: float
    ) -> None:
        """Write the status, where there is room, then the note: cut on its own line, or left out."""
        theme, size = self._theme, 16 * self._unit
        x, y = at
        if status and text_size(status, size=size)[0] <= room:
            strip.text(status, at, size=size, colour=theme.text)
            used = text_size(status, size=size)[0] + 0.7 * size
            x, room = x + used, room - used
        cut = fit_text(note, room, size=size) if self._two_lines else note
        if cut != "…" and text_size(cut, size=size)[0] <= room:
            strip.text(cut, (x, y), size=size, colour=theme.muted)

    def _outcome_width(self, run: Run) -> float:
        return text_size(self._outcome(run), size=16 * self._unit)[0]

    def _outcome(self, run: Run) -> str:
        return "" if run.diverged_at is None else f"diverged at {self._count(run.diverged_at)}"

    def _figure_width(self) -> float:
        return text_size("0", size=self._size, mono=True)[0]

    def _figure_strips(self) -> dict[str, Strip]:
        width, height = round(self._figure_width()), round(1.2 * self._size)
        strips = {}
        for character in "0123456789.e+-\N{MINUS SIGN} ":
            cell = Canvas((width, height), self._theme.ground)
            cell.text(character, (0, 0.95 * self._size), size=self._size, colour=self._theme.text, mono=True)
            strips[character] = cell.pixels
        return strips


def loss_figures(loss: float) -> str:
    """A loss in figures of one width."""
    return f"{loss:.1e}".replace("-", "\N{MINUS SIGN}")


def _standings(context: Context, box: PixelBox) -> Standings:
    scene = context.scene
    return Standings(scene.runs, box=box, theme=context.theme, unit=context.unit, count=scene.count)


PANEL = PanelKind(slot="standings", order=30, of=_standings)
