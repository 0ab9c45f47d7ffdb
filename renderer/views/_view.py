"""A view: a way to look at a landscape, its background to paint, and the places of points on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float

from ravine.renderer._frames import PixelBox
from ravine.renderer._scene import Scene
from ravine.renderer.canvas import Canvas, Points
from ravine.renderer.style import Theme

Geometry: TypeAlias = Literal["flat", "relief", "graph", "steps"]
"""The plane from above, the plane in space, a loss over one variable, or numbers over the steps."""


class Placed(NamedTuple):
    """Points of the landscape on the picture.

    Attributes:
        points: In pixels.
        hidden: The points behind the landscape.
        outside: The points off the landscape, which cannot be shown; a view that clips has none.
    """

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]
    outside: Bool[np.ndarray, " points"]

    def part(self, start: int, stop: int) -> "Placed":
        """The points from `start` to `stop`."""
        return Placed(*(values[start:stop] for values in self))


@runtime_checkable
class View(Protocol):
    """The picture's largest part, on which the landscape is drawn.

    Attributes:
        box: The box of the view; nothing of a run is drawn outside it.
        turning: True if the view changes from frame to frame, so that its background is painted at each.
        lowest: The lowest loss on the view; None where it shows no landscape.
    """

    @property
    def box(self) -> PixelBox: ...
    @property
    def turning(self) -> bool: ...
    @property
    def lowest(self) -> float | None: ...

    def paint(self, canvas: Canvas, share: float) -> None:
        """Paint the background as it is seen at `share` of the film, from 0 to 1."""
        ...


@runtime_checkable
class LandscapeView(View, Protocol):
    """A view on which points of the landscape have a place.

    Attributes:
        max_segment: The longest straight line of a trail, as a share of the window, that still lies on the
            landscape; None where any does.
    """

    @property
    def max_segment(self) -> float | None: ...

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Place points of the landscape on the picture."""
        ...


class KeyEntry(NamedTuple):
    """A name in the key, and a sample of what it is the name of.

    Attributes:
        colour: Of the sample, as a hex string.
        row: Entries with a lower one stand higher.
        draw: Draws the sample between two ends, in the colour and a theme, in units of the 720th part of the
            height.
    """

    name: str
    colour: str
    row: int
    draw: Callable[[Canvas, Points, str, Theme, float], None]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The box and the look of a view.

    Attributes:
        box: The box that it fills, in pixels.
        unit: The 720th part of the picture's height.
        bare: True if it has no axes.
        padded: True if the box is all of the picture, so that labels are in it too.
        covered: The box of what stands on it, such as a legend.
    """

    box: PixelBox
    theme: Theme
    unit: float
    bare: bool = False
    padded: bool = False
    covered: PixelBox | None = None


def _no_texts(scene: Scene) -> list[str]:
    del scene
    return []


def _no_entries(scene: Scene) -> Iterator[KeyEntry]:
    del scene
    yield from ()


@dataclass(frozen=True, kw_only=True)
class ViewKind:
    """A way to look at a landscape: the record `VIEW` of a module of this package, whose name it has.

    Layers, panels, options and help texts go by these facts and name no view.

    Attributes:
        about: A description for help texts.
        geometry: The map from its points to the picture; layers state on which they are drawn.
        variables: The number of variables of the landscapes that it shows; None for any number.
        usual: True if such a landscape is seen so unless another view is asked for.
        camera: True if it is seen from a camera, which `turn`, `azimuth` and `elevation` move.
        networks: True if planes through a network's parameters are drawn so, in films and stills.
        open: The view of a scene at its place.
        tick_texts: The labels left of it, for which the layout leaves room.
        key: Yields the key's entries for its background.
    """

    about: str
    geometry: Geometry
    open: Callable[[Scene, Place], View]
    variables: int | None = None
    usual: bool = False
    camera: bool = False
    networks: bool = False
    tick_texts: Callable[[Scene], list[str]] = _no_texts
    key: Callable[[Scene], Iterator[KeyEntry]] = _no_entries
