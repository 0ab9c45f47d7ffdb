"""The loss in a plane through a network's parameters, with the training paths on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Float, Int

from ravine.core.cache import cache_folder
from ravine.core.progress import OnDone, Stage, unwatched
from ravine.landscapes.curvature import extremes_at
from ravine.landscapes.geometry import on_plane
from ravine.studies._checkpoints import Arrays
from ravine.studies._directions import Plane as Background
from ravine.studies._directions import Span, plane_of, plane_of_given
from ravine.studies._fixed import Fixed, fixed_at_point, fixed_on_plane
from ravine.studies._measure import evaluated
from ravine.studies._paths import Way
from ravine.studies._plane_file import arrays_of_plane, record_of_plane
from ravine.studies._plane_options import PlaneOptions
from ravine.studies._result import Result, Row
from ravine.studies._study import FILMS
from ravine.studies._subjects import Given, given, is_given, with_rates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ravine.renderer import SceneFrames
    from ravine.renderer.writers import Written


_SAME = 1e-5
"""Losses that are computed along two ways agree to this part of them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory:
    """A training path seen from a plane.

    Attributes:
        steps: Whose iterates were kept.
        points: Their projections on the plane, in its coordinates.
        loss: Their own training loss.
        plane_loss: The plane's under them.
        distance: How far from the plane they are.
    """

    label: str
    rule: str
    note: str
    steps: Int[np.ndarray, " kept"]
    points: Float[np.ndarray, "kept 2"]
    loss: Float[np.ndarray, " kept"]
    plane_loss: Float[np.ndarray, " kept"]
    distance: Float[np.ndarray, " kept"]

    @property
    def leaves_the_plane(self) -> bool:
        """Whether its own loss is another one than the plane's under it."""
        with np.errstate(invalid="ignore"):
            return bool(np.any(np.abs(self.loss - self.plane_loss) > _SAME * np.abs(self.loss)))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plane(Result[PlaneOptions]):
    """The loss in a plane.

    Attributes:
        x: Coordinates of the columns, in units of the first direction.
        y: Of the rows, in units of the second one.
        loss: The training loss.
        center_loss: At the plane's origin.
        mark_losses: At the ground's marks, in their order.
        explained_share: What part of the paths' squared distances from the origin lies in the plane; None
            where there is no path.
        convexity: |smallest / largest eigenvalue of the Hessian|, if it was asked for.
    """

    choices: PlaneOptions
    ground: Background
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
        """What part of the paths' motion each direction explains, where that is what chose them."""
        return self.ground.shares

    @property
    def axes(self) -> tuple[str, str]:
        """What the directions are, in words."""
        return self.ground.axes

    @property
    def points(self) -> list[dict[str, Any]]:
        """Points in the plane: label, x, y and loss."""
        return [
            {"label": label, "x": place[0], "y": place[1], "loss": loss}
            for (label, place), loss in zip(self.ground.marks.items(), self.mark_losses, strict=True)
        ]

    @property
    def curve(self) -> Float[np.ndarray, "points 2"] | None:
        """A curve in the plane."""
        return self.ground.curve

    @property
    def objective(self) -> str:
        """What was measured, in words."""
        return self.ground.objective.name

    @property
    def batch_norm(self) -> str | None:
        """Where its statistics come from."""
        return self.ground.objective.batch_norm or None

    @property
    def vectors(self) -> dict[str, Any]:
        """What the origin and the directions are."""
        return record_of_plane(self.ground)

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
        return arrays_of_plane(self.ground)

    @property
    def verdicts(self) -> dict[str, bool]:
        """What Li et al. say of planes, asked of this one."""
        ground = self.ground
        own = float(jax.jit(ground.objective.loss)(ground.origin))
        found = {"center_is_the_loss_there": abs(self.center_loss - own) <= _SAME * abs(own)}
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
        from ravine.studies._plane_figure import picture_of

        return draw_plane(picture_of(self._itself), view=self.choices.view, **self.look)

    @cached_property
    def frames(self) -> "SceneFrames":
        """The training paths, moving on the plane, drawn as they are read.

        Raises:
            ValueError: there is no path.
        """
        from ravine.studies._plane_figure import film_of

        if not self.trajectories:
            raise ValueError("A film of a plane shows training paths, and there is none; write a .png.")
        return film_of(self._itself)

    def save(self, path: str | Path, *, on_frame: OnDone | None = None) -> "Written | None":
        """As every result, and as a film: .gif, .mp4, .webm or .webp.

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
        ground, held = plane_of_given(choices, found), _held(choices, found)
    else:
        ground = plane_of(choices, stage)
    x, y = _sides(choices.span or ground.span, choices.resolution)
    grid = np.stack([places.ravel() for places in np.meshgrid(x, y)], axis=-1)
    paths = [_projected(ground, way) for way in ground.ways] if choices.paths else []
    marks = np.array(list(ground.marks.values())).reshape(-1, 2)
    parts = [grid, np.zeros((1, 2)), marks, *(points for points, _ in paths)]
    places, directions = np.concatenate(parts), ground.directions
    losses = evaluated(
        choices, ground.objective, ground.origin, directions, places, title="plane", stage=stage
    )["train_loss"]
    loss, center, at_marks, *under = np.split(losses, np.cumsum([len(part) for part in parts])[:-1])
    trajectories = tuple(
        _trajectory(way, *path, plane_loss=below)
        for way, path, below in zip(ground.ways, paths, under, strict=False)
    )
    shape = (len(y), len(x))
    return Plane(
        choices=choices,
        ground=ground,
        x=x,
        y=y,
        loss=loss.reshape(shape),
        center_loss=float(center[0]),
        mark_losses=at_marks,
        explained_share=_explained(ground, trajectories),
        trajectories=trajectories,
        convexity=_convexity(choices, ground, grid, stage).reshape(shape) if choices.convexity else None,
        held=held,
    )


def _held(choices: PlaneOptions, found: Given) -> Fixed:
    """What is held fixed, and as in which point where several lie on the plane."""
    if choices.kind in ("points", "pca"):
        origin = "w1" if choices.kind == "points" else "the last point"
        return fixed_on_plane(found.fixed, found.points, origin)
    return fixed_at_point(found.fixed)


def _sides(span: Span, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    x0, x1, y0, y1 = span
    return np.linspace(x0, x1, resolution), np.linspace(y0, y1, resolution)


def _projected(ground: Background, way: Way) -> tuple[np.ndarray, np.ndarray]:
    mask = ground.objective.trained(ground.origin)
    return on_plane(way.points, ground.origin, *ground.directions, mask)


def _trajectory(way: Way, points: np.ndarray, distance: np.ndarray, *, plane_loss: np.ndarray) -> Trajectory:
    return Trajectory(
        label=way.label,
        rule=way.rule,
        note=way.note,
        steps=way.steps,
        points=points,
        loss=way.loss,
        plane_loss=plane_loss,
        distance=distance,
    )


def _explained(ground: Background, trajectories: tuple[Trajectory, ...]) -> float | None:
    """The share of the paths' squared distances from the origin that lies in the plane."""
    if not trajectories:
        return sum(ground.shares) if ground.shares else None
    inside = sum(float(np.nansum(path.points @ ground.products * path.points)) for path in trajectories)
    off = sum(float(np.nansum(path.distance**2)) for path in trajectories)
    return inside / (inside + off) if inside + off else 1.0


def _convexity(choices: PlaneOptions, ground: Background, grid: np.ndarray, stage: Stage) -> np.ndarray:
    with stage("convexity", len(grid)) as on_points, ground.objective.checked():
        found = extremes_at(
            ground.objective,
            ground.origin,
            ground.directions,
            grid,
            seed=choices.seed,
            keep=cache_folder() / "grids" if choices.keep else None,
            on_points=on_points,
        )
    return found.ratio
