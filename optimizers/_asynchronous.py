"""Methods with several workers: processes, the queue of their events, and stale writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._numerics import Real


class Gradient(Protocol):
    """The gradient at a point, on one of the minibatches that a step draws."""

    def __call__(self, point: Float[Array, "2"], draw: int = 0) -> Float[Array, "2"]: ...


class Process(NamedTuple):
    """Workers that read, compute and write on their own time, one event or one round a step.

    Attributes:
        init: From the start to the state before the first step, a NamedTuple of arrays whose fields an
            `Optimizer` names as its iterate, balls and series.
        step: From a state, and what gives gradients at this step, to the next state.
        draws: The number of minibatches that a step draws.
    """

    init: Callable[[Float[Array, "2"]], Any]
    step: Callable[[Any, Gradient], Any]
    draws: int = 1


_DRAWN = 4096
"""Events with times of their own, drawn before the loop: a generator in it would take longer to compile
than all the rest of a method."""

_LONGEST = 10_000
"""The most past writes that are kept."""


class Pending(NamedTuple):
    """The workers' unfinished computations.

    Attributes:
        events: The number so far.
        begun: The time at which each worker began.
        due: The time at which each will be done.
    """

    events: Int[Array, ""]
    begun: Float[Array, " workers"]
    due: Float[Array, " workers"]


class Event(NamedTuple):
    """A worker is done, and begins again.

    Attributes:
        number: The number of earlier events.
        worker: The worker that is done.
        begun: The time at which it had begun.
        time: The time at which it is done.
    """

    number: Int[Array, ""]
    worker: Int[Array, ""]
    begun: Float[Array, ""]
    time: Float[Array, ""]


@dataclass(frozen=True, kw_only=True)
class EventQueue:
    """Workers that take exponential times, one on average, or that act in a recorded order.

    Attributes:
        method: Whose they are, for messages.
        workers: The number of workers.
        seed: Of the times that they take.
        order: The worker of each event, one unit of time apart, in place of the seed's order. It begins again
            at its end.
    """

    method: str
    workers: int
    seed: int = 0
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_whole(self.method, "workers", self.workers, least=1)
        check_whole(self.method, "seed", self.seed, least=0)
        for worker in self.order:
            check_whole(self.method, "order", worker, least=0, most=self.workers - 1)

    def start(self, dtype: Any) -> Pending:
        """All workers begin at time 0."""
        begun = jnp.zeros(self.workers, dtype)
        due = jnp.ones_like(begun) if self.order else jnp.asarray(self._times[: self.workers], dtype)
        return Pending(events=jnp.zeros([], jnp.int32), begun=begun, due=due)

    def next(self, pending: Pending) -> tuple[Event, Pending]:
        """The next event, and what the workers are at after it."""
        number, begun, due = pending
        if self.order:
            worker = of_event(np.asarray(self.order, np.int32), number)
            later = due + 1
        else:
            worker = jnp.argmin(due).astype(jnp.int32)
            taken = of_event(self._times[self.workers :], number).astype(due.dtype)
            later = due.at[worker].add(taken)
        event = Event(number=number, worker=worker, begun=begun[worker], time=due[worker])
        return event, Pending(events=number + 1, begun=begun.at[worker].set(event.time), due=later)

    @cached_property
    def _times(self) -> Float[np.ndarray, " times"]:
        """The first time of each worker; then, one an event, the next time of the worker that is done."""
        return np.random.default_rng(self.seed).exponential(size=self.workers + _DRAWN)


def read_moments(seed: int) -> Float[np.ndarray, "events 2"]:
    """At which part of a worker's time, from 0 to 1, it reads each coordinate."""
    return np.random.default_rng((seed, 1)).uniform(size=(_DRAWN, 2))


def of_event(record: np.ndarray, number: Int[Array, ""]) -> Array:
    """A record's entry for an event; the record begins again at its end."""
    return jnp.asarray(record)[number % len(record)]


def check_whole(method: str, key: str, value: Any, *, least: int, most: int | None = None) -> None:
    """Refuse what is no whole number in a range.

    Raises:
        HyperparameterError: naming the range.
    """
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        kind = "hold whole numbers" if key in ("order", "delays") else "be a whole number,"
        wanted = f"at least {least}" if most is None else f"from {least} to {most}"
        raise HyperparameterError(f"{key} of {method} must {kind} {wanted}; got {value!r}.")


def check_delays(method: str, delays: Sequence[Any], *, max_delay: int) -> None:
    """Refuse a record of delays that holds other things, or longer ones than are kept.

    Raises:
        HyperparameterError: naming the first that is wrong.
    """
    check_whole(method, "max_delay", max_delay, least=0, most=_LONGEST)
    widths = {len(delay) if isinstance(delay, Sequence) else 0 for delay in delays}
    if widths not in (set(), {0}, {2}):
        raise HyperparameterError(
            f"delays of {method} must be one number a step, or two, one a coordinate; got {list(delays)!r}."
        )
    for delay in delays:
        for one in delay if isinstance(delay, Sequence) else (delay,):
            check_whole(method, "delays", one, least=0, most=max_delay)


Point: TypeAlias = Float[Array, "2"]

Shared: TypeAlias = tuple[Point, ...]
"""The arrays that the workers share: the parameters, then all else a method keeps for each coordinate."""

Write: TypeAlias = Callable[[Shared, Point, Shared], Shared]
"""A write: the next shared state from the present one, a gradient, and the state that its worker read."""

Delays: TypeAlias = tuple[int | tuple[int, int], ...]
"""Recorded delays, one a step, or one a step and coordinate."""


class StaleState(NamedTuple):
    """Shared parameters with their latest past.

    Attributes:
        point: The shared parameters.
        read: The point at which the gradient that was written last had been read, coordinate by coordinate.
        workers: The parameters as each worker began.
        delay: The number of writes between the last write and its read; of two coordinates the larger.
        pending: The workers' gradients in progress.
        past: The shared state after each of the latest writes, the newest first.
        times: The times of those writes.
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
        write: The change that a worker makes to the shared state when it is done.
        workers: The number of workers.
        max_delay: No read is older than so many writes: a worker that is slower reads again.
        delays: A record in place of the delays of the workers' own times; it begins again at its end, and
            the workers take turns.
        seed: Of the workers' times.
        torn: True if a worker reads each coordinate at a moment of its own, and not both as it begins.
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
