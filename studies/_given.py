"""Points that are given to a study in place of trained networks, and the loss that is looked at there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ravine.core.pytree import Params, is_array, is_complex, is_floating, named_leaves
from ravine.core.recipe import RecipeError
from ravine.landscapes import networks
from ravine.landscapes.geometry import stacked
from ravine.landscapes.networks import Objective, one_number, read_checkpoint
from ravine.studies._fixed import Fixed, fixing
from ravine.studies._options import Options
from ravine.studies._trainings import Trajectory, problem_of

_SHOWN = 6
"""The number of leaves that a message names."""


def is_given(choices: Options) -> bool:
    """Tell whether points are given in place of networks to train."""
    if choices.objective is not None and not choices.points:
        raise RecipeError(
            "An objective needs points to look at: give --from and --to, or --points, with checkpoints."
        )
    return bool(choices.points)


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """Points that are given, and the loss that is looked at there."""

    objective: Objective
    points: tuple[Params, ...]
    label: str
    fixed: Fixed

    @property
    def trajectory(self) -> Trajectory:
        """The path from each point to the next."""
        iterates = stacked(self.points, self.objective.trained(self.points[0]))
        with self.objective.checked():
            losses = jax.jit(lambda stack: jax.lax.map(self.objective.loss, stack))(iterates)
            loss = np.asarray(losses, dtype=np.float64)
        return Trajectory(
            label="given points", steps=np.arange(len(self.points)), iterates=iterates, loss=loss
        )


def given(choices: Options, *, least: int) -> Given:
    """Read the objective and the points that were given in place of trained networks.

    Raises:
        RecipeError: there are fewer points than the study needs.
        ValueError: a checkpoint cannot be read or does not match, or the objective is none.
    """
    if len(choices.points) < least:
        raise RecipeError(
            f"This study needs at least {least} given point{'s' * (least > 1)}; got {len(choices.points)}."
        )
    if choices.objective is None:
        problem = problem_of(choices, choices.networks[0])
        objective, points = problem.objective(choices.policy), points_of(choices, problem.start(choices.seed))
    else:
        points = points_of(choices, None)
        labelled = {_label(choices.points[k], k): points[k] for k in (0, -1)}
        objective = objective_of(choices.objective, labelled)
    objective, fixed = fixing(objective, choices.fixed, points[0])
    return Given(objective=objective, points=points, label=objective.name, fixed=fixed)


def objective_of(objective: Any, ends: dict[str, Params]) -> Objective:
    """Make an objective of a record, a function of a pytree, or "package.module:name".

    Raises:
        ObjectiveError: its loss fails at one of the ends, or is no finite number there.
    """
    if isinstance(objective, str):
        return networks.load_objective(objective, ends)
    # Of its own for each study: what it closes over may have changed since programs of it were compiled.
    found = replace(objective) if isinstance(objective, Objective) else _of_function(objective)
    for label, params in ends.items():
        networks.check_end(found, found.name, label, params)
    return found


def _of_function(loss: Any) -> Objective:
    if not callable(loss):
        raise RecipeError(f"An objective is a function or 'package.module:name'; got {loss!r}.")
    name = getattr(loss, "__name__", type(loss).__name__)
    return Objective.of(one_number(loss, name), name=name)


def _label(point: Any, place: int) -> str:
    return str(point) if isinstance(point, str | Path) else ("the first point", "the last point")[place]


def points_of(choices: Options, like: Params | None) -> tuple[Params, ...]:
    """Read the given points, all of one form.

    Args:
        choices: Of the study.
        like: A point of the form that is wanted; that of the first point unless given.

    Raises:
        RecipeError: a pytree is of another form, or has no numbers that are real and finite.
        CheckpointError: a checkpoint cannot be read or is of another form.
    """
    points: list[Params] = []
    for place, given in enumerate(choices.points, start=1):
        wanted = points[0] if points else like
        if isinstance(given, str | Path):
            points.append(read_checkpoint(given, wanted))
        else:
            point = jax.tree.map(_as_array, given)
            _check(point, wanted, f"Point {place} of {len(choices.points)}")
            points.append(point)
    return tuple(points)


def names_of(points: Sequence[Any]) -> tuple[str, ...]:
    """Name checkpoints by their paths, pytrees by their places."""
    named = enumerate(points, start=1)
    return tuple(str(it) if isinstance(it, str | Path) else f"point {place}" for place, it in named)


def _as_array(leaf: Any) -> Any:
    """A number of Python's as an array, which moves along a line as all others do."""
    return np.asarray(leaf, np.float32) if isinstance(leaf, float) else leaf


def _check(point: Params, like: Params | None, shown: str) -> None:
    leaves = named_leaves(point)[0]
    for name, leaf in leaves:
        if is_array(leaf) and is_complex(leaf):
            raise RecipeError(
                f"{shown} holds complex numbers, in {name!r}; give real and imaginary part as two arrays."
            )
    real = [(name, leaf) for name, leaf in leaves if is_array(leaf) and is_floating(leaf)]
    if not real:
        raise RecipeError(f"{shown} holds no real numbers; give a pytree of arrays, or a checkpoint's path.")
    for name, leaf in real:
        if not np.isfinite(np.asarray(leaf, np.float64)).all():
            raise RecipeError(
                f"{shown} holds numbers that are NaN or infinite, in {name!r}; give finite ones."
            )
    if like is not None:
        _check_form(point, like, shown)


def _check_form(point: Params, like: Params, shown: str) -> None:
    leaves, wanted = dict(named_leaves(point)[0]), dict(named_leaves(like)[0])
    if set(leaves) != set(wanted):
        raise RecipeError(f"{shown} is of another form: it has {_listed(leaves)}, and not {_listed(wanted)}.")
    for name, leaf in leaves.items():
        if np.shape(leaf) != np.shape(wanted[name]):
            shapes = f"{np.shape(leaf)} instead of {np.shape(wanted[name])}"
            raise RecipeError(f"{shown} is of another form: {name!r} has the shape {shapes}.")
    if jax.tree.structure(point) != jax.tree.structure(like):
        raise RecipeError(
            f"{shown} has the leaves of what is studied, but is of another kind: a {_kind(point)} instead of "
            f"a {_kind(like)}, or one with another activation."
        )


def _listed(leaves: dict[str, Any]) -> str:
    more = f" and {len(leaves) - _SHOWN} more" if len(leaves) > _SHOWN else ""
    return ", ".join(map(repr, list(leaves)[:_SHOWN])) + more


def _kind(point: Params) -> str:
    return type(point).__name__
