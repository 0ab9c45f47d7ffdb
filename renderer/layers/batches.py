"""Batches: faint contours of the loss that a single step saw, over the true ones."""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Bool

from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Batches, Scene
from ravine.renderer.canvas import Canvas, Isolines, Points, dashed
from ravine.renderer.layers._layer import Context, LayerKind
from ravine.renderer.style import THEMES, LossNorm, Theme
from ravine.renderer.views import Geometry, KeyEntry, LandscapeView

_LEVELS = (np.arange(8) + 0.5) / 8
_ALPHA = 0.75
_DASH, _SPACE = 7.0, 5.0
"""In units."""


class BatchContours:
    """The contours of a step's minibatch as dashed lines, on the background and below the runs.

    They show the moment that is `readable` at a moment: the eye could not follow a batch a frame. The box to
    `avoid` stays free of them.
    """

    animated = True

    def __init__(
        self,
        batches: Batches,
        *,
        scale: Literal["auto", "linear", "log"],
        readable: Callable[[Moment], Moment],
        view: LandscapeView,
        theme: Theme,
        unit: float,
        avoid: PixelBox | None = None,
    ) -> None:
        self._batches = batches
        self._wanted_scale: Literal["auto", "linear", "log"] = scale
        self._readable = readable
        self._view = view
        self._theme = theme
        self._unit = unit
        self._avoid = avoid
        self._lines = lru_cache(maxsize=2)(self._lines_of)

    @classmethod
    def of(cls, context: Context) -> "BatchContours | None":
        """The contours of a scene's batches, if it has any, outside the key."""
        background = context.scene.background
        if background.batches is None:
            return None
        return cls(
            background.batches,
            scale=background.scale,
            readable=context.readable,
            view=context.landscape,
            theme=context.theme,
            unit=context.unit,
            avoid=context.reserved,
        )

    def paint(self, canvas: Canvas) -> None:
        """Nothing of it stands still."""

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The whole view where another batch is shown."""
        left, top, right, bottom = self._view.box
        if self._readable(before).step == self._readable(now).step:
            return left, top, left, top
        return left, top, right, bottom

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw the batch's contours."""
        pen = canvas.pen(self._theme.muted, 1.2 * self._unit, alpha=_ALPHA)
        canvas.lines(pen, *self._lines(self._readable(moment).step))

    @cached_property
    def _scale(self) -> Literal["linear", "log"]:
        """One scale for all batches: contours that change their law from step to step say nothing."""
        return (
            "linear" if LossNorm.of(self._batches.losses(0), self._wanted_scale).linthresh is None else "log"
        )

    def _lines_of(self, step: int) -> tuple[Points, Bool[np.ndarray, " points"]]:
        losses = self._batches.losses(step)
        levels = LossNorm.of(losses, self._scale).level(losses)
        isolines = Isolines(self._batches.xs, self._batches.ys, levels)
        found = [isolines.at(float(level)) for level in _LEVELS]
        points = self._view.place(np.concatenate([points for points, _ in found]), 0.0).points
        starts = np.concatenate([starts for _, starts in found])
        dashes = dashed(points, starts, dash=_DASH * self._unit, space=_SPACE * self._unit)
        return dashes if self._avoid is None else _outside(self._avoid, *dashes, margin=2.0 * self._unit)


def _outside(
    box: PixelBox, points: Points, starts: Bool[np.ndarray, " points"], *, margin: float
) -> tuple[Points, Bool[np.ndarray, " points"]]:
    """The lines without their points in a box and its margin."""
    low, high = np.array(box[:2]) - margin, np.array(box[2:]) + margin
    kept = ~np.all((points >= low) & (points <= high), axis=-1)
    begins = np.logical_or(starts, ~np.concatenate([[True], kept[:-1]]))
    return points[kept], begins[kept]


def _key(scene: Scene, geometry: Geometry) -> Iterator[KeyEntry]:
    del geometry
    if scene.background.batches is not None:
        yield KeyEntry("loss on the batch", THEMES[scene.theme].muted, 2, _draw_sample)


def _draw_sample(canvas: Canvas, ends: Points, colour: str, theme: Theme, unit: float) -> None:
    del theme
    places = ends[0] + np.linspace(0.0, 1.0, 6)[:, None] * (ends[1] - ends[0])
    canvas.lines(canvas.pen(colour, 1.6 * unit), places, np.arange(6) % 2 == 0)


LAYER = LayerKind(on=("flat",), zorder=10, of=BatchContours.of, key=_key)
