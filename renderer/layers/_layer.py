"""A layer: a part of the picture that moves on a view, and the record by which it is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from ravine.core.catalogue import Catalogue
from ravine.renderer._frames import Moment, PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas
from ravine.renderer.layers._paths import FrameState
from ravine.renderer.style import THEMES, Layout, Theme
from ravine.renderer.views import Geometry, KeyEntry, LandscapeView, View


@runtime_checkable
class Layer(Protocol):
    """A part of the picture that moves over the background.

    Attributes:
        animated: True if it moves at every frame, False if only as fast as figures can be read.
    """

    @property
    def animated(self) -> bool: ...

    def paint(self, canvas: Canvas) -> None:
        """Paint what stands still, once."""
        ...

    def dirty_box(self, before: Moment, now: Moment) -> PixelBox:
        """The box outside which the layer looks the same at both moments."""
        ...

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw what moves."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """A scene on its view, from which layers and panels are made.

    Attributes:
        view: The view that they are drawn on.
        geometry: The kind of map from the landscape to the picture.
        layout: The boxes of the view and of the panels.
        readable: The moment that is shown, at a moment, by what must not flicker.
        reserved: The box of the key, if it has one.
    """

    scene: Scene
    view: View
    geometry: Geometry
    layout: Layout
    readable: Callable[[Moment], Moment]
    reserved: PixelBox | None = None

    @property
    def theme(self) -> Theme:
        """The look of the scene."""
        return THEMES[self.scene.theme]

    @property
    def unit(self) -> float:
        """The 720th part of the picture's height."""
        return self.layout.unit

    @property
    def landscape(self) -> LandscapeView:
        """The view, where points of the landscape have a place on it.

        Raises:
            TypeError: they have none.
        """
        if not isinstance(self.view, LandscapeView):
            raise TypeError(f"Points of the landscape have no place on the view {self.scene.view}.")
        return self.view

    @cached_property
    def state(self) -> FrameState:
        """The runs, laid on the view once for all layers."""
        return FrameState(self.scene.runs, view=self.landscape, window=self.scene.background.window)


def _no_entries(scene: Scene, geometry: Geometry) -> Iterator[KeyEntry]:
    del scene, geometry
    yield from ()


@dataclass(frozen=True, kw_only=True)
class LayerKind:
    """A layer of the films: the record `LAYER` of a module of this package.

    Attributes:
        on: The geometries of the views on which it is drawn.
        zorder: Layers with a higher one lie over those with a lower one.
        of: The layer in a context; None where the scene has nothing for it.
        key: Its entries in the key.
    """

    on: tuple[Geometry, ...]
    zorder: int
    of: Callable[[Context], Layer | None]
    key: Callable[[Scene, Geometry], Iterator[KeyEntry]] = _no_entries


catalogue: Catalogue[LayerKind] = Catalogue(package="ravine.renderer.layers", variable="LAYER", kind="layer")


def geometries_of(layer: str) -> tuple[Geometry, ...]:
    """Read from a layer's record the geometries of the views on which it is drawn.

    Raises:
        UnknownNameError: there is no such layer.
    """
    return catalogue.facts(layer)["on"]
