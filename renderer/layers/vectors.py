"""Vectors: the arrows that a step is made of, at the ball."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Run, Scene, Vector
from ravine.renderer.canvas import (
    Angle,
    Arrow,
    Canvas,
    Place,
    Points,
    angle_between,
    around,
    side_by_side,
    spaced,
)
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.style import Theme, mixed
from ravine.renderer.views import Geometry, KeyEntry, LandscapeView

_DIRECTION = 48.0
"""The length of an arrow that tells a direction only, in units."""

_APART = 1.3
"""The distance between two arrows that stay, in lengths of the arrow."""

_FAINT, _SMALL = 0.4, 0.75
"""The share of the background in the colour of an arrow that stays, and its relative size."""

_MARGIN = 5.0
"""The margin around an arrow or an angle that changes, in units: more than its halo."""

_REMEMBERED = 12
"""The number of steps of the trail that are avoided in choosing the side of an angle."""


class _Kind(NamedTuple):
    """One kind of arrow of a run, in pixels, and as it is in the plane."""

    vector: Vector
    colour: str
    tails: Float[np.ndarray, "steps+1 2"]
    ways: Float[np.ndarray, "steps+1 2"]

    def at(self, position: float, length: float) -> tuple[Place, Place]:
        """Tail and tip at a position; a direction goes with the ball, and has the given length.

        Where the run ends the arrows of its last step stay.
        """
        step = min(int(position), max(0, len(self.tails) - 2))
        if not self.vector.unit:
            return self.tails[step], self.tails[step] + self.ways[step]
        tail, way = _between(self.tails, position), _between(self.ways, position)
        with np.errstate(over="ignore", invalid="ignore"):
            norm = float(np.hypot(*way))
            return tail, tail + length * way / (norm if norm > 0.0 else np.nan)


class Vectors:
    """The arrows of a step, which stay at its beginning while the ball goes on to the next.

    Directions go with the ball. They have one length, and stay faintly along the trail; between the first two
    of a run the angle is written as it is in the plane. They are for a view from above: arrows in the plane
    have no place in space.
    """

    animated = True

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        readable: Callable[[Moment], Moment],
        view: LandscapeView,
        theme: Theme,
        unit: float,
    ) -> None:
        """The arrows of these runs; figures tell of the moment that is `readable` at a moment."""
        self._readable = readable
        self._view = view
        self._theme = theme
        self._unit = unit
        self._length = _DIRECTION * unit
        self._runs = [[self._placed(vector, run) for vector in run.vectors] for run in runs]
        self._go_along = any(vector.unit for run in runs for vector in run.vectors)
        self._left = [*self._left_along_trails()]
        self._arrows = lru_cache(maxsize=2)(self._arrows_at)
        self._angles = lru_cache(maxsize=2)(self._angles_at)

    @classmethod
    def of(cls, context: Context) -> "Vectors | None":
        """The arrows of a scene's runs, if they have any."""
        runs = context.scene.runs
        if not any(run.vectors for run in runs):
            return None
        look = {"view": context.landscape, "theme": context.theme, "unit": context.unit}
        return cls(runs, readable=context.readable, **look)

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it stands still."""

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Around the arrows of both moments and those that stay since; nothing where none moves."""
        if before.step == now.step and not self._go_along:
            return around([], 0.0, self._view.box)
        first, last = sorted((before.position, now.position))
        parts = [arrow.outline for moment in (before, now) for arrow in self._arrows(moment)]
        parts += [angle.corners for moment in (before, now) for angle in self._angles(moment)]
        parts += [arrow.outline for step, arrow in self._left if first <= step <= last]
        return around(parts, _MARGIN * self._unit, self._view.box)

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the arrows that stay, then those of the step, the longest first."""
        for step, arrow in self._left:
            if step < moment.position:
                arrow.draw(canvas, self._theme, self._unit)
        for angle in self._angles(moment):
            angle.draw_arc(canvas, self._theme)
        for arrow in self._arrows(moment):
            arrow.draw(canvas, self._theme, self._unit)
        for angle in self._angles(moment):
            angle.draw_figures(canvas, self._theme)

    def _placed(self, vector: Vector, run: Run) -> _Kind:
        with np.errstate(over="ignore", invalid="ignore"):
            tails = self._view.place(vector.tails, 0.0).points
            tips = self._view.place(vector.tails + vector.arrows, 0.0).points
            return _Kind(vector, vector.colour or run.colour, tails, tips - tails)

    def _arrows_at(self, moment: Moment) -> list[Arrow]:
        ends = [(*kind.at(moment.position, self._length), kind.colour) for run in self._runs for kind in run]
        ends = [(tail, tip, colour) for tail, tip, colour in ends if _are_near(tail, tip)]
        if not ends:
            return []
        tails, tips = np.stack([tail for tail, *_ in ends]), np.stack([tip for _, tip, _ in ends])
        aside = side_by_side(tails, tips, self._unit)
        arrows = [
            Arrow.of(tail + shift, tip + shift, colour, unit=self._unit)
            for (tail, tip, colour), shift in zip(ends, aside, strict=True)
        ]
        order = np.argsort(-np.linalg.norm(tips - tails, axis=-1), kind="stable").tolist()
        return [arrow for arrow in (arrows[index] for index in order) if arrow is not None]

    def _left_along_trails(self) -> Iterator[tuple[int, Arrow]]:
        """The directions that stay, each with its step."""
        for run in self._runs:
            directions = [kind for kind in run if kind.vector.unit]
            if not directions:
                continue
            for step in spaced(directions[0].tails, _APART * self._length):
                for kind in directions:
                    colour = mixed(kind.colour, self._theme.mid, _FAINT)
                    ends = kind.at(float(step), self._length)
                    arrow = Arrow.of(*ends, colour, unit=self._unit, size=_SMALL)
                    if arrow is not None:
                        yield step, arrow

    def _angles_at(self, moment: Moment) -> list[Angle]:
        """Between the first two directions of each run."""
        angles = []
        read = self._readable(moment).position
        for run in self._runs:
            pair = [kind for kind in run if kind.vector.unit][:2]
            ends = [kind.at(moment.position, self._length) for kind in pair]
            if len(pair) < 2 or not all(_are_near(*places) for places in ends):
                continue
            degrees = angle_between(*(_between(kind.vector.arrows, read).tolist() for kind in pair))
            if degrees is None:
                continue
            tail, ways = ends[0][0], [tip - tail for tail, tip in ends]
            trail = pair[0].tails[max(0, moment.step - _REMEMBERED) : moment.step + 1]
            box, unit = self._view.box, self._unit
            angles.append(Angle(tail, ways, degrees=degrees, trail=trail, box=box, unit=unit))
        return angles


def _between(values: Float[np.ndarray, "steps+1 2"], position: float) -> Place:
    """The value at a step, or between it and the next one if that is a number."""
    step, part = int(position), position - int(position)
    if not part or not np.isfinite(values[step + 1]).all():
        return values[step]
    return (1.0 - part) * values[step] + part * values[step + 1]


def _are_near(tail: Place, tip: Place) -> bool:
    """Tell whether both are numbers that a picture can be drawn with."""
    return bool((np.abs([tail, tip]) < 1e12).all())


def _key(scene: Scene, geometry: Geometry) -> Iterator[KeyEntry]:
    """One for every kind of arrow; a name that comes in several colours is told apart by its run."""
    del geometry
    labels = {(v.name, v.colour or run.colour): run.label for run in scene.runs for v in run.vectors}
    names = [name for name, _ in labels]
    for (name, colour), label in labels.items():
        yield KeyEntry(f"{name}, {label}" if names.count(name) > 1 else name, colour, 0, _draw_sample)


def _draw_sample(canvas: Canvas, ends: Points, colour: str, theme: Theme, unit: float) -> None:
    arrow = Arrow.of(ends[0], ends[1], colour, unit=unit)
    if arrow is not None:
        arrow.draw(canvas, theme, unit)


LAYER = LayerKind(on=("flat",), zorder=60, of=Vectors.of, key=_key)
