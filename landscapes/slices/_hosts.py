"""Several processes, on one computer or on several, that share the points of a grid."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        with _nothing_said():
            jax.distributed.initialize(coordinator, processes, process, initialization_timeout=timeout)
            multihost_utils.sync_global_devices("ravine")
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise HostsError(f"JAX could not join the {processes} processes: {reason}") from error


@contextmanager
def _nothing_said() -> Iterator[None]:
    """A block whose standard output is thrown away: libraries below JAX write of their connections there."""
    sys.stdout.flush()
    with Path(os.devnull).open("wb") as nowhere:
        kept = os.dup(1)
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def leave_hosts() -> None:
    """Part from the other processes, once all have all the numbers.

    JAX's runtime ends a process some time after another one is gone, unless they part: what is done alone
    from here on, such as a film, may take as long as it likes.
    """
    if jax.process_count() > 1:
        jax.distributed.shutdown()


def _address(coordinator: str) -> tuple[str, int]:
    match = _ADDRESS.fullmatch(coordinator)
    if match is None or not 1 <= int(match["port"]) <= 65535:
        raise HostsError(f"The coordinator is 'HOST:PORT' with a port from 1 to 65535; got {coordinator!r}.")
    return match["host"].strip("[]"), int(match["port"])


def own_share(points: int) -> Int[np.ndarray, " own"]:
    """The points that are this process's to evaluate."""
    return np.arange(jax.process_index(), points, jax.process_count())


def check_agreement(source: Mapping[str, Any]) -> None:
    """Refuse processes that share out different grids: each would fill up the other's.

    Args:
        source: What this process's numbers depend on, as JSON takes it.

    Raises:
        HostsError: another process computes something else, or has ended.
    """
    told = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).digest()
    every = _from_all(np.frombuffer(told, np.uint8))
    if (every != every[0]).any():
        other = int((every != every[0]).any(axis=1).argmax())
        raise HostsError(
            f"Process {other} is at another grid than process 0: give all the same command and files; where "
            "they train to other weights, give the points as checkpoints."
        )


def gathered(
    values: Float[np.ndarray, "points measures"], done: Bool[np.ndarray, " points"]
) -> Float[np.ndarray, "points measures"]:
    """All values, each from a process that has it.

    Raises:
        HostsError: another process has ended.
    """
    all_values, all_done = _from_all((values, done))
    return np.take_along_axis(all_values, all_done.argmax(axis=0)[None, :, None], axis=0)[0]


def _from_all(tree: Any) -> Any:
    """The arrays of all processes, with a first axis for these."""
    try:
        return multihost_utils.process_allgather(tree)
    except jax.errors.JaxRuntimeError as error:
        raise HostsError(
            "Another process ended before its part of the grid was done; start all of them again, and those "
            "with a cache go on where they stopped."
        ) from error
