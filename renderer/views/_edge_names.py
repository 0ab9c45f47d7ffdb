"""Names along the two edges of a surface's floor that are nearest to the eye."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from ravine.renderer._scene import Background
from ravine.renderer.canvas import Camera, Canvas, fit_text, linear_ticks, text_size
from ravine.renderer.canvas import labels as texts_of

_APART = 7.0
"""Between a name and the labels of its axis, in units."""

_ROOM, _LEAST = 1.15, 0.6
"""The most length of a name relative to its edge, and the least share of it that is worth writing."""


class EdgeName(NamedTuple):
    """A name beside an edge.

    Attributes:
        at: The middle of its baseline.
        angle: The degrees by which it rises to the right.
    """

    text: str
    at: tuple[float, float]
    angle: float


def paint_edge_names(
    canvas: Canvas, background: Background, camera: Camera, *, labels: float, colour: str, unit: float
) -> None:
    """The names of a background's axes; `labels` is as in `edge_names`."""
    size = 16 * unit
    ticks = [linear_ticks(*bounds, most=5) for bounds in background.window]
    widest = max(text_size(text, size=size)[0] for places in ticks for text in texts_of(places))
    for text, at, angle in edge_names(
        background.axes, camera, labels=labels, widest=widest, size=size, unit=unit
    ):
        canvas.slanted_text(text, at, size=size, colour=colour, angle=angle)


def edge_names(
    names: tuple[str, str], camera: Camera, *, labels: float, widest: float, size: float, unit: float
) -> Iterator[EdgeName]:
    """The names of x and y along their edges, outside their labels.

    Args:
        names: Empty where an axis has none.
        camera: The camera that sees them.
        labels: The distance of the labels from the middle of the floor, where the edge is at 1.
        widest: The width of the widest of them.
        size: Of the text.
        unit: The 720th part of the picture's height.
    """
    _, _, eye = camera.axes
    middle = camera.project(np.zeros(3))
    for dimension, text in enumerate(names):
        side = 1.0 if eye[1 - dimension] > 0 else -1.0
        begin, end = sorted(camera.project(_edge(dimension, side)).tolist())
        outward = _normal(np.subtract(end, begin), (np.add(begin, end) / 2 - middle))
        label = camera.project(_edge(dimension, labels * side)).mean(0)
        half = 0.5 * (abs(outward[0]) * widest + abs(outward[1]) * size)
        centre = label + (half + _APART * unit + 0.5 * size) * outward
        angle = math.atan2(begin[1] - end[1], end[0] - begin[0])
        below = 0.36 * size * np.array([math.sin(angle), math.cos(angle)])
        x, y = (centre + below).tolist()
        cut = fit_text(text, _ROOM * math.dist(begin, end), size=size)
        if text and len(cut) >= _LEAST * len(text):
            yield EdgeName(cut, (x, y), math.degrees(angle))


def _edge(dimension: int, side: float) -> Float[np.ndarray, "2 3"]:
    """The ends of an edge of the floor."""
    ends = np.zeros((2, 3))
    ends[:, dimension] = -1.0, 1.0
    ends[:, 1 - dimension] = side
    return ends


def _normal(along: Float[np.ndarray, "2"], outward: Float[np.ndarray, "2"]) -> Float[np.ndarray, "2"]:
    """The unit vector across a line, on the side to which another vector points."""
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9)
    return across if across @ outward > 0 else -across
