"""A training that is to be done: its segments, and where it is stopped early."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from ravine.core.fingerprint import fingerprint
from ravine.core.pytree import Params, named_leaves
from ravine.landscapes import stopping_step
from ravine.landscapes.networks import (
    Model,
    Problem,
    SafetensorsError,
    read_safetensors,
    read_safetensors_texts,
    write_safetensors,
)
from ravine.studies.training._steps import (
    Method,
    TrainState,
    as_arrays,
    divided,
    first_step,
    from_arrays,
    init,
    measure,
    objective_of,
    run_steps,
)


@lru_cache(maxsize=4)  # each holds its data
def _new_network(problem: Problem, x64: bool) -> Model:
    """The shapes and types of a new network's leaves in one precision, whatever its seed."""
    with jax.enable_x64(x64):
        return jax.eval_shape(lambda: problem.start(0))


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


_LEAST = 50
"""Steps in one call of compiled code: as many as make the call itself cheap, few enough to watch."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A training that is to be done.

    Attributes:
        steps: The number of steps.
        every: The number of steps between two saved iterates.
        patience: For how many steps the test loss may fail to beat its best; for ever if None.
        rows: The examples of each step; none where every step sees all.
        given: The network to begin with; that of the seed if None.
        on_step: Called now and then with the number of steps done.
    """

    problem: Problem
    method: Method
    steps: int
    every: int
    patience: int | None
    rows: Int[np.ndarray, "steps size"]
    seed: int
    given: Model | None
    on_step: Callable[[int], None]

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"Iterates are saved every 1 or more steps; got {self.every}.")
        if not 0.0 <= self.method.weight_decay < np.inf:
            raise ValueError(f"Weight decay is a number of at least 0; got {self.method.weight_decay}.")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"The patience of early stopping is at least 1 step; got {self.patience}.")

    def segments(self, done: Segment | None) -> Iterator[Segment]:
        """Train on from an earlier part, yielding segments up to saved iterates; the start comes first."""
        if done is None:
            done = self._begun()
            yield done
        if done.carried is None:
            return
        at, fixed = done.last, divided(done.iterate(0))[1]
        carried = from_arrays(done.carried, self.carried)
        while at < self.steps:
            to = self._end_after(at)
            carried, places, losses = self._advanced(carried, fixed, at, to)
            steps = np.minimum(np.arange(at, to, self.every) + self.every, to)
            yield self._segment_of(at, steps, (carried, places, losses), fixed)
            at = to

    def stopped_at(self, segments: Sequence[Segment]) -> int | None:
        """The step at which the training is stopped early, if it is that far."""
        if self.patience is None:
            return None
        losses = np.concatenate([one.measures["test_loss"] for one in segments])
        place = stopping_step(losses, patience=-(-self.patience // self.every))
        return None if place is None else int(np.concatenate([one.steps for one in segments])[place])

    @cached_property
    def model(self) -> Model:
        """The start, or the shapes and types of its leaves."""
        if self.given is not None:
            return self.given
        return _new_network(self.problem, jax.enable_x64.value)

    @cached_property
    def carried(self) -> TrainState:
        """The shapes and types of what is carried from step to step."""
        return jax.eval_shape(self.method.init, divided(self.model)[0])

    @property
    def fingerprint(self) -> str:
        """A digest of the method and its data; empty where none can be had."""
        step = partial(first_step, self.method)
        return fingerprint(step, *divided(self.model), self.rows[0], self.problem.data.train)

    @property
    def like(self) -> Like:
        """The shapes and types of what a segment holds."""
        return Like(self.model, jax.eval_shape(as_arrays, self.carried))

    @cached_property
    def _block(self) -> int:
        """The most steps in one call."""
        return -(-_LEAST // self.every) * self.every if self.every <= _LEAST else _LEAST

    @cached_property
    def _data(self) -> Any:
        return jax.device_put(dict(self.problem.data.splits))

    def _end_after(self, at: int) -> int:
        """Return the end of the next segment: that of a longer training's, except for the last steps."""
        regular = self.steps // self.every * self.every
        return min(at + max(self._block, self.every), regular) if at < regular else self.steps

    def _begun(self) -> Segment:
        """The start alone."""
        given = self.given
        start = self.problem.start(self.seed) if given is None else self.problem.recalibrated(given)
        params, fixed = divided(start)
        slots = -(-self._block // self.every)
        places = jax.tree.map(lambda leaf: np.broadcast_to(leaf, (slots, *leaf.shape)), params)
        return self._segment_of(
            0, np.zeros(1, int), (init(self.method, params), places, np.zeros(0, np.float32)), fixed
        )

    def _advanced(
        self, carried: TrainState, fixed: Params, at: int, to: int
    ) -> tuple[TrainState, Params, Float[np.ndarray, " taken"]]:
        """Take the steps from one to another."""
        losses, places = [], None
        while at < to:
            count = min(self._block, to - at)
            rows = np.zeros((self._block, self.rows.shape[1]), np.int32)
            rows[:count] = self.rows[at : at + count]
            examples = self._data["train"]
            carried, places, seen = run_steps(self.method, self.every, carried, fixed, rows, count, examples)
            losses.append(np.asarray(seen)[:count])
            at += count
            self.on_step(at)
        return carried, places, np.concatenate(losses)

    def _segment_of(
        self,
        first: int,
        steps: Int[np.ndarray, " saved"],
        ran: tuple[TrainState, Params, Float[np.ndarray, " taken"]],
        fixed: Params,
    ) -> Segment:
        """Return the segment that ends with these steps, its saved iterates measured."""
        carried, places, losses = ran
        measured = measure(objective_of(self.problem), places, fixed, len(steps), self._data)
        iterates, measures = jax.tree.map(lambda leaf: np.array(np.asarray(leaf)[: len(steps)]), measured)
        return Segment(first, steps, iterates, losses, measures, tuple(jax.device_get(as_arrays(carried))))
