"""Statistics of the losses along a line, and of the losses and gradients along a walk."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float64

from ravine.core.pytree import Mask, Params, minus
from ravine.landscapes.geometry._stack import alone, blocks, count, stacked, taken

_ABSOLUTE = 1e-6
_RELATIVE = 1e-3


class Barrier(NamedTuple):
    """The rise of the loss along a line above the higher of both ends.

    Attributes:
        at: The place of the highest loss, 0 at the start and 1 at the solution.
        foot: The loss at the higher end.
        top: The highest loss; infinite where a loss between the ends is not finite.
    """

    at: float
    foot: float
    top: float

    @property
    def height(self) -> float:
        """The highest loss less the higher of both ends; 0 where an end is highest."""
        return np.inf if np.isinf(self.top) else self.top - self.foot


def line_barrier(alphas: Float[np.ndarray, " points"], losses: Float[np.ndarray, " points"]) -> Barrier:
    """Find the barrier of a line or curve, from its losses at places from 0 to 1.

    Args:
        alphas: Places, rising from 0 at the start to 1 at the solution.
        losses: There.

    Example:
        >>> line_barrier(np.array([0.0, 0.5, 1.0]), np.array([1.0, 3.0, 2.0])).height
        1.0
    """
    heights = np.where(np.isfinite(losses), losses, np.inf)
    highest = int(heights.argmax())
    return Barrier(
        at=float(alphas[highest]),
        foot=float(max(losses[0], losses[-1])),
        top=float(heights[highest]),
    )


class LineFacts(NamedTuple):
    """Facts of the loss between the two ends of a line.

    Attributes:
        barrier: The highest loss less the higher of both ends; 0 where an end is highest.
        total_rise: The sum of all rises on the way from the start to the solution.
        monotone: True if the loss never rises on that way, but for rises that sum up to no more than
            1e-6 and a thousandth of the range of its values.
        convex_share: The share of second differences that are not negative, but for rounding: 1 for a
            convex loss.
    """

    barrier: float
    total_rise: float
    monotone: bool
    convex_share: float


def line_facts(alphas: Float[np.ndarray, " points"], losses: Float[np.ndarray, " points"]) -> LineFacts:
    """The facts of a loss along a line, from its values for alpha in [0, 1].

    Values beyond the ends are left out. A loss that is not finite somewhere between them has a barrier
    without bound and is not monotone.

    Args:
        alphas: Rising, not necessarily evenly; 0 is the start and 1 the solution.
        losses: There.

    Raises:
        ValueError: the alphas do not rise, or fewer than three of them lie in [0, 1].

    Reference:
        I. J. Goodfellow, O. Vinyals and A. M. Saxe, Qualitatively characterizing neural network
        optimization problems, 2014; for barriers, J. Frankle, Revisiting "Qualitatively characterizing
        neural network optimization problems", 2020.
    """
    if (np.diff(alphas) <= 0.0).any():
        raise ValueError("The alphas of a line rise from point to point; these do not.")
    between = (alphas >= 0.0) & (alphas <= 1.0)
    if between.sum() < 3:
        raise ValueError(f"A line has at least 3 points with alpha in [0, 1]; got {between.sum()}.")
    alphas, losses = alphas[between].astype(np.float64), losses[between].astype(np.float64)
    if not np.isfinite(losses).all():
        return LineFacts(
            barrier=np.inf, total_rise=np.inf, monotone=False, convex_share=_convex_share(alphas, losses)
        )
    total_rise = float(np.maximum(np.diff(losses), 0.0).sum())
    return LineFacts(
        barrier=line_barrier(alphas, losses).height,
        total_rise=total_rise,
        monotone=total_rise <= _ABSOLUTE + _RELATIVE * float(np.ptp(losses)),
        convex_share=_convex_share(alphas, losses),
    )


def _convex_share(alphas: Float64[np.ndarray, " points"], losses: Float64[np.ndarray, " points"]) -> float:
    """The share of inner points that lie under the straight line between their neighbours."""
    with np.errstate(invalid="ignore"):
        left, right = np.diff(alphas)[:-1], np.diff(alphas)[1:]
        chords = (right * losses[:-2] + left * losses[2:]) / (left + right)
        rounding = np.finfo(np.float32).eps * np.abs(losses[1:-1])
        return float(np.mean(chords - losses[1:-1] >= -rounding))


def interior(losses: Float[np.ndarray, "updates alphas"]) -> Bool[np.ndarray, " updates"]:
    """Mask the updates that cross a valley: the least loss on their segment lies strictly inside it.

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
    """Measure how far each iterate is from the first one.

    Args:
        iterates: In their order, as a sequence or stacked.
        mask: The trained leaves.

    Example:
        >>> distances([np.array([0.0, 0.0]), np.array([3.0, 4.0])], True)
        array([0., 5.])
    """
    stack = stacked(iterates, mask)
    squares = np.zeros(count(stack))
    for rows, start in blocks(mask, stack, alone(taken(stack, 0))):
        squares += ((rows - start) ** 2).sum(axis=1)
    return np.sqrt(squares)


def updates(iterates: Params | Sequence[Params], mask: Mask) -> Params:
    """Subtract each iterate from the next, stacked."""
    stack = stacked(iterates, mask)
    return minus(taken(stack, slice(1, None)), taken(stack, slice(None, -1)))
