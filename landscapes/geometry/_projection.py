"""Projections of iterates onto a line or a plane, and their distances from it."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float64

from ravine.core.pytree import Mask, Params, minus
from ravine.landscapes.geometry._stack import alone, blocks, count, inner_products, joined, stacked

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
