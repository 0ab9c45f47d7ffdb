"""Satellites: small balls for what a rule shows beside its iterate."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import BallKind, Run, Scene
from ravine.renderer.canvas import Canvas, Points, around
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.layers._paths import FrameState, Satellite, Seen
from ravine.renderer.style import THEMES, Theme, mixed
from ravine.renderer.views import Geometry, KeyEntry, LandscapeView

_REACH = 10.0
"""From the middle of a satellite to where it surely ends, in units."""

_PALE, _WHITE = 0.6, "#ffffff"
"""How much of which colour is in the face of a worker."""

_RING = 6.0
"""The radius of the ring where a step read, in units: about the trail on which it lies."""

_TIE_HALO: Mapping[BallKind, float] = {"worker": 0.5, "read": 1.0}
"""How strong the halo is of ties that would be lost among trails."""


class Satellites:
    """Points and workers as small discs, what a stale step read as an open ring, and their ties."""

    quick = True

    def __init__(
        self, runs: Sequence[Run], *, state: FrameState, view: LandscapeView, theme: Theme, unit: float
    ) -> None:
        self._colours = tuple(run.colour for run in runs)
        self._state = state
        self._view = view
        self._theme = theme
        self._unit = unit

    @classmethod
    def of(cls, context: Context) -> "Satellites | None":
        """The satellites of a scene's runs, if they have any."""
        runs = context.scene.runs
        if not any(run.balls for run in runs):
            return None
        look = {"view": context.landscape, "theme": context.theme, "unit": context.unit}
        return cls(runs, state=context.state, **look)

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it stands still."""

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around the satellites and what they are tied to, at both moments."""
        ends = []
        for seen in (self._state.at(before), self._state.at(now)):
            ends += [satellite.points[-1:] for satellite in seen.satellites]
            ends += [seen.runs[of.owner].points[-1:] for of in self._state.satellites if of.tied]
        return around(ends, _REACH * self._unit, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the ties, then the satellites on them."""
        seen = self._state.at(moment)
        shown = [
            (of, satellite.head)
            for of, satellite in zip(self._state.satellites, seen.satellites, strict=True)
            if satellite.head is not None and not satellite.hidden[-1] and not _has_lost_home(of, seen)
        ]
        for of, at in shown:
            if of.tied:
                self._draw_tie(canvas, of, at, seen)
        for of, at in shown:
            colour = self._colours[of.owner]
            draw_satellite(canvas, of.kind, at, colour=colour, theme=self._theme, unit=self._unit)

    def _draw_tie(self, canvas: Canvas, of: Satellite, at: tuple[float, float], seen: Seen) -> None:
        home, unit = seen.runs[of.owner].head, self._unit
        if home is None:
            return
        line = np.array([home, at])
        if of.kind == "read":
            way = line[0] - line[1]
            line[1] += way * min(1.0, _RING * unit / max(float(np.hypot(*way)), 1e-9))
        halo = _TIE_HALO.get(of.kind, 0.0) * self._theme.halo_alpha
        if halo:
            canvas.line(canvas.pen(self._theme.halo, 3.8 * unit, alpha=halo), line)
        canvas.line(canvas.pen(self._colours[of.owner], 1.4 * unit), line)


def draw_satellite(
    canvas: Canvas, kind: BallKind, at: tuple[float, float], *, colour: str, theme: Theme, unit: float
) -> None:
    """A disc of the run's colour, told on any trail by its edge; pale for a worker, open for a read."""
    edge = canvas.pen(colour, 1.8 * unit)
    if kind == "worker":
        canvas.disc(edge, at, 4.8 * unit, mixed(colour, _WHITE, _PALE))
    elif kind == "read":
        if theme.halo_alpha:
            canvas.disc(canvas.pen(theme.halo, 4.6 * unit), at, _RING * unit, theme.rim, alpha=0.0)
        canvas.disc(canvas.pen(colour, 2.2 * unit), at, _RING * unit, theme.rim, alpha=0.0)
    else:
        canvas.disc(canvas.pen(theme.text, 1.6 * unit), at, 5.6 * unit, colour)


def _has_lost_home(of: Satellite, seen: Seen) -> bool:
    """Whether the ball to which a satellite belongs is not shown; a worker goes on without it."""
    return of.kind != "worker" and of.tied and seen.runs[of.owner].head is None


def _key(scene: Scene, geometry: Geometry) -> Iterator[KeyEntry]:
    """One for the workers and one for what stale steps read; those of several runs have no run's colour."""
    if geometry != "flat":
        return
    named: tuple[tuple[Literal["worker", "read"], str], ...] = (("worker", "worker"), ("read", "read here"))
    for kind, title in named:
        colours = {run.colour for run in scene.runs for name in run.balls if run.kinds.get(name) == kind}
        if colours:
            colour = colours.pop() if len(colours) == 1 else THEMES[scene.theme].muted
            yield KeyEntry(title, colour, 1, partial(_draw_sample, kind))


def _draw_sample(
    kind: BallKind, canvas: Canvas, ends: Points, colour: str, theme: Theme, unit: float
) -> None:
    x, y = ends.mean(0).tolist()
    draw_satellite(canvas, kind, (x, y), colour=colour, theme=theme, unit=unit)


LAYER = LayerKind(on=("flat", "relief"), zorder=50, of=Satellites.of, key=_key)
