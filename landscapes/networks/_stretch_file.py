"""A stretch of a training as a file of named arrays."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from ravine.landscapes.networks._leaves import named_leaves
from ravine.landscapes.networks._network import Model
from ravine.landscapes.networks._safetensors import (
    SafetensorsError,
    read_safetensors,
    read_safetensors_texts,
    write_safetensors,
)
from ravine.landscapes.networks._stretch import Stretch

_STEPS = "steps"
_BATCH_LOSSES = "batch_losses"
_MEASURE = "measure."
_ITERATE = "iterate."
_CARRIED = "carried."
_DIGEST = "digest"


class Like(NamedTuple):
    """The shapes and types of a training's network, and of what it carries from step to step."""

    model: Model
    carried: Sequence[Any]


def write_stretch(path: Path, stretch: Stretch) -> None:
    """Write the file, whole or not at all.

    Raises:
        OutputError: the path cannot be a target.
        OSError: the disk is full, or failed otherwise.
    """
    arrays = {
        _STEPS: stretch.steps,
        _BATCH_LOSSES: stretch.batch_losses,
        **{_MEASURE + name: values for name, values in stretch.measures.items()},
        **{_ITERATE + name: leaf for name, leaf in named_leaves(stretch.iterates)[0]},
        **{f"{_CARRIED}{number}": leaf for number, leaf in enumerate(stretch.carried or ())},
    }
    write_safetensors(path, arrays, {_DIGEST: _digest(arrays)})


def read_stretch(path: Path, first: int, last: int, like: Like) -> Stretch:
    """The stretch between two steps that a file holds.

    Raises:
        OSError: there is no such file.
        SafetensorsError: it is damaged or holds something else.
    """
    arrays = read_safetensors(path)
    if read_safetensors_texts(path).get(_DIGEST) != _digest(arrays):
        raise SafetensorsError(f"'{path}' is damaged; write it anew.")
    names, structure = named_leaves(like.model)
    iterates = [arrays.get(_ITERATE + name) for name, _ in names]
    carried = [arrays.get(f"{_CARRIED}{number}") for number in range(len(like.carried))]
    fits = all(map(_fits, iterates, (leaf for _, leaf in names), [1] * len(names)))
    fits &= all(map(_fits, carried, like.carried, [0] * len(carried)))
    if not fits or len(arrays[_BATCH_LOSSES]) != last - first:
        raise SafetensorsError(f"'{path}' holds another run; write it anew.")
    return Stretch(
        first=first,
        steps=arrays[_STEPS],
        iterates=jax.tree.unflatten(structure, iterates),
        batch_losses=arrays[_BATCH_LOSSES],
        measures={n.removeprefix(_MEASURE): arrays[n] for n in sorted(arrays) if n.startswith(_MEASURE)},
        carried=tuple(array for array in carried if array is not None),
    )


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _fits(array: np.ndarray | None, like: Any, axes: int) -> bool:
    """Whether an array is like another one, but for its first axes."""
    return array is not None and array.shape[axes:] == like.shape and array.dtype == like.dtype
