"""A segment of a training: what one part of the steps led through and where the next begins, and its file."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from ravine.core.pytree import named_leaves
from ravine.landscapes.networks import (
    Model,
    SafetensorsError,
    read_safetensors,
    read_safetensors_texts,
    write_safetensors,
)


class Segment(NamedTuple):
    """Steps one after the other. All arrays lie on the host.

    Attributes:
        first: The number of steps before it.
        steps: The steps after which the iterate was saved; 0, the start, is part of the first segment.
        iterates: As one network whose leaves have a first axis for the saved iterates.
        batch_losses: Of every step's minibatch, at the iterate before the step.
        measures: At the saved iterates.
        carried: The train state after the last step, leaf by leaf; None where that was cut off.
    """

    first: int
    steps: Int[np.ndarray, " saved"]
    iterates: Model
    batch_losses: Float[np.ndarray, " taken"]
    measures: Mapping[str, Float[np.ndarray, " saved"]]
    carried: tuple[np.ndarray, ...] | None

    @property
    def last(self) -> int:
        """The number of steps at its end."""
        return self.first + len(self.batch_losses)

    def iterate(self, place: int) -> Model:
        """The saved iterate at this place."""
        return jax.tree.map(lambda leaf: leaf[place], self.iterates)

    def up_to(self, step: int) -> "Segment":
        """Its part up to a step after which the iterate was saved."""
        if step >= self.last:
            return self
        within = self.steps <= step
        return Segment(
            first=self.first,
            steps=self.steps[within],
            iterates=jax.tree.map(lambda leaf: leaf[within], self.iterates),
            batch_losses=self.batch_losses[: step - self.first],
            measures={name: values[within] for name, values in self.measures.items()},
            carried=None,
        )


def joined(segments: Sequence[Segment]) -> Segment:
    """Join segments, each of which goes on where the one before it ended."""
    if len(segments) == 1:
        return segments[0]
    steps, iterates, batch_losses, measures = jax.tree.map(
        lambda *parts: np.concatenate(parts),
        *((one.steps, one.iterates, one.batch_losses, dict(one.measures)) for one in segments),
    )
    return Segment(segments[0].first, steps, iterates, batch_losses, measures, segments[-1].carried)


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


def write_segment(path: Path, segment: Segment) -> None:
    """Write the file, whole or not at all.

    Raises:
        OutputError: the path cannot be a target.
        OSError: the disk is full, or failed otherwise.
    """
    arrays = {
        _STEPS: segment.steps,
        _BATCH_LOSSES: segment.batch_losses,
        **{_MEASURE + name: values for name, values in segment.measures.items()},
        **{_ITERATE + name: leaf for name, leaf in named_leaves(segment.iterates)[0]},
        **{f"{_CARRIED}{number}": leaf for number, leaf in enumerate(segment.carried or ())},
    }
    write_safetensors(path, arrays, {_DIGEST: _digest(arrays)})


def read_segment(path: Path, first: int, last: int, like: Like) -> Segment:
    """Read the segment between two steps from a file.

    Raises:
        OSError: there is no such file.
        SafetensorsError: it is damaged or holds something else.
    """
    arrays = read_safetensors(path)
    if read_safetensors_texts(path).get(_DIGEST) != _digest(arrays):
        raise SafetensorsError(f"'{path}' is damaged; write it again.")
    names, structure = named_leaves(like.model)
    iterates = [arrays.get(_ITERATE + name) for name, _ in names]
    carried = [arrays.get(f"{_CARRIED}{number}") for number in range(len(like.carried))]
    fits = all(map(_fits, iterates, (leaf for _, leaf in names), [1] * len(names)))
    fits &= all(map(_fits, carried, like.carried, [0] * len(carried)))
    if not fits or len(arrays[_BATCH_LOSSES]) != last - first:
        raise SafetensorsError(f"'{path}' holds another run; write it again.")
    return Segment(
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
    """Tell whether an array is like another one, but for its first axes."""
    return array is not None and array.shape[axes:] == like.shape and array.dtype == like.dtype
