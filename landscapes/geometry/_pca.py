"""The plane in which iterates spread most."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float64

from ravine.core.pytree import Mask, Params, minus, norm, trained_leaves, unflat
from ravine.landscapes.geometry._stack import (
    alone,
    blocks,
    combinations,
    count,
    gram,
    inner_products,
    joined,
    stacked,
    taken,
)

_ROUNDING = 4 * float(np.finfo(np.float32).eps)
"""Iterates are stored in float32: how far one may be off a line that it lies on, relative to its norm."""


class Principal(NamedTuple):
    """The first two principal directions of iterates about an origin.

    Attributes:
        origin: The point that the displacements are from.
        u: The first direction, of length 1.
        v: The second one, of length 1 and orthogonal to the first.
        shares: The share of the squared displacements that each direction explains, in falling order; the
            first two are those of `u` and `v`.
    """

    origin: Params
    u: Params
    v: Params
    shares: Float64[np.ndarray, " components"]

    @property
    def explained(self) -> float:
        """The share of the squared displacements that lies in the plane."""
        return float(self.shares[:2].sum())


def principal(
    iterates: Params | Sequence[Params],
    mask: Mask,
    *,
    origin: Params | None = None,
    centred: bool = False,
) -> Principal:
    """The two directions that explain most of the iterates' displacements from an origin.

    Only inner products of iterates are needed, so that the cost grows with the square of their number
    and not of the parameters'. Each direction points to where the iterate farthest along it lies.

    Args:
        iterates: In their order, as a sequence or stacked; those of several runs one after the other.
        mask: The trained leaves.
        origin: The last iterate unless given.
        centred: True if the mean displacement is taken off first, so that the shares are of the variance
            as in the usual principal component analysis. The plane drawn goes through the origin, and
            of all such planes the one without centring lies closest to the iterates.

    Raises:
        ValueError: the iterates are not finite, or fewer than three are distinct, or all lie on one line.

    Reference:
        H. Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 7.2.
    """
    stack = stacked(iterates, mask)
    origin = taken(stack, -1) if origin is None else origin
    products = gram(stack, origin, mask)
    _check_finite(products)
    if centred:
        products = products - products.mean(0) - products.mean(1)[:, None] + products.mean()
    values, coefficients = np.linalg.eigh(products)
    values, coefficients = np.maximum(values[::-1], 0.0), coefficients[:, ::-1].T
    _check_spread(values, stack, origin, mask)
    u, v = _unit_directions(coefficients[:2], stack, origin, mask)
    return Principal(
        origin=origin,
        u=unflat(u, origin, mask),
        v=unflat(v, origin, mask),
        shares=values / values.sum(),
    )


def _unit_directions(
    coefficients: Float64[np.ndarray, "2 iterates"], stack: Params, origin: Params, mask: Mask
) -> Float64[np.ndarray, "2 size"]:
    """Of length 1 and orthogonal to rounding, and of a sign that does not depend on the eigensolver."""
    farthest = np.abs(coefficients).argmax(axis=1)
    signs = np.sign(coefficients[np.arange(2), farthest])
    u, v = combinations(coefficients * signs[:, None], stack, origin, mask)
    u = u / np.linalg.norm(u)
    v = v - (v @ u) * u
    return np.stack([u, v / np.linalg.norm(v)])


def _check_finite(products: Float64[np.ndarray, "iterates iterates"]) -> None:
    lost = ~np.isfinite(products.diagonal())
    if lost.all():
        raise ValueError(
            "The plane of iterates needs a finite origin; it is not, so take a smaller learning rate."
        )
    if lost.any():
        raise ValueError(
            f"The plane of iterates needs finite ones; iterate {lost.argmax()} of {len(lost)} is not, so "
            "leave out those from there on."
        )


def _check_spread(
    values: Float64[np.ndarray, " iterates"], stack: Params, origin: Params, mask: Mask
) -> None:
    """Refuse displacements that span no plane: their second extent is no more than rounding."""
    reach = np.sqrt(values[0])
    rounding = len(values) * (_ROUNDING * (norm(origin, mask) + reach)) ** 2
    if len(values) >= 2 and values[1] > max(rounding, 1e-14 * len(values) * values[0]):
        return
    points = (trained_leaves(taken(stack, index), mask) for index in range(len(values)))
    distinct = len({b"".join(leaf.tobytes() for leaf in leaves) for leaves in points})
    raise ValueError(
        "A plane of iterates needs at least 3 distinct ones that do not lie on one line; got "
        f"{len(values)}, of which {distinct} differ: keep more iterates, or train for more steps."
    )


_SMALLEST_ANGLE = 1e-6
"""In radians: directions closer than this span a line."""


class Path(NamedTuple):
    """Iterates about the line from a start to a solution.

    Attributes:
        projection: Along the line, 0 at the start and 1 at the solution.
        residual: The distance from the line, in the parameters' own units.
    """

    projection: Float64[np.ndarray, " steps"]
    residual: Float64[np.ndarray, " steps"]


class Shadow(NamedTuple):
    """Iterates about a plane.

    Attributes:
        coordinates: Of the closest points on the plane, along its two directions.
        distances: From the plane, in the parameters' own units.
    """

    coordinates: Float64[np.ndarray, "steps 2"]
    distances: Float64[np.ndarray, " steps"]


def on_line(iterates: Params | Sequence[Params], start: Params, solution: Params, mask: Mask) -> Path:
    """Project iterates on the line from a start to a solution.

    With u = solution - start: s_t = <theta_t - start, u> / |u|^2 and r_t = |theta_t - start - s_t u|.

    Args:
        iterates: In their order, as a sequence or stacked.
        start: One end of the line.
        solution: The other one.
        mask: The trained leaves.

    Raises:
        ValueError: the start and the solution are the same, or one of them is not finite.

    Example:
        >>> places = [np.array([0.0, 0.0]), np.array([3.0, 4.0]), np.array([6.0, 0.0])]
        >>> on_line(places, places[0], places[2], True)
        Path(projection=array([0. , 0.5, 1. ]), residual=array([0., 4., 0.]))

    Reference:
        I. J. Goodfellow, O. Vinyals and A. M. Saxe, Qualitatively characterizing neural network
        optimization problems, 2014.
    """
    directions = alone(minus(_in_double(solution), start))
    square = _products(directions, mask)[0, 0]
    if not np.isfinite(square):
        raise ValueError(
            "A line needs two finite ends; the start or the solution is not: take a smaller learning rate."
        )
    if square == 0.0:
        raise ValueError("A line needs two distinct ends; the start and the solution are the same.")
    coordinates, distances = _projected(stacked(iterates, mask), start, directions, mask)
    return Path(projection=coordinates[:, 0], residual=distances)


def on_plane(iterates: Params | Sequence[Params], origin: Params, u: Params, v: Params, mask: Mask) -> Shadow:
    """Project iterates on the plane `origin + x u + y v` by least squares: u and v need not be orthogonal.

    Args:
        iterates: In their order, as a sequence or stacked.
        origin: A point of the plane.
        u: Its first direction.
        v: Its second one.
        mask: The trained leaves.

    Raises:
        ValueError: the directions are parallel, or one of them is 0.
    """
    directions = joined([alone(u), alone(v)])
    products = _products(directions, mask)
    scale = products[0, 0] * products[1, 1]
    if not np.linalg.det(products) > _SMALLEST_ANGLE**2 * scale:
        raise ValueError("A plane needs two directions that are not parallel, and neither of them 0.")
    return Shadow(*_projected(stacked(iterates, mask), origin, directions, mask))


def _in_double(point: Params) -> Params:
    return jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), point)


def _products(directions: Params, mask: Mask) -> Float64[np.ndarray, "k k"]:
    return sum((rows @ rows.T for (rows,) in blocks(mask, directions)), np.zeros((count(directions),) * 2))


def _projected(
    stack: Params, origin: Params, directions: Params, mask: Mask
) -> tuple[Float64[np.ndarray, "steps k"], Float64[np.ndarray, " steps"]]:
    """Least-squares coordinates and distances.

    The distances are summed from what remains: from the norms alone, a small one would be lost in rounding.
    An iterate that is not finite has neither.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        along_each = inner_products(stack, origin, directions, mask)
        coordinates = np.linalg.solve(_products(directions, mask), along_each.T).T
        squares = np.zeros(count(stack))
        for rows, centre, along in blocks(mask, stack, alone(origin), directions):
            squares += ((rows - centre - coordinates @ along) ** 2).sum(axis=1)
    return coordinates, np.sqrt(squares)
