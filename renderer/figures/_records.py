"""Curves on pictures, as plain arrays: results hold them, and nothing here says how they are drawn.

Curves have a `colour_key`: the name of a rule, which wears the colour it has in the films, or any other
name, which gets a spare one. A loss that is not a number is a gap in its curve.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int


class LinePath(NamedTuple):
    """A training path beside the straight line from its start to its end.

    Attributes:
        step: The updates after which its iterates were saved.
        projection: The position of each iterate along the line, 0 at the start and 1 at the solution.
        residual: Its distance from the line, as a part of the distance from start to solution.
        loss: Its training loss, if that is to be seen.
    """

    step: Int[np.ndarray, " steps"]
    projection: Float[np.ndarray, " steps"]
    residual: Float[np.ndarray, " steps"]
    loss: Float[np.ndarray, " steps"] | None


class LineZoom(NamedTuple):
    """The training loss on a short segment of a line, on a finer grid."""

    alphas: Float[np.ndarray, " points"]
    train_loss: Float[np.ndarray, " points"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LineCurve:
    """The measures of one network along a line or a curve, 0 at one end and 1 at the other.

    Attributes:
        label: Its name in the legend.
        alphas: Places on the line.
        train_loss: There, and the other measures likewise.
        zooms: Short segments, the same ones in the same order for all curves of a picture.
        barrier: The position of the highest loss between the ends, the loss at the higher end, and the
            highest one; None where the line does not reach both ends.
        path: The training path from the one end to the other.
    """

    label: str
    colour_key: str
    alphas: Float[np.ndarray, " points"]
    train_loss: Float[np.ndarray, " points"]
    test_loss: Float[np.ndarray, " points"] | None = None
    train_accuracy: Float[np.ndarray, " points"] | None = None
    test_accuracy: Float[np.ndarray, " points"] | None = None
    zooms: tuple[LineZoom, ...] = ()
    barrier: tuple[float, float, float] | None = None
    path: LinePath | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaneCurve:
    """A line on a plane with its name, such as a curve of low loss or the straight line under it.

    Attributes:
        dashed: Draw it so, as a straight line that a curve goes round.
    """

    label: str
    colour_key: str
    points: Float[np.ndarray, "points 2"]
    dashed: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class WalkRun:
    """A walk, update by update.

    Attributes:
        alphas: Places between two iterates, 0 at the first and 1 at the second.
        losses: The training loss there, for each pair of consecutive iterates.
        cosines: Between each gradient and the one before it; the last is that of the last update.
        distances: Of the iterates from the start, the last one after the last update.
        sharpness_at: The iterates whose largest Hessian eigenvalue was found.
        sharpness: The eigenvalue; NaN where the Hessian is not finite.
        interior_share: The share of updates whose lowest loss lies strictly between their ends.
        rate: The learning rate, where it is one number.
    """

    label: str
    colour_key: str
    alphas: Float[np.ndarray, " alphas"]
    losses: Float[np.ndarray, "updates alphas"]
    cosines: Float[np.ndarray, " pairs"]
    distances: Float[np.ndarray, " iterates"]
    sharpness_at: Int[np.ndarray, " measured"]
    sharpness: Float[np.ndarray, " measured"]
    interior_share: float
    rate: float | None = None

    @property
    def stable_sharpness(self) -> float | None:
        """The sharpness beyond which gradient descent at the rate diverges, where that is one number."""
        return 2.0 / self.rate if self.rate else None


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingRun:
    """The training of one optimizer.

    Attributes:
        note: The small print: its hyper-parameters.
        step: The updates after which the measures were taken.
        train_loss: There, and the other measures likewise.
        batch_loss: The loss that each update saw, from the first on.
        reached_at: The first step at which its loss is at most the target; None where it never is.
    """

    label: str
    colour_key: str
    note: str = ""
    step: Int[np.ndarray, " saved"]
    train_loss: Float[np.ndarray, " saved"]
    test_loss: Float[np.ndarray, " saved"] | None = None
    train_accuracy: Float[np.ndarray, " saved"] | None = None
    test_accuracy: Float[np.ndarray, " saved"] | None = None
    batch_loss: Float[np.ndarray, " updates"] | None = None
    reached_at: int | None = None


class Eigenvalues(Protocol):
    """The eigenvalues of a Hessian, as whoever found them has them."""

    @property
    def top(self) -> Float[np.ndarray, " top"]:
        """The largest ones, falling."""
        ...

    @property
    def bottom(self) -> Float[np.ndarray, " bottom"]:
        """The smallest ones, rising."""
        ...

    @property
    def density(self) -> tuple[Float[np.ndarray, " values"], Float[np.ndarray, " values"]] | None:
        """Places and the density of all of them there, with an integral of 1; None where it is not known."""
        ...

    @property
    def index(self) -> int:
        """The number of negative ones."""
        ...

    @property
    def index_exact(self) -> bool:
        """True where that number was counted rather than estimated."""
        ...

    @property
    def kind(self) -> str:
        """The kind of critical point that they make: "minimum", "saddle" and so on."""
        ...

    @property
    def gradient_norm(self) -> float:
        """The norm of the gradient at the point: 0 at a critical one."""
        ...

    @property
    def size(self) -> int:
        """The number of parameters."""
        ...
