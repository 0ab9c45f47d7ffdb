"""A panel: a part of the picture beside the view or over it, and the record by which it is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ravine.core.catalogue import Catalogue
from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.layers import Context, Layer
from ravine.renderer.style import Layout
from ravine.renderer.views import Geometry


def _always(scene: Scene, geometry: Geometry) -> bool:
    del scene, geometry
    return True


def _nothing(scene: Scene, layout: Layout) -> None:
    del scene, layout


@dataclass(frozen=True, kw_only=True)
class PanelKind:
    """A panel of the films: the record `PANEL` of a module of this package.

    Attributes:
        slot: The box of the layout in which it stands. All panels over the view are drawn; of those in
            another box the first that has something to show.
        order: Panels with a lower one come first, and lie lower.
        of: The panel in a context and its box; None where the scene has nothing for it.
        shows: Tells whether a scene on a view of that geometry has something for it, to leave room.
        covers: The part of the view that it covers all the time, if it does.
    """

    slot: Literal["header", "view", "standings", "losses"]
    order: int
    of: Callable[[Context, PixelBox], Layer | None]
    shows: Callable[[Scene, Geometry], bool] = _always
    covers: Callable[[Scene, Layout], PixelBox | None] = _nothing


catalogue: Catalogue[PanelKind] = Catalogue(package="ravine.renderer.panels", variable="PANEL", kind="panel")


def panels_of(context: Context) -> Iterator[Layer]:
    """The panels of a scene, from the lowest up."""
    taken = set()
    for kind in kinds():
        box = getattr(context.layout, kind.slot)
        free = kind.slot == "view" or kind.slot not in taken
        if box and free and kind.shows(context.scene, context.geometry):
            panel = kind.of(context, box)
            if panel is not None:
                taken.add(kind.slot)
                yield panel


def is_wanted(slot: str, scene: Scene, geometry: Geometry) -> bool:
    """Tell whether a panel has something to show in a box of the layout."""
    return any(kind.shows(scene, geometry) for kind in kinds() if kind.slot == slot)


def covered(scene: Scene, layout: Layout) -> PixelBox | None:
    """The part of the view that a panel covers all the time."""
    boxes = (kind.covers(scene, layout) for kind in kinds())
    return next((box for box in boxes if box is not None), None)


def kinds() -> list[PanelKind]:
    """All panels, in their order."""
    return sorted(map(catalogue.load, catalogue.names()), key=lambda kind: kind.order)
