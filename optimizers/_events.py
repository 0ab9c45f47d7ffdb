"""The event queue of workers that compute on their own time: the next to act is the first to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.optimizers._optimizer import HyperparameterError

_DRAWN = 4096
"""Events with times of their own, drawn before the loop: a generator in it would take longer to compile
than all the rest of a method."""

_LONGEST = 10_000
"""So many past writes are kept at most."""


class Pending(NamedTuple):
    """What the workers are at.

    Attributes:
        events: How many there have been.
        begun: When each worker began.
        due: When each will be done.
    """

    events: Int[Array, ""]
    begun: Float[Array, " workers"]
    due: Float[Array, " workers"]


class Event(NamedTuple):
    """A worker is done, and begins anew.

    Attributes:
        number: How many events there were before.
        worker: Who is done.
        begun: When it had begun.
        time: When it is done.
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
        workers: How many there are.
        seed: Of the times that they take.
        order: Who acts at each event, one unit of time apart, in place of what the seed gives. It begins
            again at its end.
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
        """What each worker takes first; then, one an event, what the worker that is done takes next."""
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
