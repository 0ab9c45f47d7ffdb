"""A plane as a picture and as a film."""

from typing import TYPE_CHECKING

import numpy as np

from ravine.renderer.figures import PlaneCurve, PlanePicture, PlanePoint, PlaneTrajectory
from ravine.studies._plane import Plane, Trajectory
from ravine.studies._plane_film import plane_film
from ravine.studies._result import subtitle

if TYPE_CHECKING:
    from ravine.renderer import SceneFrames

_TITLES = {
    "random": "The loss about a solution, in two random directions",
    "pca": "The loss in the plane of the training paths",
    "residual": "The training path and the straight line between its ends",
    "hessian": "The loss about a solution, along the Hessian's first eigenvectors",
    "swa": "The plane of three iterates, and their average",
    "solutions": "The plane of three solutions",
    "bend": "The plane of two solutions and a curve between them",
    "points": "The plane of three points",
}


def title_of(plane: Plane) -> str:
    """The title that was chosen, or what the plane is."""
    return plane.choices.title or _TITLES[plane.ground.kind]


def picture_of(plane: Plane) -> PlanePicture:
    """What the picture shows of a plane."""
    ground = plane.ground
    return PlanePicture(
        title=title_of(plane),
        subtitle=subtitle(
            plane.choices, ground.objective.name, batch_norm=ground.objective.batch_norm, held=plane.held
        ),
        x=plane.x,
        y=plane.y,
        loss=plane.loss,
        axes=ground.axes,
        explained_share=ground.shares,
        lengths=tuple(np.sqrt(ground.products.diagonal()).tolist()),
        trajectories=tuple(_trajectory(path) for path in plane.trajectories),
        points=tuple(
            PlanePoint(label=label, x=x, y=y, loss=float(loss))
            for (label, (x, y)), loss in zip(ground.marks.items(), plane.mark_losses, strict=True)
        ),
        curves=_curves(plane),
        convexity=plane.convexity,
        scale=plane.choices.scale,
        heights=plane.choices.heights,
    )


def _trajectory(path: Trajectory) -> PlaneTrajectory:
    x, y = path.points.T
    return PlaneTrajectory(
        label=path.label,
        colour_key=path.rule,
        x=x,
        y=y,
        loss=path.loss,
        plane_loss=path.plane_loss,
        distance=path.distance,
        step=path.steps,
    )


def _curves(plane: Plane) -> tuple[PlaneCurve, ...]:
    if plane.ground.curve is None:
        return ()
    x, y = plane.ground.curve.T
    ends = np.array([[x[0], y[0]], [x[-1], y[-1]]])
    return (
        PlaneCurve(label="curve of low loss", colour_key="momentum", x=x, y=y),
        PlaneCurve(label="straight line", colour_key="sgd", x=ends[:, 0], y=ends[:, 1], dashed=True),
    )


def film_of(plane: Plane) -> "SceneFrames":
    """The training paths, moving on the plane."""
    choices = plane.choices
    return plane_film(
        picture_of(plane),
        notes=[path.note for path in plane.trajectories],
        theme=choices.theme,
        size=choices.size,
        seconds=choices.seconds,
        fps=choices.fps,
        hold=choices.hold,
        view=choices.view,
        comment=plane.comment,
    )
