"""An objective's measures at many points of a line or plane: compiled once, resumable, on all devices."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ravine.core.fingerprint import fingerprint
from ravine.core.pytree import Params
from ravine.landscapes.evaluation._grid_cache import own_part, source_of
from ravine.landscapes.evaluation._program import Program, program_for
from ravine.landscapes.networks import TRAIN_LOSS, Objective

_CALL = 0.5
"""Seconds that one call should take: so often a bar moves, and so long an interrupt waits."""

OnPoints: TypeAlias = Callable[[int], None]


def evaluate(
    objective: Objective,
    origin: Params,
    directions: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    *,
    wanted: Sequence[str] = (TRAIN_LOSS,),
    memory_mb: int = 1024,
    keep: Path | None = None,
    on_points: OnPoints | None = None,
) -> dict[str, Float[np.ndarray, " points"]]:
    """The measures at `origin + sum_k coordinates[:, k] * directions[k]`.

    All leaves that hold real numbers move, trained or not. What is compiled depends on shapes alone: other
    points, directions and origins of the same form compile nothing.

    Args:
        objective: The losses and measures to evaluate.
        origin: Parameters.
        directions: Of the parameters' form.
        coordinates: Of the points, a row each.
        wanted: Names of the measures; no others are computed.
        memory_mb: The memory that the evaluation may take in MB, on each device that has memory of its own.
        keep: A folder for numbers, so that a grid that was ended goes on where it stopped. Nothing is kept
            of an objective outside JAX that has no identity, nor where the folder cannot be written.
        on_points: Told how many points are done, every moment or so; what it raises ends the evaluation.

    Raises:
        ValueError: forms that do not agree, an unknown measure, or too little memory.
    """
    basis, points = _checked(origin, directions, coordinates)
    identified = objective
    if keep is not None and not objective.identity:
        identified = replace(objective, identity=fingerprint(partial(_wanted, objective, wanted), basis[0]))
    source = partial(source_of, identified, basis, points, wanted)
    folder = keep if identified.identity else None
    with own_part(folder, source, points=len(points), measures=len(wanted)) as (grid, left):
        if on_points is not None and grid.done.any():
            on_points(int(grid.done.sum()))
        if len(left):
            program = program_for(objective, wanted, basis, points=len(points), megabytes=memory_mb)
            subspace = program.subspace(basis)
            for rows in _calls(left, program):
                with objective.checked():
                    values = program(subspace, points[rows])
                grid.put(rows, values)
                if on_points is not None:
                    on_points(int(grid.done.sum()))
    return {name: grid.values[:, column] for column, name in enumerate(wanted)}


def _wanted(objective: Objective, wanted: Sequence[str], params: Params) -> list[Any]:
    """The wanted measures, all else left out; an unknown one is told of later."""
    measures = objective.at(params)
    return [measures[name] for name in wanted if name in measures]


def _calls(left: Int[np.ndarray, " points"], program: Program) -> Iterator[Int[np.ndarray, " rows"]]:
    """The points in parts that each take about as long as a call should."""
    size, place = program.batch, 0
    while place < len(left):
        begun = perf_counter()
        yield left[place : place + size]
        place += size
        times = _CALL / max(perf_counter() - begun, 1e-9)
        size = program.batch * min(program.most // program.batch, max(1, int(size / program.batch * times)))


def _checked(
    origin: Params, directions: Sequence[Params], coordinates: Float[np.ndarray, "points k"]
) -> tuple[tuple[Params, ...], Float[np.ndarray, "points k"]]:
    points = np.asarray(coordinates)
    if points.ndim != 2 or points.shape[1] != len(directions):
        raise ValueError(
            f"Points have one coordinate for each of {len(directions)} directions; "
            f"got coordinates of the shape {points.shape}."
        )
    basis = tuple(jax.tree.map(jnp.asarray, tree) for tree in (origin, *directions))
    for direction in basis[1:]:
        _check_form(direction, basis[0])
    return basis, points


def _check_form(direction: Params, origin: Params) -> None:
    if jax.tree.structure(direction) != jax.tree.structure(origin):
        raise ValueError(
            f"A direction has the form of the parameters, {jax.tree.structure(origin)}; "
            f"got {jax.tree.structure(direction)}."
        )
    pairs = zip(jax.tree.leaves_with_path(origin), jax.tree.leaves(direction), strict=True)
    for (path, leaf), own in pairs:
        if leaf.shape != own.shape:
            name = jax.tree_util.keystr(path)
            raise ValueError(
                f"A direction has the shapes of the parameters; {name} has {leaf.shape}, "
                f"and in a direction {own.shape}."
            )
