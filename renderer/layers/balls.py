"""Balls: where each run is at the moment."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run, Scene
from ravine.renderer.canvas import Canvas, Points, around, ring_radii, ring_share
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.layers._paths import FrameState
from ravine.renderer.layers.trails import FADING, Fading, faint
from ravine.renderer.style import THEMES, Theme
from ravine.renderer.views import Geometry, KeyEntry, LandscapeView

_RADIUS = 8.4
_SHELL = 3.6
"""The width of a hollow ball's shell, its rim included, in units."""

_STOP = 0.44
"""Half the side of the square in a ball that has been stopped, in its radius."""


class Balls:
    """The ball at the end of each trail.

    Balls that share a place are drawn as rings about each other, so that none hides its rival. One that is
    off the plane is the hollower the farther it is. One that has been stopped wears a square.
    """

    animated = True

    def __init__(
        self, runs: Sequence[Run], *, state: FrameState, view: LandscapeView, theme: Theme, unit: float
    ) -> None:
        self._runs = tuple(runs)
        self._state = state
        self._view = view
        self._theme = theme
        self._unit = unit
        self._fadings = [Fading(run, theme) if run.nearness is not None else None for run in runs]
        self._radii = lru_cache(maxsize=2)(self._radii_at)

    @classmethod
    def of(cls, context: Context) -> "Balls | None":
        """The balls of a scene's runs, if it has any."""
        runs = context.scene.runs
        look = {"view": context.landscape, "theme": context.theme, "unit": context.unit}
        return cls(runs, state=context.state, **look) if runs else None

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it stands still."""

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Around the balls at both moments."""
        margin = max(*self._radii(before), *self._radii(now)) + 4.0 * self._unit
        shown = (*self._state.at(before).runs, *self._state.at(now).runs)
        return around([run.points[-1:] for run in shown], margin, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every ball."""
        unit, theme = self._unit, self._theme
        rim = canvas.pen(theme.rim, 1.8 * unit * min(1.0, ring_share(len(self._runs)) / 0.3))
        ghost = canvas.pen(theme.rim, 1.4 * unit, alpha=0.5)
        shown = self._state.at(moment).runs
        drawn = zip(self._runs, shown, self._radii(moment), self._fadings, strict=True)
        for run, seen, radius, fading in drawn:
            if seen.head is None:
                continue
            pen, alpha = (ghost, 0.3) if seen.hidden[-1] else (rim, 1.0)
            canvas.disc(pen, seen.head, radius, run.colour, alpha)
            if seen.hidden[-1]:
                continue
            if fading:
                draw_hollow(canvas, seen.head, radius, fading.face(moment.position), unit)
            if run.stopped_at is not None and moment.step >= run.stopped_at:
                colour = run.colour if fading and fading.is_far(moment.position) else theme.halo
                draw_stop(canvas, seen.head, _RADIUS * unit, colour)

    def _radii_at(self, moment: Moment) -> list[float]:
        heads = [run.head or (np.nan, np.nan) for run in self._state.at(moment).runs]
        return ring_radii(np.array(heads), _RADIUS * self._unit)


def draw_hollow(canvas: Canvas, at: tuple[float, float], radius: float, face: str, unit: float) -> None:
    """The inside of a ball that is off the plane."""
    canvas.disc(canvas.pen(face, 0.0), at, radius - _SHELL * unit, face)


def draw_stop(canvas: Canvas, at: tuple[float, float], radius: float, colour: str) -> None:
    """The square in a ball that has been stopped."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * _STOP * radius
    canvas.polygon(canvas.pen(colour, 0.0), np.array(at) + corners, colour)


_SHADES, _HOLLOW = 6, 6.6
"""The number of shades in the sample of a fading run, and the radius of its ball, in units."""


def _key(scene: Scene, geometry: Geometry) -> Iterator[KeyEntry]:
    """Yield the entry that explains why trails and balls fade."""
    del geometry
    if any(run.nearness is not None for run in scene.runs):
        yield KeyEntry(FADING, THEMES[scene.theme].text, 4, _draw_sample)


def _draw_sample(canvas: Canvas, ends: Points, colour: str, theme: Theme, unit: float) -> None:
    end = ends[1] - (_HOLLOW * unit, 0.0)
    places = np.linspace(ends[0], end, _SHADES + 1)
    for shade in range(_SHADES):
        faded, share = faint(colour, 1.0 - shade / (_SHADES - 1), theme)
        canvas.line(canvas.pen(faded, 3.2 * share * unit), places[shade : shade + 2])
    x, y = end.tolist()
    canvas.disc(canvas.pen(colour, 0.0), (x, y), _HOLLOW * unit, colour)
    draw_hollow(canvas, (x, y), _HOLLOW * unit, theme.mid, unit)


LAYER = LayerKind(on=("flat", "relief"), zorder=70, of=Balls.of, key=_key)
