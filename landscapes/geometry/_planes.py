"""Directions of a plane: random ones of the filters' length, and those through three points."""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float64, Key

from ravine.core.pytree import Mask, Params, flat, unflat, zeros

_TINY = 1e-10
"""Keeps a filter of zeros from a division by zero."""


def filter_normalised(key: Key[Array, ""], params: Params, mask: Mask) -> Params:
    """A normal random direction, each of whose filters has the norm of the weights' filter.

    A filter is what makes one output: a row of a dense weight [out, in], or a kernel [in, height, width]
    of a convolution [out, in, height, width]. Trained leaves of one dimension or none, such as biases
    and the scales of batch norm, and leaves that are not trained get the direction 0.

    Args:
        key: Of the randomness. A leaf's direction depends on this and on its place alone.
        params: The point that the direction is for.
        mask: The trained leaves.

    Reference:
        H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, Visualizing the Loss Landscape of Neural
        Nets, 2018, section 4.
    """
    leaves, structure = jax.tree.flatten(params)
    keys = jax.tree.unflatten(structure, list(jax.random.split(key, max(1, len(leaves)))[: len(leaves)]))

    def along(leaf: Any, trained: bool, key: Key[Array, ""]) -> Any:
        if not trained or np.ndim(leaf) <= 1:
            return zeros(leaf)
        leaf = np.asarray(leaf)
        noise = np.asarray(jax.random.normal(key, leaf.shape)).astype(np.float64)
        scale = _filter_norms(leaf.astype(np.float64)) / (_filter_norms(noise) + _TINY)
        return (noise * scale).astype(leaf.dtype)

    return jax.tree.map(along, params, mask, keys)


def _filter_norms(weights: Float64[np.ndarray, "out *rest"]) -> Float64[np.ndarray, "out *ones"]:
    axes = tuple(range(1, weights.ndim))
    return np.sqrt((weights**2).sum(axis=axes, keepdims=True))


_SMALLEST_ANGLE = 1e-5
"""In radians: below this, float32 parameters do not tell a plane from a line."""


class ThreePoints(NamedTuple):
    """A plane with orthonormal directions, and where the three points lie on it.

    Attributes:
        origin: The first point.
        u: Towards the second point, of length 1.
        v: Orthogonal to `u`, towards the third point's side, of length 1.
        coordinates: Of the three points along `u` and `v`.
    """

    origin: Params
    u: Params
    v: Params
    coordinates: Float64[np.ndarray, "3 2"]


def plane_through(w1: Params, w2: Params, w3: Params, mask: Mask) -> ThreePoints:
    """The plane through three points, as in Izmailov et al., 2018, section 3.

    Args:
        w1: The first point, the plane's origin.
        w2: The second one, along the first direction.
        w3: The third one.
        mask: The trained leaves.

    Raises:
        ValueError: two of the points are the same, or all three lie on one line.

    Example:
        >>> corners = [np.array([0.0, 0.0, 1.0]), np.array([5.0, 0.0, 1.0]), np.array([3.0, 4.0, 1.0])]
        >>> plane_through(*corners, mask=True).coordinates
        array([[0., 0.],
               [5., 0.],
               [3., 4.]])
    """
    points = [flat(point, mask) for point in (w1, w2, w3)]
    _check_distinct(points)
    first, second, third = points
    length = np.linalg.norm(second - first)
    u = (second - first) / length
    along = (third - first) @ u
    beside = third - first - along * u
    height = np.linalg.norm(beside)
    if height <= _SMALLEST_ANGLE * np.linalg.norm(third - first):
        raise ValueError(
            "A plane needs three points that do not lie on one line; the third lies on the line through "
            "the first two, so take another point."
        )
    return ThreePoints(
        origin=w1,
        u=unflat(u, w1, mask),
        v=unflat(beside / height, w1, mask),
        coordinates=np.array([[0.0, 0.0], [length, 0.0], [along, height]]),
    )


def _check_distinct(points: list[Float64[np.ndarray, " size"]]) -> None:
    names = ("first", "second", "third")
    for one, other in ((0, 1), (0, 2), (1, 2)):
        if np.array_equal(points[one], points[other]):
            raise ValueError(
                f"A plane needs three distinct points; the {names[one]} and the {names[other]} are the same."
            )
