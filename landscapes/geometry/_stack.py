"""Many points of one form stacked along a leading axis, read in blocks so that no second copy is held."""

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float64

from ravine.core.pytree import Mask, Params, is_key, on_host, trained_leaves

_BLOCK = 1 << 21
"""Numbers of a block: 16 MiB in float64."""


def stacked(points: Params | Sequence[Params], mask: Mask) -> Params:
    """The points as one pytree whose leaves have a leading axis that counts them.

    Args:
        points: Such a pytree already, or a sequence of single points.
        mask: The trained leaves; its structure is that of one point, which tells the two apart.

    Raises:
        ValueError: there are no points.
    """
    if jax.tree.structure(points) == jax.tree.structure(mask):
        return jax.tree.map(on_host, points)
    if len(points) == 0:
        raise ValueError("At least 1 iterate is needed; got none.")
    return jax.tree.map(_rows, *points)


def _rows(*leaves: Any) -> Any:
    return _after_one_another(*(on_host(leaf)[None] for leaf in leaves))


def joined(stacks: Sequence[Params]) -> Params:
    """The points of several stacks as one stack."""
    return jax.tree.map(_after_one_another, *stacks)


def _after_one_another(*leaves: Any) -> Any:
    together: Any = jnp if is_key(leaves[0]) else np
    return together.concatenate([on_host(leaf) for leaf in leaves])


def alone(point: Params) -> Params:
    """The stack of one point."""
    return jax.tree.map(lambda leaf: on_host(leaf)[None], point)


def taken(stack: Params, which: int | slice) -> Params:
    """One point of a stack, or a stack of some of its points."""
    return jax.tree.map(lambda leaf: on_host(leaf)[which], stack)


def count(stack: Params) -> int:
    """Count the points of a stack."""
    return len(jax.tree.leaves(stack)[0])


def blocks(mask: Mask, *stacks: Params) -> Iterator[tuple[Float64[np.ndarray, "points columns"], ...]]:
    """The same columns of all stacks, block by block through the trained leaves in their order."""
    for leaves in zip(*(trained_leaves(stack, mask) for stack in stacks), strict=True):
        rows = [np.asarray(leaf).reshape(len(leaf), -1) for leaf in leaves]
        columns = rows[0].shape[1]
        width = max(1, _BLOCK // sum(len(part) for part in rows))
        for first in range(0, columns, width):
            yield tuple(part[:, first : first + width].astype(np.float64) for part in rows)


def gram(stack: Params, origin: Params, mask: Mask) -> Float64[np.ndarray, "points points"]:
    """The inner products of the points' displacements from the origin."""
    total = np.zeros((count(stack), count(stack)))
    for rows, centre in blocks(mask, stack, alone(origin)):
        away = rows - centre
        total += away @ away.T
    return total


def inner_products(
    stack: Params, origin: Params, directions: Params, mask: Mask
) -> Float64[np.ndarray, "points directions"]:
    """The inner products of the points' displacements from the origin with a stack of directions."""
    total = np.zeros((count(stack), count(directions)))
    for rows, centre, along in blocks(mask, stack, alone(origin), directions):
        total += (rows - centre) @ along.T
    return total


def combinations(
    weights: Float64[np.ndarray, "sums points"], stack: Params, origin: Params, mask: Mask
) -> Float64[np.ndarray, "sums size"]:
    """Weighted sums of the points' displacements from the origin, as flat vectors."""
    parts = [weights @ (rows - centre) for rows, centre in blocks(mask, stack, alone(origin))]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(weights), 0))
