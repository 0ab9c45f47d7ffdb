"""Trails: the path of each run up to the moment."""

from collections.abc import Sequence

from ravine.renderer._canvas import Canvas, Pen
from ravine.renderer._fading import Fading
from ravine.renderer._frames import PixelBox
from ravine.renderer._layer import Moment
from ravine.renderer._paths import Shown
from ravine.renderer._scene import Run
from ravine.renderer._sight import Sight, around
from ravine.renderer._theme import Theme
from ravine.renderer._view import View

_WIDEST = 8.0
"""From the middle of a trail to where its halo surely ends, in units."""

_WORKER_WIDTH, _WORKER_ALPHA = 1.3, 0.4


class Trails:
    """Each run's trail on its halo, and below them the thin trails of its workers."""

    quick = True

    def __init__(self, runs: Sequence[Run], *, sight: Sight, view: View, theme: Theme, unit: float) -> None:
        self._colours = tuple(run.colour for run in runs)
        self._fadings = [Fading(run, theme) if run.nearness is not None else None for run in runs]
        self._sight = sight
        self._view = view
        self._theme = theme
        self._unit = unit
        self._workers = [
            (number, self._colours[satellite.owner])
            for number, satellite in enumerate(sight.satellites)
            if satellite.kind == "worker"
        ]

    def paint(self, canvas: Canvas) -> None:
        """Mark the start, where the ground stays."""
        (start, *_) = self._sight.at(Moment(0.0, 0.0)).runs
        if self._view.turning or start.head is None or start.hidden[-1]:
            return
        pen = canvas.pen(self._theme.text, 1.6 * self._unit)
        canvas.disc(pen, start.head, 4.0 * self._unit, self._theme.ground)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around what the trails grew by."""
        old, new = self._sight.at(before), self._sight.at(now)
        pairs = [
            *zip(old.runs, new.runs, strict=True),
            *((old.satellites[number], new.satellites[number]) for number, _ in self._workers),
        ]
        return around([b.since(a) for a, b in pairs], _WIDEST * self._unit, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every trail."""
        seen = self._sight.at(moment)
        for number, colour in self._workers:
            pen = canvas.pen(colour, _WORKER_WIDTH * self._unit, alpha=_WORKER_ALPHA)
            _draw(canvas, [pen], seen.satellites[number])
        halo = canvas.pen(self._theme.halo, 6.0 * self._unit, alpha=self._theme.halo_alpha)
        for run, colour, fading in zip(seen.runs, self._colours, self._fadings, strict=True):
            if fading:
                self._draw_faint(canvas, run, fading)
                continue
            pen = canvas.pen(colour, 3.2 * self._unit)
            _draw(canvas, [halo, pen] if self._theme.halo_alpha else [pen], run)

    def _draw_faint(self, canvas: Canvas, run: Shown, fading: Fading) -> None:
        """Draw a trail of several shades, the halos first: they would lie on the ends of their neighbours."""
        if len(run.points) < 2:
            return
        strands = list(fading.strands(run))
        for strand in strands if self._theme.halo_alpha else ():
            alpha = strand.share * self._theme.halo_alpha
            pen = canvas.pen(self._theme.halo, 6.0 * strand.share * self._unit, alpha=alpha)
            canvas.line(pen, strand.points)
        for strand in strands:
            canvas.line(canvas.pen(strand.colour, 3.2 * strand.share * self._unit), strand.points)


def _draw(canvas: Canvas, pens: Sequence[Pen], trail: Shown) -> None:
    if len(trail.points) < 2:
        return
    for piece in trail.pieces():
        for pen in pens:
            canvas.line(pen, piece)
