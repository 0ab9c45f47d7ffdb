"""All that moves on the view, from the lowest layer up."""

from collections.abc import Callable, Sequence

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, union
from ravine.renderer.layers._balls import Balls
from ravine.renderer.layers._batches import BatchContours
from ravine.renderer.layers._frame_state import FrameState
from ravine.renderer.layers._key import Key, entries_of
from ravine.renderer.layers._layer import Layer, Moment
from ravine.renderer.layers._satellites import Satellites
from ravine.renderer.layers._slices import SliceLines
from ravine.renderer.layers._trails import Trails
from ravine.renderer.layers._vectors import Vectors
from ravine.renderer.style import THEMES
from ravine.renderer.views import View


class OnView:
    """Layers that lie over each other: where one of them changes, all are drawn anew."""

    quick = True

    def __init__(self, layers: Sequence[Layer], *, view: View) -> None:
        self._layers = tuple(layers)
        self._view = view

    @classmethod
    def of(cls, scene: Scene, *, view: View, unit: float, readable: Callable[[Moment], Moment]) -> "OnView":
        """The layers of a scene; what must not flicker shows the moment that is `readable` at a moment."""
        ground, runs, theme = scene.ground, scene.runs, THEMES[scene.theme]
        look = {"view": view, "theme": theme, "unit": unit}
        flat = scene.view == "contour"
        layers: list[Layer] = []
        entries = entries_of(scene)
        key = Key(entries, runs, legend=scene.panels == "legend", **look) if entries else None
        if ground.batches and flat:
            layers.append(
                BatchContours(
                    ground.batches,
                    scale=ground.scale,
                    readable=readable,
                    avoid=key.box if key else None,
                    **look,
                )
            )
        if ground.slices:
            layers.append(SliceLines(ground.slices, **look))
        if key:
            layers.append(key)
        if runs:
            sight = FrameState(runs, view=view, window=ground.window)
            layers.append(Trails(runs, sight=sight, **look))
            if sight.satellites:
                layers.append(Satellites(runs, sight=sight, **look))
            if flat and any(run.vectors for run in runs):
                layers.append(Vectors(runs, readable=readable, **look))
            layers.append(Balls(runs, sight=sight, **look))
        return cls(layers, view=view)

    def paint(self, canvas: Canvas) -> None:
        """Paint what stands still."""
        with canvas.clipped(self._view.box):
            for layer in self._layers:
                layer.paint(canvas)

    def touched(self, before: Moment, now: Moment) -> PixelBox:
        """Around all that changes in any layer; the whole view where it turns."""
        box = self._view.box
        if self._view.turning:
            return box
        boxes = [layer.touched(before, now) for layer in self._layers]
        return union([box for box in boxes if _is_somewhere(box)] or [(*box[:2], *box[:2])])

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every layer."""
        with canvas.clipped(self._view.box):
            for layer in self._layers:
                layer.draw(canvas, moment)


def _is_somewhere(box: PixelBox) -> bool:
    left, top, right, bottom = box
    return left < right and top < bottom
