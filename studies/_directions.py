"""The directions of the plane through a network's parameters that a study looks at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import jax
import numpy as np
from jaxtyping import Float

from ravine.core.pytree import Params, flat, inner, mixed
from ravine.core.recipe import RecipeError
from ravine.landscapes.curvature import spectrum
from ravine.landscapes.geometry import filter_normalised, on_line, on_plane, plane_through, principal
from ravine.landscapes.networks import Objective
from ravine.studies._given import Given, names_of
from ravine.studies._plane_options import Directions, PlaneOptions
from ravine.studies._result import Arrays, arrays_of, digest, trained_of
from ravine.studies._study import Stage
from ravine.studies._trainings import Trained, Trajectory, check_finite, trained_control_point, trainings
from ravine.studies.training import bezier

Span: TypeAlias = tuple[float, float, float, float]
"""(x0, x1, y0, y1)."""

_PLACES_OF_THREE = (0.75, 0.875, 1.0)
"""Of a training, where the three iterates of SWA's plane are."""


_NAMES = ("direction_x", "direction_y")
"""Of the directions in a file."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """The origin and the directions of a plane through a network's parameters, and what is known of them.

    Attributes:
        kind: The rule that chose the directions.
        objective: The loss that is looked at.
        origin: A point of the plane, at the coordinates 0 and 0.
        directions: Two, not needing to be orthogonal or of length one.
        axes: The meaning of each axis, in words.
        span: The part that is looked at where none is chosen.
        marks: Points in the plane by name.
        trajectories: The paths that are drawn on it.
        shares: The part of the paths' motion that each direction explains, where that is what chose them.
        curve: A curve in the plane.
        about: The meaning of the origin, in words.
        plane_through: The points that the plane goes through, in words: checkpoints by their paths.
        known: Further facts about each direction, by name.
    """

    kind: Directions
    objective: Objective
    origin: Params
    directions: tuple[Params, Params]
    axes: tuple[str, str]
    span: Span
    marks: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    trajectories: tuple[Trajectory, ...] = ()
    shares: tuple[float, float] | None = None
    curve: Float[np.ndarray, "points 2"] | None = None
    about: str = ""
    plane_through: tuple[str, ...] = ()
    known: tuple[Mapping[str, float], Mapping[str, float]] = ({}, {})

    @cached_property
    def products(self) -> Float[np.ndarray, "2 2"]:
        """The inner products of the directions, over what is trained."""
        mask = self.objective.trained(self.origin)
        return np.array([[inner(u, v, mask) for v in self.directions] for u in self.directions])

    @property
    def lengths(self) -> tuple[float, float]:
        """The lengths of the directions, over what is trained."""
        first, second = np.sqrt(self.products.diagonal()).tolist()
        return first, second

    def arrays(self) -> Arrays:
        """The origin, both directions and what is trained, leaf by leaf, as a file holds them."""
        u, v = (arrays_of(name, it, moving=True) for name, it in zip(_NAMES, self.directions, strict=True))
        trained = trained_of(self.objective.trained(self.origin), self.origin)
        return {**arrays_of("origin", self.origin), **u, **v, **trained}

    def record(self) -> dict[str, Any]:
        """Describe the origin and the directions, so that those of a file can be told from others."""
        lengths = np.sqrt(self.products.diagonal())
        cosine = self.products[0, 1] / lengths.prod() if lengths.all() else np.nan
        directions = zip(_NAMES, self.directions, self.axes, self.known, lengths, strict=True)
        return {
            "origin": {"label": self.about, "digest": digest(arrays_of("origin", self.origin))},
            "directions": [
                {
                    "label": label,
                    "kind": self.kind,
                    **known,
                    "norm": length,
                    "digest": digest(arrays_of(name, direction, moving=True)),
                }
                for name, direction, label, known, length in directions
            ],
            "inner_product": self.products[0, 1],
            "angle": np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))),
            "through": self.plane_through or None,
            "parameters": len(flat(self.origin, self.objective.trained(self.origin))),
        }


_SEEDS = {"solutions": 3, "bend": 2}
"""The number of seeds with which a kind of plane trains a single optimizer."""

_OF_ONE_SOLUTION = ("pca", "random", "hessian")
"""Kinds that need the first solution alone; other runs may diverge, and are shown as far as they are real."""


def basis_of(choices: PlaneOptions, stage: Stage) -> Basis:
    """Train what the chosen plane needs, and find its directions."""
    kind = choices.kind
    if kind == "points":
        raise RecipeError("directions points is for points that are given; for trained ones it is solutions.")
    _check_runs(choices, kind)
    seeds = _SEEDS.get(kind, 1) if len(choices.optimizers) == 1 else 1
    runs = [run for seed in range(seeds) for run in trainings(choices, stage, seed=choices.seed + seed)]
    for run in runs[:1] if kind in _OF_ONE_SOLUTION else runs:
        check_finite(run)
    return _MAKERS[kind](choices, runs[0].problem.objective(choices.policy), runs, stage)


def _check_runs(choices: PlaneOptions, kind: Directions) -> None:
    """Refuse what no plane goes through, before anything is trained."""
    if len(choices.networks) > 1:
        raise RecipeError("A plane goes through the parameters of one network; give one, not several.")
    count, wanted = len(choices.optimizers), _SEEDS.get(kind, 1)
    if kind in _SEEDS and count not in (1, wanted):
        raise RecipeError(
            f"directions {kind} takes {wanted} solutions, of one optimizer or of {wanted}; "
            f"got {count} optimizers."
        )


def basis_of_given(choices: PlaneOptions, found: Given) -> Basis:
    """Find the directions that suit the number of given points: random ones, three points, or PCA."""
    points, objective = found.points, found.objective
    mask = objective.trained(points[0])
    kind, names = choices.kind, names_of(choices.points)
    if kind == "random":
        return replace(_random(choices, objective, points[-1], mask), about=names[-1])
    if kind == "hessian":
        return replace(_hessian(choices, objective, points[-1], points[0]), about=names[-1])
    if kind == "points" and len(points) == 3:
        basis = _three(objective, points, ("w1", "w2", "w3"), mask)
        return replace(basis, about=names[0], plane_through=names)
    if kind == "pca":
        basis = _principal(objective, points, points[-1], mask)
        return replace(basis, trajectories=(found.trajectory,), about=names[-1], plane_through=names)
    raise RecipeError(
        f"directions {kind} do not go with the {len(points)} given points: "
        "random and hessian take 1 or more, pca 3 or more, and points 3."
    )


def _random_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
    del stage
    solution = runs[0].solution
    basis = _random(choices, objective, solution, objective.trained(solution))
    return _with_paths(basis, runs)


def _random(choices: PlaneOptions, objective: Objective, origin: Params, mask: Params) -> Basis:
    keys = jax.random.split(jax.random.key(choices.seed))
    first, second = (filter_normalised(key, origin, mask) for key in keys)
    return Basis(
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


def _pca_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
    del choices, stage
    origin = runs[0].solution
    mask = objective.trained(origin)
    paths = [run.training.iterates for run in runs if run.ends_finite]
    stacked = jax.tree.map(lambda *kept: np.concatenate(kept), *paths)
    basis = _principal(objective, stacked, origin, mask)
    labels = tuple(run.label for run in runs if run.ends_finite)
    return _with_paths(basis, runs, about=f"solution of {runs[0].label}", plane_through=labels)


def _principal(objective: Objective, iterates: Params, origin: Params, mask: Params) -> Basis:
    found = principal(iterates, mask, origin=origin)
    coordinates, _ = on_plane(iterates, origin, found.u, found.v, mask)
    one, two = found.shares[:2]
    return Basis(
        kind="pca",
        objective=objective,
        origin=origin,
        directions=(found.u, found.v),
        axes=("first principal component", "second principal component"),
        span=_around(coordinates, margin=0.18),
        shares=(float(one), float(two)),
        known=({"explained_share": one}, {"explained_share": two}),
    )


def _residual_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
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
    basis = Basis(
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
    return _with_paths(basis, runs[:1])


def _hessian_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
    del stage
    return _with_paths(_hessian(choices, objective, runs[0].solution, runs[0].start), runs)


def _hessian(choices: PlaneOptions, objective: Objective, origin: Params, start: Params) -> Basis:
    found = spectrum(objective, origin, top=2, bottom=1, seed=choices.seed)
    first, second = found.top_vectors[:2]
    height = max(float(objective.compiled_loss(start)), 1e-3)
    reach = [float(np.sqrt(2.0 * height / max(abs(value), 1e-6))) for value in found.top[:2]]
    return Basis(
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


def _swa_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
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
    basis = _three(objective, points, names, objective.trained(points[0]))
    x, y = np.mean(list(basis.marks.values()), axis=0).tolist()
    return _with_paths(basis, runs, kind="swa", marks={**basis.marks, "their average": (x, y)})


def _solutions_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
    del stage
    points = [run.solution for run in runs[:3]]
    same = len(choices.optimizers) == 1
    labels = [f"seed {choices.seed + n}" if same else run.label for n, run in enumerate(runs[:3])]
    basis = _three(objective, points, tuple(labels), objective.trained(points[0]))
    return replace(basis, kind="solutions")


def _curve_of(choices: PlaneOptions, objective: Objective, runs: list[Trained], stage: Stage) -> Basis:
    first, second = runs
    mask = objective.trained(first.solution)
    ends = (first.solution, second.solution)
    points = (*ends, trained_control_point(choices, first.problem, *ends, stage, mask=mask))
    basis = _three(objective, points, ("solution A", "solution B", "bend"), mask)
    corners = np.array(list(basis.marks.values()))
    weights = bezier(np.linspace(0.0, 1.0, 101))  # of the control point and of the second solution
    curve = corners[0] + weights @ (corners[[2, 1]] - corners[0])
    return replace(basis, kind="bend", curve=curve)


def _three(objective: Objective, points: Sequence[Params], names: tuple[str, ...], mask: Params) -> Basis:
    w1, w2, w3 = points
    found = plane_through(w1, w2, w3, mask)
    return Basis(
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


def _with_paths(basis: Basis, runs: Sequence[Trained], **others: Any) -> Basis:
    paths = tuple(run.measured_by(basis.objective) for run in runs)
    return replace(basis, trajectories=paths, **others)


def _around(points: Float[np.ndarray, "points 2"], *, margin: float) -> Span:
    """A box around points, with a margin in shares of its longer side."""
    low, high = points.min(axis=0), points.max(axis=0)
    widest = float((high - low).max()) or 1.0
    size = np.maximum(high - low, 0.5 * widest)
    middle, half = (low + high) / 2, size / 2 + margin * widest
    (x0, y0), (x1, y1) = (middle - half).tolist(), (middle + half).tolist()
    return x0, x1, y0, y1


_MAKERS: Mapping[Directions, Callable[[PlaneOptions, Objective, list[Trained], Stage], Basis]] = {
    "random": _random_of,
    "pca": _pca_of,
    "residual": _residual_of,
    "hessian": _hessian_of,
    "swa": _swa_of,
    "solutions": _solutions_of,
    "bend": _curve_of,
}
