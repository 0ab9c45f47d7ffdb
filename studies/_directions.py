"""Which plane through a network's parameters a study looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import jax
import numpy as np
from jaxtyping import Float

from ravine.core.progress import Stage
from ravine.core.pytree import Params, inner, mixed
from ravine.core.recipe import RecipeError
from ravine.landscapes.curvature import spectrum
from ravine.landscapes.geometry import filter_normalised, on_line, on_plane, plane_through, principal
from ravine.landscapes.networks import Objective
from ravine.studies._checkpoints import names_of
from ravine.studies._control_point import trained_control_point
from ravine.studies._paths import Way, way_of_points, way_of_training
from ravine.studies._plane_options import PlaneOptions
from ravine.studies._subjects import Given, Trained, check_finite, stays_finite, trainings
from ravine.studies.training import bezier

Span: TypeAlias = tuple[float, float, float, float]
"""(x0, x1, y0, y1)."""

_PLACES_OF_THREE = (0.75, 0.875, 1.0)
"""Of a training, where the three iterates of SWA's plane are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """A plane through a network's parameters.

    Attributes:
        kind: What chose its directions.
        directions: Two, not needing to be orthogonal or of length one.
        axes: What they are, in words.
        span: The part that is looked at where none is chosen.
        marks: Points in the plane by name.
        ways: Those that are drawn on it.
        shares: What part of the ways' motion each direction explains, where that is what chose them.
        curve: A curve in the plane.
        about: What the origin is, in words.
        through: What the plane goes through, in words: checkpoints by their paths.
        known: What else is known of each direction, by name.
    """

    kind: str
    objective: Objective
    origin: Params
    directions: tuple[Params, Params]
    axes: tuple[str, str]
    span: Span
    marks: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    shares: tuple[float, float] | None = None
    curve: Float[np.ndarray, "points 2"] | None = None
    about: str = ""
    plane_through: tuple[str, ...] = ()
    known: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})

    @cached_property
    def products(self) -> Float[np.ndarray, "2 2"]:
        """The inner products of the directions, over what is trained."""
        mask = self.objective.trained(self.origin)
        return np.array([[inner(u, v, mask) for v in self.directions] for u in self.directions])


_SEEDS = {"solutions": 3, "bend": 2}
"""How many seeds a kind of plane trains a single optimizer with."""

_OF_ONE_SOLUTION = ("pca", "random", "hessian")
"""Kinds that need the first solution alone; other runs may diverge, and are shown as far as they are real."""


def plane_of(choices: PlaneOptions, stage: Stage) -> Plane:
    """Train what the chosen plane needs, and find it."""
    kind = choices.kind
    if kind == "points":
        raise RecipeError("directions points is for points that are given; for trained ones it is solutions.")
    _check_runs(choices, kind)
    seeds = _SEEDS.get(kind, 1) if len(choices.optimizers) == 1 else 1
    runs = [run for seed in range(seeds) for run in trainings(choices, stage, seed=choices.seed + seed)]
    for run in runs[:1] if kind in _OF_ONE_SOLUTION else runs:
        check_finite(run)
    return _MAKERS[kind](choices, runs[0].problem.objective(choices.policy), runs, stage)


def _check_runs(choices: PlaneOptions, kind: str) -> None:
    """Refuse what no plane goes through, before anything is trained."""
    if len(choices.networks) > 1:
        raise RecipeError("A plane goes through the parameters of one network; give one, not several.")
    count, wanted = len(choices.optimizers), _SEEDS.get(kind, 1)
    if kind in _SEEDS and count not in (1, wanted):
        raise RecipeError(
            f"directions {kind} takes {wanted} solutions, of one optimizer or of {wanted}; "
            f"got {count} optimizers."
        )


def plane_of_given(choices: PlaneOptions, found: Given) -> Plane:
    """The plane that suits the number of given points: random directions, three points, or PCA."""
    points, objective = found.points, found.objective
    mask = objective.trained(points[0])
    kind, names = choices.kind, names_of(choices.points)
    if kind == "random":
        return replace(_random(choices, objective, points[-1], mask), about=names[-1])
    if kind == "hessian":
        return replace(_hessian(choices, objective, points[-1], points[0]), about=names[-1])
    if kind == "points" and len(points) == 3:
        plane = _three(objective, points, ("w1", "w2", "w3"), mask)
        return replace(plane, about=names[0], plane_through=names)
    if kind == "pca":
        plane = _principal(objective, points, points[-1], mask)
        ways = (way_of_points(points, objective),)
        return replace(plane, ways=ways, about=names[-1], plane_through=names)
    raise RecipeError(
        f"directions {kind} do not go with the {len(points)} given points: "
        "random and hessian take 1 or more, pca 3 or more, and points 3."
    )


def _random_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    del stage
    solution = runs[0].solution
    plane = _random(choices, objective, solution, objective.trained(solution))
    return _with_ways(plane, runs)


def _random(choices: PlaneOptions, objective: Objective, origin: Params, mask: Params) -> Plane:
    keys = jax.random.split(jax.random.key(choices.seed))
    first, second = (filter_normalised(key, origin, mask) for key in keys)
    return Plane(
        kind="random",
        objective=objective,
        origin=origin,
        directions=(first, second),
        axes=("random direction, filter-normalised", "another random direction"),
        span=(-1.0, 1.0, -1.0, 1.0),
        about="solution",
        known=({"seed": choices.seed}, {"seed": choices.seed}),
        marks={"given point" if choices.points else "solution": (0.0, 0.0)},
    )


def _pca_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    del choices, stage
    origin = runs[0].solution
    mask = objective.trained(origin)
    paths = [run.training.iterates for run in runs if stays_finite(run)]
    stacked = jax.tree.map(lambda *kept: np.concatenate(kept), *paths)
    plane = _principal(objective, stacked, origin, mask)
    labels = tuple(run.label for run in runs if stays_finite(run))
    return _with_ways(plane, runs, about=f"solution of {runs[0].label}", plane_through=labels)


def _principal(objective: Objective, iterates: Any, origin: Params, mask: Params) -> Plane:
    found = principal(iterates, mask, origin=origin)
    coordinates, _ = on_plane(iterates, origin, found.u, found.v, mask)
    one, two = found.shares[:2]
    return Plane(
        kind="pca",
        objective=objective,
        origin=origin,
        directions=(found.u, found.v),
        axes=("first principal component", "second principal component"),
        span=_around(coordinates, margin=0.18),
        shares=(float(one), float(two)),
        known=({"explained_share": one}, {"explained_share": two}),
    )


def _residual_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    """Goodfellow's plane: along the line from start to solution, and to the iterate that is farthest from it.

    Both directions are as long as the line, so that a height is a residual in its units.
    """
    del choices, stage
    run = runs[0]
    start, solution, iterates = run.start, run.solution, run.training.iterates
    mask = objective.trained(start)
    _, residuals = on_line(iterates, start, solution, mask)
    farthest_at = int(residuals.argmax())
    farthest = run.training.iterate(farthest_at)
    found = plane_through(start, solution, farthest, mask)
    length = float(found.coordinates[1, 0])
    along, away = (mixed([(length, direction)]) for direction in (found.u, found.v))
    plane = Plane(
        kind="residual",
        objective=objective,
        origin=start,
        directions=(along, away),
        axes=("share of the way from start to solution", "distance from the line"),
        span=_around(found.coordinates / length, margin=0.1),
        marks={"start": (0.0, 0.0), "solution": (1.0, 0.0)},
        about="start",
        plane_through=("start", "solution", f"step {run.training.steps[farthest_at]}"),
    )
    return _with_ways(plane, runs[:1])


def _hessian_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    del stage
    return _with_ways(_hessian(choices, objective, runs[0].solution, runs[0].start), runs)


def _hessian(choices: PlaneOptions, objective: Objective, origin: Params, start: Params) -> Plane:
    found = spectrum(objective, origin, top=2, bottom=1, seed=choices.seed)
    first, second = found.top_vectors[:2]
    reach = [
        float(np.sqrt(2.0 * max(float(objective.loss(start)), 1e-3) / max(abs(value), 1e-6)))
        for value in found.top[:2]
    ]
    return Plane(
        kind="hessian",
        objective=objective,
        origin=origin,
        directions=(first, second),
        axes=(_eigenvector("first", found.top[0]), _eigenvector("second", found.top[1])),
        span=(-reach[0], reach[0], -reach[1], reach[1]),
        about="solution",
        known=({"eigenvalue": found.top[0]}, {"eigenvalue": found.top[1]}),
        marks={"given point" if choices.points else "solution": (0.0, 0.0)},
    )


def _eigenvector(place: str, value: float) -> str:
    return f"{place} Hessian eigenvector, λ = {value:.3g}"


def _swa_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    del choices, stage
    run = runs[0]
    kept = len(run.training.steps)
    places = [round(share * (kept - 1)) for share in _PLACES_OF_THREE]
    if len(set(places)) < 3:
        raise RecipeError(
            f"SWA's plane takes three of the last iterates of those kept, which are {kept}; keep more with a "
            "smaller keep_every, or train for more steps."
        )
    points = [run.training.iterate(place) for place in places]
    names = tuple(f"step {run.training.steps[place]}" for place in places)
    plane = _three(objective, points, names, objective.trained(points[0]))
    x, y = np.mean(list(plane.marks.values()), axis=0).tolist()
    return _with_ways(plane, runs, kind="swa", marks={**plane.marks, "their average": (x, y)})


def _solutions_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    del stage
    points = [run.solution for run in runs[:3]]
    same = len(choices.optimizers) == 1
    labels = [f"seed {choices.seed + n}" if same else run.label for n, run in enumerate(runs[:3])]
    plane = _three(objective, points, tuple(labels), objective.trained(points[0]))
    return replace(plane, kind="solutions")


def _bend_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Plane:
    first, second = runs
    mask = objective.trained(first.solution)
    bend = trained_control_point(choices, first.problem, first.solution, second.solution, stage, mask=mask)
    points = (first.solution, second.solution, bend)
    plane = _three(objective, points, ("solution A", "solution B", "bend"), mask)
    corners = np.array(list(plane.marks.values()))
    weights = bezier(np.linspace(0.0, 1.0, 101))  # of the bend and of the second solution
    curve = corners[0] + weights @ (corners[[2, 1]] - corners[0])
    return replace(plane, kind="bend", curve=curve)


def _three(objective: Objective, points: Sequence[Params], names: tuple[str, ...], mask: Params) -> Plane:
    w1, w2, w3 = points
    found = plane_through(w1, w2, w3, mask)
    return Plane(
        kind="points",
        objective=objective,
        origin=w1,
        directions=(found.u, found.v),
        axes=(f"distance from {names[0]} towards {names[1]}", f"distance towards {names[2]}"),
        span=_around(found.coordinates, margin=0.35),
        about=names[0],
        plane_through=names,
        marks={name: (float(x), float(y)) for name, (x, y) in zip(names, found.coordinates, strict=True)},
    )


def _with_ways(plane: Plane, runs: Sequence[Trained], **others: Any) -> Plane:
    return replace(plane, ways=tuple(way_of_training(run, plane.objective) for run in runs), **others)


def _around(points: Float[np.ndarray, "points 2"], *, margin: float) -> Span:
    """A box around points, with a margin in shares of its longer side."""
    low, high = points.min(axis=0), points.max(axis=0)
    widest = float((high - low).max()) or 1.0
    size = np.maximum(high - low, 0.5 * widest)
    middle, half = (low + high) / 2, size / 2 + margin * widest
    (x0, y0), (x1, y1) = (middle - half).tolist(), (middle + half).tolist()
    return x0, x1, y0, y1


_MAKERS: Mapping[str, Any] = {
    "random": _random_of,
    "pca": _pca_of,
    "residual": _residual_of,
    "hessian": _hessian_of,
    "swa": _swa_of,
    "solutions": _solutions_of,
    "bend": _bend_of,
}
