"""A film of training paths on a plane through a network's parameters."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from ravine.renderer import Run, Scene, SceneFrames, Timing, ViewName
from ravine.renderer.figures import PlaneBackground, PlanePicture, PlaneTrajectory, fades
from ravine.renderer.style import ThemeName, colours


def plane_film(
    picture: PlanePicture,
    *,
    notes: Sequence[str] = (),
    theme: ThemeName = "light",
    size: tuple[int, int] = (1280, 720),
    seconds: float = 8.0,
    fps: float = 25.0,
    hold: float = 2.0,
    view: ViewName = "contour",
    turn: float = 0.0,
    azimuth: float | None = None,
    comment: str = "",
) -> SceneFrames:
    """The paths of a plane as they were trained, with their own losses beside it.

    The clock counts updates: between two that were kept, a path is a straight line. A path that ends before
    the others stays at its end.

    Args:
        picture: A grid of losses, and at least one path.
        notes: The small print of each path: its hyper-parameters.
        theme: The look of everything but the paths.
        size: Width and height in pixels.
        seconds: How long the film moves; the hold of its last frame comes on top.
        fps: Frames a second.
        hold: Seconds for which the last frame stands.
        view: From above, or as a surface.
        turn: By how many degrees the camera turns about a surface.
        azimuth: Where it stands in degrees; chosen so that the paths are seen unless given.
        comment: What made the film, for the file's comment.

    Raises:
        ValueError: the picture has no path.
    """
    if not picture.trajectories:
        raise ValueError("A film of a plane shows training paths; got a picture with 0 of them.")
    counts = _counts(picture.trajectories)
    return SceneFrames(
        Scene(
            ground=PlaneBackground.of(picture).in_film(theme),
            runs=_runs(picture, counts, notes, theme=theme),
            view=view,
            turn=turn,
            azimuth=azimuth,
            size=size,
            theme=theme,
            timing=Timing(seconds=seconds, fps=fps, hold=hold),
            subtitle=picture.subtitle or picture.loss_name,
            counts=counts,
            comment=comment,
        )
    )


def _counts(paths: Sequence[PlaneTrajectory]) -> Int[np.ndarray, " counts"]:
    """The updates after which any path has an iterate."""
    return np.unique(np.concatenate([_steps(path) for path in paths]))


def _steps(path: PlaneTrajectory) -> Int[np.ndarray, " steps"]:
    return np.arange(len(path.x)) if path.step is None else path.step


def _runs(
    picture: PlanePicture,
    counts: Int[np.ndarray, " counts"],
    notes: Sequence[str],
    *,
    theme: ThemeName,
) -> tuple[Run, ...]:
    """The paths, the longest first: it lies lowest, and hides none."""
    paths = picture.trajectories
    shades = colours([path.colour_key for path in paths], theme=theme)
    description = notes or [""] * len(paths)
    runs = [
        _run(path, counts, note, colour=colour, lengths=picture.lengths)
        for path, note, colour in zip(paths, description, shades, strict=True)
    ]
    return tuple(sorted(runs, key=_length, reverse=True))


def _length(run: Run) -> float:
    """On the plane, as far as the run is real."""
    points = run.points[: run.diverged_at]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum())


def _run(
    path: PlaneTrajectory,
    counts: Int[np.ndarray, " counts"],
    note: str,
    *,
    colour: str,
    lengths: tuple[float, float],
) -> Run:
    """A path at every count of the clock."""
    steps = _steps(path)

    def over(values: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " counts"]:
        return np.interp(counts, steps, values)

    points = np.stack([over(path.x), over(path.y)], axis=-1)
    losses = np.full(len(counts), np.nan) if path.loss is None else over(path.loss)
    lost = ~np.isfinite(points).all(-1) | (~np.isfinite(losses) & (path.loss is not None))
    ends = int(np.searchsorted(counts, steps[-1]))
    return Run(
        label=path.label,
        note=note,
        colour=colour,
        points=points,
        losses=losses,
        balls={},
        diverged_at=int(lost.argmax()) if lost.any() else None,
        series={} if path.plane_loss is None else {"plane_loss": over(path.plane_loss)},
        stopped_at=ends if ends < len(counts) - 1 and not lost.any() else None,
        nearness=None if path.distance is None else 1.0 - over(fades(path, lengths)),
    )
