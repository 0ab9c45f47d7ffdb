"""Boxes in pixels: what is around points and other boxes, and what of one lies in another."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ravine.renderer._frames import PixelBox


def union(boxes: Sequence[PixelBox]) -> PixelBox:
    """The smallest box around all `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def clip_box(box: tuple[float, float, float, float], to: PixelBox) -> PixelBox:
    """The whole pixels that `box` touches inside `to`; where they do not meet, an empty box at its edge."""
    left, right = np.clip(box[0::2], to[0], to[2]).tolist()
    top, bottom = np.clip(box[1::2], to[1], to[3]).tolist()
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def touch(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes have a part in common."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def around(parts: Sequence[Float[np.ndarray, "points 2"]], margin: float, box: PixelBox) -> PixelBox:
    """The box inside `box` around all points, `margin` pixels wider; empty where there are none."""
    points = np.concatenate([np.zeros((0, 2)), *parts])
    if not len(points):
        return (*box[:2], *box[:2])
    return clip_box((*(points.min(0) - margin), *(points.max(0) + margin)), box)
