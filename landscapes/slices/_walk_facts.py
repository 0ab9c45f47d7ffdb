"""What the losses between consecutive iterates and their gradients tell of a walk."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float64

from ravine.landscapes.networks._objective import Params
from ravine.landscapes.slices._stack import alone, blocks, count, stacked, taken
from ravine.landscapes.slices._vectors import Mask, minus


def interior(losses: Float[np.ndarray, "updates alphas"]) -> Bool[np.ndarray, " updates"]:
    """Which updates cross a valley: the least loss on their segment lies strictly inside it.

    Args:
        losses: Of each update at evenly or unevenly spaced points from one iterate to the next, both
            included. A loss that is not finite is none.

    Raises:
        ValueError: a segment has fewer than three points.
    """
    if losses.shape[1] < 3:
        raise ValueError(f"A segment has at least 3 points, its ends among them; got {losses.shape[1]}.")
    losses = np.where(np.isfinite(losses), losses, np.inf)
    return losses[:, 1:-1].min(axis=1) < np.minimum(losses[:, 0], losses[:, -1])


def interior_share(losses: Float[np.ndarray, "updates alphas"]) -> float:
    """The share of updates that cross a valley, as in Xing et al., A Walk with SGD, 2018."""
    return float(interior(losses).mean())


def cosines(gradients: Params | Sequence[Params], mask: Mask) -> Float64[np.ndarray, " pairs"]:
    """The cosines of the angles between successive gradients; NaN where one of them is 0.

    For plain gradient descent at a constant rate the updates serve as well: see `updates`.

    Args:
        gradients: In their order, as a sequence or stacked.
        mask: The trained leaves.
    """
    stack = stacked(gradients, mask)
    products, squares = np.zeros(max(0, count(stack) - 1)), np.zeros(count(stack))
    for (rows,) in blocks(mask, stack):
        products += (rows[1:] * rows[:-1]).sum(axis=1)
        squares += (rows**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return products / np.sqrt(squares[1:] * squares[:-1])


def distances(iterates: Params | Sequence[Params], mask: Mask) -> Float64[np.ndarray, " steps"]:
    """How far each iterate is from the first one."""
    stack = stacked(iterates, mask)
    squares = np.zeros(count(stack))
    for rows, start in blocks(mask, stack, alone(taken(stack, 0))):
        squares += ((rows - start) ** 2).sum(axis=1)
    return np.sqrt(squares)


def updates(iterates: Params | Sequence[Params], mask: Mask) -> Params:
    """What takes each iterate to the next, stacked."""
    stack = stacked(iterates, mask)
    return minus(taken(stack, slice(1, None)), taken(stack, slice(None, -1)))
