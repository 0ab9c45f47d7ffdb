"""The moving layers of the view, from the lowest up."""

from collections.abc import Sequence
from dataclasses import replace

from ravine.renderer import views
from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, union
from ravine.renderer.layers._key import Key
from ravine.renderer.layers._layer import Context, Layer, LayerKind, catalogue
from ravine.renderer.views import Geometry, KeyEntry, View

_KEY = 30
"""The key's place among the layers: on the background, and below the runs."""


class OnView:
    """Layers that lie over each other: where one of them changes, all are redrawn."""

    animated = True

    def __init__(self, layers: Sequence[Layer], *, view: View) -> None:
        self._layers = tuple(layers)
        self._view = view

    @classmethod
    def of(cls, context: Context) -> "OnView":
        """The layers of a scene."""
        key = _key_of(context)
        context = replace(context, reserved=key.box if key else None)
        made = [(kind.zorder, kind.of(context)) for kind in _kinds(context.geometry)]
        layers = sorted([(_KEY, key), *made], key=lambda pair: pair[0])
        return cls([layer for _, layer in layers if layer], view=context.view)

    def paint(self, canvas: Canvas) -> None:
        """Paint what stands still."""
        with canvas.clipped(self._view.box):
            for layer in self._layers:
                layer.paint(canvas)

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """Around all that changes in any layer; the whole view where it turns."""
        box = self._view.box
        if self._view.turning:
            return box
        boxes = [layer.dirty_box(before, now) for layer in self._layers]
        return union([box for box in boxes if _is_somewhere(box)] or [(*box[:2], *box[:2])])

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw every layer."""
        with canvas.clipped(self._view.box):
            for layer in self._layers:
                layer.draw(canvas, moment)


def entries_of(scene: Scene) -> list[KeyEntry]:
    """The entries for all on the view that says nothing by itself."""
    kind = views.catalogue.load(scene.view)
    entries = [
        *kind.key(scene),
        *(entry for layer in _kinds(kind.geometry) for entry in layer.key(scene, kind.geometry)),
    ]
    return sorted(entries, key=lambda entry: entry.row)


def _kinds(geometry: Geometry) -> list[LayerKind]:
    """The layers that are drawn on a view."""
    kinds = [catalogue.load(name) for name in catalogue.names()]
    return [kind for kind in kinds if geometry in kind.on]


def _key_of(context: Context) -> Key | None:
    entries = entries_of(context.scene)
    if not entries:
        return None
    return Key(
        entries,
        context.scene.runs,
        view=context.landscape,
        legend=context.scene.panels == "legend",
        theme=context.theme,
        unit=context.unit,
    )


def _is_somewhere(box: PixelBox) -> bool:
    left, top, right, bottom = box
    return left < right and top < bottom
