"""What is on each picture: plain arrays and words, and nothing of how they are drawn or were computed.

Curves have a `colour_key`: the name of a rule, which wears the colour it has in the films, or any other
name, which gets a spare one. A loss that is not a number is a gap in its curve.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, Int

ScaleName: TypeAlias = Literal["auto", "linear", "log"]
Kind: TypeAlias = Literal["minimum", "maximum", "saddle", "degenerate"]


@dataclass(frozen=True, kw_only=True)
class LinePath:
    """A training path beside the straight line from its start to its end.

    Attributes:
        projection: How far along the line each iterate is, 0 at the start and 1 at the solution.
        residual: Its distance from the line, as a part of the distance from start to solution.
        loss: Its training loss, if that is to be seen.
    """

    projection: Float[np.ndarray, " steps"]
    residual: Float[np.ndarray, " steps"]
    loss: Float[np.ndarray, " steps"] | None


@dataclass(frozen=True, kw_only=True)
class LineZoom:
    """The training loss on a short stretch of a line, on a finer grid."""

    alphas: Float[np.ndarray, " points"]
    train_loss: Float[np.ndarray, " points"]


@dataclass(frozen=True, kw_only=True)
class LineCurve:
    """The loss of one network along its line, 0 at one end and 1 at the other.

    Attributes:
        zooms: Short stretches, the same ones in the same order for all curves of a picture.
        barrier: How far the loss rises above the higher end, if that is worth a mark.
    """

    label: str
    colour_key: str
    alphas: Float[np.ndarray, " points"]
    train_loss: Float[np.ndarray, " points"]
    test_loss: Float[np.ndarray, " points"] | None = None
    train_accuracy: Float[np.ndarray, " points"] | None = None
    test_accuracy: Float[np.ndarray, " points"] | None = None
    zooms: tuple[LineZoom, ...] = ()
    barrier: float | None = None
    path: LinePath | None = None


@dataclass(frozen=True, kw_only=True)
class LinePicture:
    """Losses along straight lines.

    Attributes:
        subtitle: Network, data, policy of batch norm, seed.
        ends: What is at 0 and at 1.
        scale: Of the loss; "auto" takes the logarithm where the losses span decades.
    """

    title: str
    subtitle: str = ""
    curves: tuple[LineCurve, ...]
    ends: tuple[str, str] = ("start", "solution")
    scale: ScaleName = "linear"


@dataclass(frozen=True, kw_only=True)
class PlaneTrajectory:
    """A training path, seen on a plane.

    Attributes:
        x: Of each iterate's nearest point on the plane, and `y` likewise.
        loss: The iterate's own loss.
        plane_loss: The loss at the nearest point on the plane.
        distance: From the iterate to the plane, in the units of the parameters.
        step: The update after which it was kept; counted from 0 where this is None.
    """

    label: str
    colour_key: str
    x: Float[np.ndarray, " steps"]
    y: Float[np.ndarray, " steps"]
    loss: Float[np.ndarray, " steps"] | None = None
    plane_loss: Float[np.ndarray, " steps"] | None = None
    distance: Float[np.ndarray, " steps"] | None = None
    step: Int[np.ndarray, " steps"] | None = None


@dataclass(frozen=True, kw_only=True)
class PlanePoint:
    """A point on the plane with its name.

    Attributes:
        loss: There, written beside the name.
    """

    label: str
    x: float
    y: float
    loss: float | None = None


@dataclass(frozen=True, kw_only=True)
class PlaneCurve:
    """A line on the plane with its name, such as a curve of low loss or the straight line under it.

    Attributes:
        dashed: Whether it is drawn so, as a straight line is that a curve goes round.
    """

    label: str
    colour_key: str
    x: Float[np.ndarray, " points"]
    y: Float[np.ndarray, " points"]
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class PlanePicture:
    """Losses on a plane through parameter space.

    Attributes:
        x: The columns of the grid, evenly spaced and rising.
        y: Its rows, likewise.
        loss: On the grid, one row for each y.
        axes: What each axis is, such as "first principal component".
        explained_share: The part of the paths' motion along each axis, from 0 to 1.
        lengths: Of a step of 1 along each axis, in the units of the paths' distances.
        convexity: |lambda_min / lambda_max| on the grid, shown in place of the loss; isolines stay those of
            the loss.
        scale: Of the colours; "auto" takes the logarithm where the losses span decades.
        heights: The losses at the lowest and at the highest colour, for pictures that are to be compared;
            those of the grid unless given.
    """

    title: str
    subtitle: str = ""
    x: Float[np.ndarray, " columns"]
    y: Float[np.ndarray, " rows"]
    loss: Float[np.ndarray, "rows columns"]
    axes: tuple[str, str] = ("first direction", "second direction")
    explained_share: tuple[float, float] | None = None
    lengths: tuple[float, float] = (1.0, 1.0)
    trajectories: tuple[PlaneTrajectory, ...] = ()
    points: tuple[PlanePoint, ...] = ()
    curves: tuple[PlaneCurve, ...] = ()
    convexity: Float[np.ndarray, "rows columns"] | None = None
    scale: ScaleName = "auto"
    heights: tuple[float, float] | None = None
    loss_name: str = "training loss"


@dataclass(frozen=True, kw_only=True)
class WalkRun:
    """A walk, update by update.

    Attributes:
        alphas: Where between two iterates the losses are, from 0 to 1.
        losses: On the way from each iterate to the next.
        cosines: Between each gradient and the one before it; the last is that of the last update.
        distances: From the start, the last one after the last update.
        sharpness: The largest eigenvalue of the Hessian at the iterates `sharpness_step`.
        sharpness_step: One number for each sharpness; evenly spread over the walk where this is None.
        rate: The learning rate, if it is constant: descent is stable below a sharpness of 2 / rate.
        interior_share: The part of the updates whose lowest loss lies strictly between their ends.
    """

    label: str
    colour_key: str
    alphas: Float[np.ndarray, " alphas"]
    losses: Float[np.ndarray, "updates alphas"]
    cosines: Float[np.ndarray, " pairs"]
    distances: Float[np.ndarray, " iterates"]
    sharpness: Float[np.ndarray, " measured"] | None = None
    sharpness_step: Int[np.ndarray, " measured"] | None = None
    rate: float | None = None
    interior_share: float | None = None


@dataclass(frozen=True, kw_only=True)
class WalkPicture:
    """How one to four optimizers walk down the same loss."""

    title: str
    subtitle: str = ""
    runs: tuple[WalkRun, ...]
    scale: ScaleName = "auto"


@dataclass(frozen=True, kw_only=True)
class SpectrumPicture:
    """The eigenvalues of a Hessian.

    Attributes:
        top: The largest, falling.
        bottom: The smallest, rising.
        density_value: Where the density is given; empty where it is not.
        density: There, with an integral of 1.
        index: The number of negative eigenvalues, if it is known.
        index_exact: Whether they were counted rather than estimated.
        kind: What a critical point would be with these eigenvalues.
        gradient_norm: How far the point is from a critical one.
        size: The number of parameters.
    """

    title: str
    subtitle: str = ""
    top: Float[np.ndarray, " top"]
    bottom: Float[np.ndarray, " bottom"]
    density_value: Float[np.ndarray, " values"] | None = None
    density: Float[np.ndarray, " values"] | None = None
    index: int | None = None
    index_exact: bool = True
    kind: Kind
    gradient_norm: float | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """One optimizer's training.

    Attributes:
        note: The small print: its hyper-parameters.
        step: The updates after which the measures were taken.
        train_loss: There, and the other measures likewise.
        batch_loss: The loss that each update saw, from the first on.
        reached_at: The first step at which its loss is at most the picture's target; None where it never is.
    """

    label: str
    colour_key: str
    note: str = ""
    step: Int[np.ndarray, " kept"]
    train_loss: Float[np.ndarray, " kept"]
    test_loss: Float[np.ndarray, " kept"] | None = None
    train_accuracy: Float[np.ndarray, " kept"] | None = None
    test_accuracy: Float[np.ndarray, " kept"] | None = None
    batch_loss: Float[np.ndarray, " updates"] | None = None
    reached_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingPicture:
    """Optimizers that train the same network.

    Attributes:
        target: The loss whose first step is marked for each run; None for no marks.
    """

    title: str
    subtitle: str = ""
    runs: tuple[TrainingRun, ...]
    target: float | None = None
    scale: ScaleName = "log"


@dataclass(frozen=True, kw_only=True)
class CurvePicture:
    """A curve of low loss between two solutions, with the straight line between them.

    Attributes:
        t: From 0 at the first solution to 1 at the second.
        curve_loss: The training loss on the curve.
        line_loss: That on the straight line.
        curve_test_loss: The test loss, and `line_test_loss` likewise.
        barrier: How far the straight line rises above its higher end.
        curve_barrier: How far the curve does.
        ends: What is at 0 and at 1.
        plane: The plane through both solutions and the curve's bend, drawn beside the losses.
    """

    title: str
    subtitle: str = ""
    t: Float[np.ndarray, " points"]
    curve_loss: Float[np.ndarray, " points"]
    line_loss: Float[np.ndarray, " points"]
    curve_test_loss: Float[np.ndarray, " points"] | None = None
    line_test_loss: Float[np.ndarray, " points"] | None = None
    barrier: float | None = None
    curve_barrier: float | None = None
    ends: tuple[str, str] = ("solution A", "solution B")
    plane: PlanePicture | None = None
    scale: ScaleName = "linear"
