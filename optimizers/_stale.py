"""Workers that write into shared parameters what they computed where those were some writes before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.optimizers._events import Event, EventQueue, Pending, check_delays, of_event, read_moments
from ravine.optimizers._process import Gradient, Process
from ravine.optimizers._real import Real

Point: TypeAlias = Float[Array, "2"]

Shared: TypeAlias = tuple[Point, ...]
"""What the workers share: the parameters, then what else a method keeps for each coordinate."""

Write: TypeAlias = Callable[[Shared, Point, Shared], Shared]
"""From what is shared, a gradient, and what was shared when its worker read, to what is shared next."""

Delays: TypeAlias = tuple[int | tuple[int, int], ...]
"""Recorded delays, one a step, or one a step and coordinate."""


class StaleState(NamedTuple):
    """Shared parameters with their latest past.

    Attributes:
        point: The shared parameters.
        read: Where the gradient that was written last had been read, coordinate by coordinate.
        workers: Where the parameters were as each worker began.
        delay: How many writes lay between the last write and its read; of two coordinates the longer.
        pending: What the workers are at.
        past: What is shared after each of the latest writes, the newest first.
        times: When those writes were.
    """

    point: Float[Array, "2"]
    read: Float[Array, "2"]
    workers: Float[Array, "workers 2"]
    delay: Float[Array, ""]
    pending: Pending
    past: tuple[Float[Array, "max_delay+1 2"], ...]
    times: Float[Array, " max_delay+1"]


@dataclass(frozen=True, kw_only=True)
class StaleWrites:
    """A method in which every step is one write.

    Attributes:
        method: Its name, for messages.
        share: From the start to what is shared first.
        write: What a worker does to what is shared when it is done.
        workers: How many read and write.
        max_delay: No read is older than so many writes: a worker that is slower reads again.
        delays: A record in place of the delays of the workers' own times; it begins again at its end, and
            the workers take turns.
        seed: Of the workers' times.
        torn: Whether a worker reads each coordinate at a moment of its own, and not both as it begins.
    """

    method: str
    share: Callable[[Point], Shared]
    write: Write
    workers: int
    max_delay: int
    delays: Delays = ()
    seed: int = 0
    torn: bool = False

    def __post_init__(self) -> None:
        check_delays(self.method, self.delays, max_delay=self.max_delay)

    @property
    def process(self) -> Process:
        """The method as a process.

        Raises:
            HyperparameterError: the number of workers or the seed is none.
        """
        order = tuple(range(self.workers)) if self.delays else ()
        queue = EventQueue(method=self.method, workers=self.workers, seed=self.seed, order=order)
        return Process(partial(self._init, queue), partial(self._step, queue))

    def _init(self, queue: EventQueue, start: Point) -> StaleState:
        depth = self.max_delay + 1
        return StaleState(
            point=start,
            read=start,
            workers=jnp.tile(start, (self.workers, 1)),
            delay=jnp.zeros([], start.dtype),
            pending=queue.start(start.dtype),
            past=tuple(jnp.tile(one, (depth, 1)) for one in self.share(start)),
            times=jnp.zeros(depth, start.dtype),
        )

    def _step(self, queue: EventQueue, state: StaleState, gradient: Gradient) -> StaleState:
        event, pending = queue.next(state.pending)
        delay = self._delay(event, state.times)
        now = tuple(one[0] for one in state.past)
        read = tuple(one[delay, jnp.arange(2)] for one in state.past)
        shared = self.write(now, gradient(read[0]), read)
        return StaleState(
            point=shared[0],
            read=read[0],
            workers=state.workers.at[event.worker].set(shared[0]),
            delay=delay.max().astype(state.delay.dtype),
            pending=pending,
            past=jax.tree.map(_push, state.past, shared),
            times=_push(state.times, event.time),
        )

    def _delay(self, event: Event, times: Float[Array, " max_delay+1"]) -> Int[Array, "2"]:
        """The writes between this event and its worker's read of each coordinate."""
        if self.delays:
            recorded = np.asarray(self.delays, np.int32).reshape(len(self.delays), -1)
            pairs = np.broadcast_to(recorded, (len(recorded), 2))
            return jnp.minimum(of_event(pairs, event.number), event.number)
        part = of_event(read_moments(self.seed), event.number) if self.torn else jnp.zeros(2)
        read_at = event.begun + part.astype(times.dtype) * (event.time - event.begun)
        return jnp.sum(times[:-1, None] > read_at[None], axis=0)


def _push(past: Float[Array, "depth ..."], newest: Float[Array, "..."]) -> Float[Array, "depth ..."]:
    return jnp.concatenate([newest[None], past[:-1]])


def write_step(learning_rate: Real) -> Write:
    """A plain step of descent on shared parameters, to which nothing else belongs."""

    def write(shared: Shared, gradient: Point, read: Shared) -> Shared:
        del read
        (point,) = shared
        return (point - learning_rate * gradient,)

    return write
