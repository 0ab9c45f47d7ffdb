"""Given points, checkpoints or pytrees from Python, and parameters among the numbers of a file."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import jax
import numpy as np

from ravine.core.pytree import Params, is_array, is_complex, is_floating, is_key, named_leaves
from ravine.core.recipe import RecipeError
from ravine.landscapes.networks import read_checkpoint
from ravine.studies._options import Options

_SHOWN = 6
"""How many leaves a message names."""


def points_of(choices: Options, like: Params | None) -> tuple[Params, ...]:
    """The given points, all of one form.

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
    """Checkpoints by their paths, pytrees by their places."""
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


Arrays: TypeAlias = dict[str, np.ndarray]

_PLAIN = "biufc"
"""The kinds of numbers that NumPy knows by itself."""


def arrays_of(name: str, params: Params, *, moving: bool = False) -> Arrays:
    """The leaves of parameters as arrays, such as "origin/layers.0.weight".

    Numbers that NumPy has not, such as bfloat16, are float32. A name that is taken has its place after it.

    Args:
        name: Of the parameters.
        params: Any pytree; leaves that are no numbers are left out.
        moving: Whether only leaves of real numbers are wanted, as of a direction.
    """
    arrays: Arrays = {}
    for place, (leaf_name, leaf) in enumerate(named_leaves(params)[0]):
        if is_array(leaf) and not is_key(leaf) and (is_floating(leaf) or not moving):
            key = f"{name}/{leaf_name}"
            arrays[f"{key}#{place}" if key in arrays else key] = _readable(np.asarray(leaf))
    return arrays


def trained_of(mask: Any, params: Params) -> Arrays:
    """Whether each of the leaves is trained, as "trained/layers.0.weight"."""
    known = arrays_of("trained", params)
    return {key: flag for key, flag in arrays_of("trained", mask).items() if key in known}


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """The SHA-256 of the arrays' bytes, one after the other, in hexadecimal digits."""
    found = sha256()
    for array in arrays.values():
        found.update(array.tobytes())
    return found.hexdigest()


def _readable(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in _PLAIN:
        return array
    return array.astype(np.float32 if is_floating(array) else np.int64)
