"""The loss in a plane through a network's parameters, with the training paths on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.core.cache import cache_folder
from ravine.landscapes.curvature import extremes_at
from ravine.landscapes.geometry import on_plane
from ravine.studies._directions import Basis, Span, basis_of, basis_of_given
from ravine.studies._fixed import Fixed, fixed_at_point, fixed_on_plane
from ravine.studies._given import Given, given, is_given
from ravine.studies._measure import evaluated
from ravine.studies._plane_film import TITLES, curves_of, path_of, plane_film
from ravine.studies._plane_options import PlaneOptions
from ravine.studies._result import Arrays, Result, Row
from ravine.studies._study import FILMS, OnDone, Stage, unwatched
from ravine.studies._trainings import SAME, Trajectory, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ravine.renderer import Background, Run, SceneFrames
    from ravine.renderer.writers import Written


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plane(Result[PlaneOptions]):
    """The loss in a plane.

    Attributes:
        basis: Its origin and directions.
        x: Coordinates of the columns, in units of the first direction.
        y: Of the rows, in units of the second one.
        loss: The training loss.
        center_loss: At the plane's origin.
        mark_losses: At the marks of the basis, in their order.
        explained_share: The part of the paths' squared distances from the origin that lies in the plane;
            None where there is no path.
        trajectories: The training paths with their projections on the plane.
        convexity: |smallest / largest eigenvalue of the Hessian|, if it was asked for.
    """

    choices: PlaneOptions
    basis: Basis
    x: Float[np.ndarray, " columns"]
    y: Float[np.ndarray, " rows"]
    loss: Float[np.ndarray, "rows columns"]
    center_loss: float
    mark_losses: Float[np.ndarray, " marks"]
    explained_share: float | None
    trajectories: tuple[Trajectory, ...]
    convexity: Float[np.ndarray, "rows columns"] | None
    held: Fixed | None = None

    @property
    def explained_shares(self) -> tuple[float, float] | None:
        """The part of the paths' motion that each direction explains, where that is what chose them."""
        return self.basis.shares

    @property
    def axes(self) -> tuple[str, str]:
        """The directions, in words."""
        return self.basis.axes

    @property
    def points(self) -> list[dict[str, Any]]:
        """Points in the plane: label, x, y and loss."""
        return [
            {"label": label, "x": place[0], "y": place[1], "loss": loss}
            for (label, place), loss in zip(self.basis.marks.items(), self.mark_losses, strict=True)
        ]

    @property
    def curve(self) -> Float[np.ndarray, "points 2"] | None:
        """A curve in the plane."""
        return self.basis.curve

    @property
    def objective(self) -> str:
        """The loss that was measured, in words."""
        return self.basis.objective.name

    @property
    def batch_norm(self) -> str | None:
        """The source of the statistics of batch norm."""
        return self.basis.objective.batch_norm or None

    @property
    def vectors(self) -> dict[str, Any]:
        """A description of the origin and the directions."""
        return self.basis.record()

    def record(self) -> dict[str, Any]:
        return {
            "x": self.x,
            "y": self.y,
            "loss": self.loss,
            "center_loss": self.center_loss,
            "explained_share": self.explained_share,
            "explained_shares": self.explained_shares,
            "axes": self.axes,
            "points": self.points,
            "curve": self.curve,
            "convexity": self.convexity,
            "trajectories": [
                {
                    "label": path.label,
                    "step": path.steps,
                    "x": path.points[:, 0],
                    "y": path.points[:, 1],
                    "loss": path.loss,
                    "plane_loss": path.plane_loss,
                    "distance": path.distance,
                }
                for path in self.trajectories
            ],
            "verdicts": self.verdicts,
            "seed": self.seed,
            "objective": self.objective,
            "batch_norm": self.batch_norm,
            "vectors": self.vectors,
            **self.fixed_record,
        }

    def arrays(self) -> Arrays:
        return self.basis.arrays()

    @property
    def verdicts(self) -> dict[str, bool]:
        """The claims of Li et al. on planes, tested on this one."""
        basis = self.basis
        own = float(basis.objective.compiled_loss(basis.origin))
        found = {"center_is_the_loss_there": abs(self.center_loss - own) <= SAME * abs(own)}
        if self.explained_share is not None:
            found["most_motion_explained"] = self.explained_share > 0.5
        if self.trajectories:
            found["paths_leave_the_plane"] = any(path.leaves_the_plane for path in self.trajectories)
        return found

    def table(self) -> Iterator[Row]:
        yield ("kind", "label", "step", "x", "y", "loss", "plane_loss", "distance")
        for row, y in enumerate(self.y):
            for column, x in enumerate(self.x):
                yield ("plane", "", None, x, y, self.loss[row, column], self.loss[row, column], 0.0)
        for path in self.trajectories:
            columns = (path.steps, *path.points.T, path.loss, path.plane_loss, path.distance)
            for numbers in zip(*columns, strict=True):
                yield ("path", path.label, *numbers)

    def figure(self) -> "Figure":
        from ravine.renderer.figures import draw_plane

        choices = self.choices
        return draw_plane(
            self.background,
            self.paths,
            curves_of(self.basis.curve),
            subtitle=self._subtitle,
            view=choices.view,
            size=choices.size,
            theme=choices.theme,
        )

    @property
    def background(self) -> "Background":
        """The losses as films and pictures have them."""
        from ravine.renderer.figures import plane_background

        basis, choices, paths = self.basis, self.choices, self.trajectories
        marks = zip(basis.marks.items(), self.mark_losses.tolist(), strict=True)
        return plane_background(
            self.x,
            self.y,
            self.loss,
            title=choices.title or TITLES[basis.kind],
            axes=basis.axes,
            shares=basis.shares,
            start=(float(paths[0].points[0, 0]), float(paths[0].points[0, 1])) if paths else (0.0, 0.0),
            points=[(name, place, loss) for (name, place), loss in marks],
            convexity=self.convexity,
            scale=choices.scale,
            heights=choices.heights,
            theme=choices.theme,
        )

    @property
    def paths(self) -> "list[Run]":
        """The training paths as films and pictures have them."""
        return [path_of(trajectory, self.basis.lengths) for trajectory in self.trajectories]

    @property
    def _subtitle(self) -> str:
        return self.subtitle(self.objective, batch_norm=self.batch_norm or "")

    @cached_property
    def frames(self) -> "SceneFrames":
        """The training paths, moving on the plane, drawn as they are read.

        Raises:
            ValueError: there is no path.
        """
        if not self.trajectories:
            raise ValueError("A film of a plane shows training paths, and there is none; write a .png.")
        choices = self.choices
        return plane_film(
            self.background,
            self.paths,
            subtitle=self._subtitle,
            theme=choices.theme,
            size=choices.size,
            seconds=choices.seconds,
            fps=choices.fps,
            hold=choices.hold,
            view=choices.view,
            comment=self.comment,
        )

    def save(self, path: str | Path, *, on_frame: OnDone | None = None) -> "Written | None":
        """As every result, and as a film of the paths, such as .gif or .mp4.

        Returns:
            Of a film, how many frames the file holds, and why where they are not the film's number.
        """
        if Path(path).suffix.lower() not in FILMS:
            return super().save(path)
        from ravine.renderer import writers

        writers.check_path(path, self.choices.size)
        return writers.write(self.frames, path, on_frame=on_frame)


def run_plane(choices: PlaneOptions, stage: Stage = unwatched) -> Plane:
    """Train what is to be trained, find the plane and measure on it."""
    choices, held = with_rates(choices, stage), None
    if is_given(choices):
        found = given(choices, least=1)
        basis, held = basis_of_given(choices, found), _held(choices, found)
    else:
        basis = basis_of(choices, stage)
    x, y = _sides(choices.span or basis.span, choices.resolution)
    grid = np.stack([places.ravel() for places in np.meshgrid(x, y)], axis=-1)
    paths = basis.trajectories if choices.paths else ()
    projected = [_projected(basis, path) for path in paths]
    marks = np.array(list(basis.marks.values())).reshape(-1, 2)
    parts = [grid, np.zeros((1, 2)), marks, *(points for points, _ in projected)]
    places, directions = np.concatenate(parts), basis.directions
    losses = evaluated(
        choices, basis.objective, basis.origin, directions, places, title="plane", stage=stage
    )["train_loss"]
    loss, center, at_marks, *under = np.split(losses, np.cumsum([len(part) for part in parts])[:-1])
    trajectories = tuple(
        replace(path, points=points, distance=distance, plane_loss=below)
        for path, (points, distance), below in zip(paths, projected, under, strict=True)
    )
    shape = (len(y), len(x))
    return Plane(
        choices=choices,
        basis=basis,
        x=x,
        y=y,
        loss=loss.reshape(shape),
        center_loss=float(center[0]),
        mark_losses=at_marks,
        explained_share=_explained(basis, trajectories),
        trajectories=trajectories,
        convexity=_convexity(choices, basis, grid, stage).reshape(shape) if choices.convexity else None,
        held=held,
    )


def _held(choices: PlaneOptions, found: Given) -> Fixed:
    """Note what is held fixed, and as in which point where several lie on the plane."""
    if choices.kind in ("points", "pca"):
        origin = "w1" if choices.kind == "points" else "the last point"
        return fixed_on_plane(found.fixed, found.points, origin)
    return fixed_at_point(found.fixed)


def _sides(span: Span, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    x0, x1, y0, y1 = span
    return np.linspace(x0, x1, resolution), np.linspace(y0, y1, resolution)


def _projected(
    basis: Basis, path: Trajectory
) -> tuple[Float[np.ndarray, "saved 2"], Float[np.ndarray, " saved"]]:
    """The places of its iterates on the plane, and their distances from it."""
    mask = basis.objective.trained(basis.origin)
    return on_plane(path.iterates, basis.origin, *basis.directions, mask)


def _explained(basis: Basis, trajectories: tuple[Trajectory, ...]) -> float | None:
    """The share of the paths' squared distances from the origin that lies in the plane."""
    if not trajectories:
        return sum(basis.shares) if basis.shares else None
    inside = sum(float(np.nansum(path.points @ basis.products * path.points)) for path in trajectories)
    off = sum(float(np.nansum(path.distance**2)) for path in trajectories)
    return inside / (inside + off) if inside + off else 1.0


def _convexity(choices: PlaneOptions, basis: Basis, grid: np.ndarray, stage: Stage) -> np.ndarray:
    with stage("convexity", len(grid)) as on_points, basis.objective.checked():
        found = extremes_at(
            basis.objective,
            basis.origin,
            basis.directions,
            grid,
            seed=choices.seed,
            keep=cache_folder() / "grids" if choices.keep else None,
            on_points=on_points,
        )
    return found.ratio
