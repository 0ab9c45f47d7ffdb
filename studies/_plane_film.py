"""Training paths on a plane through a network's parameters, as pictures have them, and their film."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer import PLANE_LOSS, Background, Run, Scene, Timing
from ravine.renderer.figures import PlaneCurve
from ravine.renderer.style import ThemeName, colours
from ravine.studies._trainings import Trajectory

if TYPE_CHECKING:
    from ravine.renderer import SceneFrames

TITLES = {
    "random": "The loss about a solution, in two random directions",
    "pca": "The loss in the plane of the training paths",
    "residual": "The training path and the straight line between its ends",
    "hessian": "The loss about a solution, along the Hessian's first eigenvectors",
    "swa": "The plane of three iterates, and their average",
    "solutions": "The plane of three solutions",
    "bend": "The plane of two solutions and a curve between them",
    "points": "The plane of three points",
}
"""Of the kinds of planes."""


def path_of(trajectory: Trajectory, lengths: tuple[float, float]) -> Run:
    """Make the path of films and pictures from a trajectory that is seen on a plane.

    Args:
        trajectory: With its projection.
        lengths: Of a step of 1 along each axis, in the units of the distance from the plane.
    """
    from ravine.renderer.figures import nearness

    return Run(
        label=trajectory.label,
        note=trajectory.note,
        colour_key=trajectory.rule,
        points=trajectory.points,
        losses=trajectory.loss,
        markers={},
        diverged_at=_diverged_at(trajectory.points, trajectory.loss),
        series={PLANE_LOSS: trajectory.plane_loss},
        nearness=nearness(trajectory.points, trajectory.distance, lengths),
        counts=trajectory.steps,
    )


def curves_of(curve: Float[np.ndarray, "points 2"] | None) -> list[PlaneCurve]:
    """Make what pictures have of a curve of low loss: it and the straight line between its ends."""
    if curve is None:
        return []
    return [
        PlaneCurve(label="curve of low loss", colour_key="momentum", points=curve),
        PlaneCurve(label="straight line", colour_key="sgd", points=curve[[0, -1]], dashed=True),
    ]


def _diverged_at(points: Float[np.ndarray, "steps 2"], losses: Float[np.ndarray, " steps"]) -> int | None:
    lost = ~np.isfinite(points).all(-1) | ~np.isfinite(losses)
    return int(lost.argmax()) if lost.any() else None


def plane_film(
    background: Background,
    paths: Sequence[Run],
    *,
    subtitle: str = "",
    theme: ThemeName = "light",
    size: tuple[int, int] = (1280, 720),
    seconds: float = 8.0,
    fps: float = 25.0,
    hold: float = 2.0,
    view: str = "contour",
    comment: str = "",
) -> "SceneFrames":
    """Film the paths of a plane as they were trained, with their own losses beside it.

    The clock counts updates: between two that were saved, a path is a straight line. A path that ends before
    the others stays at its end.

    Args:
        background: The losses on the plane.
        paths: At least one.
        subtitle: Network, data, policy of batch norm, seed.
        theme: The look of everything but the paths.
        size: Width and height in pixels.
        seconds: The length of the film without the hold of its last frame.
        fps: Frames a second.
        hold: Seconds for which the last frame stands.
        view: From above, or as a surface.
        comment: A description of the film's recipe, for the file's comment.

    Raises:
        ValueError: there is no path.
    """
    from ravine.renderer import SceneFrames

    if not paths:
        raise ValueError("A film of a plane shows training paths; got 0 of them.")
    counts = np.unique(np.concatenate([_counts(path) for path in paths]))
    shades = colours([path.colour_key for path in paths], theme=theme)
    runs = [replace(_at(path, counts), colour=shade) for path, shade in zip(paths, shades, strict=True)]
    return SceneFrames(
        Scene(
            background=background,
            # The longest path lies lowest, and hides none.
            runs=tuple(sorted(runs, key=_length, reverse=True)),
            view=view,
            size=size,
            theme=theme,
            timing=Timing(seconds=seconds, fps=fps, hold=hold),
            subtitle=subtitle,
            counts=counts,
            comment=comment,
        )
    )


def _counts(path: Run) -> Int[np.ndarray, " steps"]:
    return np.arange(len(path.points)) if path.counts is None else path.counts


def _length(run: Run) -> float:
    """On the plane, as far as the run is finite."""
    points = run.points[: run.diverged_at]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())


def _at(path: Run, counts: Int[np.ndarray, " counts"]) -> Run:
    """The path at every count of the clock."""
    steps = _counts(path)

    def over(values: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " counts"]:
        return np.interp(counts, steps, values)

    points = np.stack([over(column) for column in path.points.T], axis=-1)
    losses = over(path.losses)
    diverged_at = _diverged_at(points, losses)
    ends = int(np.searchsorted(counts, steps[-1]))
    return replace(
        path,
        points=points,
        losses=losses,
        diverged_at=diverged_at,
        series={name: over(values) for name, values in path.series.items()},
        stopped_at=ends if ends < len(counts) - 1 and diverged_at is None else None,
        nearness=None if path.nearness is None else over(path.nearness),
        counts=counts,
    )
