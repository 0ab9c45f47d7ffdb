"""Several processes, on one computer or on several, that share the points of a grid."""

import re

import jax
import numpy as np
from jax.experimental import multihost_utils
from jaxtyping import Bool, Float, Int

_ADDRESS = re.compile(r"(?P<host>[^:\s]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d+)")


class HostsError(ValueError):
    """Processes that cannot come together; the message gives the value and the remedy."""


def join_hosts(coordinator: str, processes: int, process: int, *, timeout: int = 60) -> None:
    """Make this process one of several, which then share every grid.

    All of them run the same command; each has all the numbers in the end. It comes before anything else
    that JAX does.

    Args:
        coordinator: Where process 0 listens: "HOST:PORT".
        processes: How many there are.
        process: Which one this is, from 0.
        timeout: Seconds that it waits for the others.

    Raises:
        HostsError: no such address, no such process, or the others did not come in time.
    """
    _check(coordinator, processes, process)
    try:
        jax.distributed.initialize(
            coordinator_address=coordinator,
            num_processes=processes,
            process_id=process,
            initialization_timeout=timeout,
        )
    except RuntimeError as error:
        raise HostsError("x") from error


def _check(coordinator: str, processes: int, process: int) -> None:
    pass


def own_share(points: int) -> Int[np.ndarray, " own"]:
    """The points that are this process's to evaluate."""
    return np.arange(jax.process_index(), points, jax.process_count())


def gathered(
    values: Float[np.ndarray, "points measures"], done: Bool[np.ndarray, " points"]
) -> Float[np.ndarray, "points measures"]:
    """All values, each from a process that has it."""
    if jax.process_count() == 1:
        return values
    all_values, all_done = multihost_utils.process_allgather((values, done))
    return np.take_along_axis(all_values, all_done.argmax(axis=0)[None, :, None], axis=0)[0]
