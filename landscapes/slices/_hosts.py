"""Several processes, on one computer or on several, that share the points of a grid."""

import re

import jax
import numpy as np
from jax.experimental import multihost_utils
from jaxtyping import Bool, Float, Int

from ravine.landscapes.slices._rendezvous import HostsError, meet

_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s]+):(?P<port>\d{1,5})")


def join_hosts(coordinator: str, processes: int, process: int, *, timeout: int = 60) -> None:
    """Make this process one of several that share every grid, by JAX's own distributed runtime.

    All of them run the same command, and each has all the numbers in the end. It comes before anything that
    JAX computes.

    Args:
        coordinator: Where process 0 listens: "HOST:PORT".
        processes: How many there are.
        process: Which one this is, from 0.
        timeout: Seconds that it waits for the others.

    Raises:
        HostsError: no such address or process, another one did not come, or JAX has begun.
    """
    host, port = _address(coordinator)
    if processes < 1:
        raise HostsError(f"There is at least 1 process; got {processes}.")
    if not 0 <= process < processes:
        raise HostsError(f"The processes are numbered 0 to {processes - 1}; got {process}.")
    if processes == 1:
        return
    meet(host, port, processes=processes, process=process, timeout=timeout)
    try:
        jax.distributed.initialize(coordinator, processes, process, initialization_timeout=timeout)
        jax.devices()
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise HostsError(f"JAX could not join the {processes} processes: {reason}") from error


def _address(coordinator: str) -> tuple[str, int]:
    match = _ADDRESS.fullmatch(coordinator)
    if match is None or not 1 <= int(match["port"]) <= 65535:
        raise HostsError(f"The coordinator is 'HOST:PORT' with a port from 1 to 65535; got {coordinator!r}.")
    return match["host"].strip("[]"), int(match["port"])


def own_share(points: int) -> Int[np.ndarray, " own"]:
    """The points that are this process's to evaluate."""
    return np.arange(jax.process_index(), points, jax.process_count())


def gathered(
    values: Float[np.ndarray, "points measures"], done: Bool[np.ndarray, " points"]
) -> Float[np.ndarray, "points measures"]:
    """All values, each from a process that has it."""
    all_values, all_done = multihost_utils.process_allgather((values, done))
    return np.take_along_axis(all_values, all_done.argmax(axis=0)[None, :, None], axis=0)[0]
