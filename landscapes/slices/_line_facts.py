"""What the loss along a line from a start to a solution tells."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64

_ABSOLUTE = 1e-6
_RELATIVE = 1e-3


class LineFacts(NamedTuple):
    """Facts of the loss between the two ends of a line.

    Attributes:
        barrier: The highest loss less the higher of both ends; 0 where an end is highest.
        total_rise: The sum of all rises on the way from the start to the solution.
        monotone: Whether the loss never rises on that way, but for rises that sum up to no more than
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
        barrier=float(losses.max() - max(losses[0], losses[-1])),
        total_rise=total_rise,
        monotone=total_rise <= _ABSOLUTE + _RELATIVE * float(np.ptp(losses)),
        convex_share=_convex_share(alphas, losses),
    )


def _convex_share(alphas: Float64[np.ndarray, " points"], losses: Float64[np.ndarray, " points"]) -> float:
    """By how far each point lies under the straight line between its neighbours."""
    with np.errstate(invalid="ignore"):
        left, right = np.diff(alphas)[:-1], np.diff(alphas)[1:]
        chords = (right * losses[:-2] + left * losses[2:]) / (left + right)
        rounding = np.finfo(np.float32).eps * np.abs(losses[1:-1])
        return float(np.mean(chords - losses[1:-1] >= -rounding))
