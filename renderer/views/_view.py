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
        hidden: Which of them stand behind the landscape.
        outside: Which of them lie off the landscape and cannot be shown; a view that clips has none.
    """

    points: Float[np.ndarray, "points 2"]
    hidden: Bool[np.ndarray, " points"]
    outside: Bool[np.ndarray, " points"]

    def part(self, start: int, stop: int) -> "Placed":
        """The points from `start` to `stop`."""
        return Placed(*(values[start:stop] for values in self))


@runtime_checkable
class View(Protocol):
    """What stands in the largest part of a picture.

    Attributes:
        box: What the view fills; nothing of a run is drawn outside it.
        turning: Whether the view changes from frame to frame, so that its background is painted anew.
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
        drape: The part of the window after which a trail needs another point to lie on the landscape, or
            None where a straight line between iterates does.
    """

    @property
    def drape(self) -> float | None: ...

    def place(self, points: Float[np.ndarray, "points 2"], share: float) -> Placed:
        """Where points of the landscape stand on the picture."""
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
    """Where a view stands, and how it looks there.

    Attributes:
        box: What it fills, in pixels.
        unit: The 720th part of the picture's height.
        bare: Whether it has no axes.
        padded: Whether the box is all of the picture, so that labels are in it too.
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
        about: What it shows, for help texts.
        geometry: Where its points stand; layers say on which they are drawn.
        variables: How many variables a landscape has that it shows; None for any number.
        usual: Whether such a landscape is seen so unless another view is asked for.
        camera: Whether it is seen from a camera, which `turn`, `azimuth` and `elevation` move.
        networks: Whether planes through a network's parameters are drawn so, in films and stills.
        open: The view of a scene at its place.
        tick_texts: The labels left of it, for which the layout leaves room.
        key: What of its background needs a name in the key.
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
