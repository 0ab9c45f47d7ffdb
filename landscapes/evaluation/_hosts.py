"""Several processes, on one computer or on several, that meet and share the points of a grid."""

import hashlib
import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NoReturn

import jax
import numpy as np
from jax.experimental import multihost_utils
from jaxtyping import Bool, Float, Int

from ravine.core.cache import Facts

_GREETING = re.compile(rb"ravine (\d{1,9}) of (\d{1,9})\n")
_GO = "go"
_REFUSAL = "refused: "
_PATIENCE = 5.0
"""Seconds for somebody who knocked to say who it is."""
_LONGEST = 1000
"""Bytes of a line."""


class HostsError(ValueError):
    """Processes that cannot come together; the message gives the value and the remedy."""


def meet(host: str, port: int, *, processes: int, process: int, timeout: float) -> None:
    """Return when all processes are there.

    Args:
        host: The address at which process 0 listens.
        port: Of it.
        processes: The number of processes.
        process: The number of this process, from 0.
        timeout: Seconds to wait.

    Raises:
        HostsError: one did not come, or they were told different numbers of processes.
    """
    deadline = monotonic() + timeout
    if process == 0:
        _receive(port, processes, deadline, timeout)
    else:
        _knock(host, port, processes, process, deadline, timeout)


def _receive(port: int, processes: int, deadline: float, timeout: float) -> None:
    came: dict[int, socket.socket] = {}
    with ExitStack() as stack:
        door = stack.enter_context(_door(port))
        while len(came) < processes - 1:
            door.settimeout(max(deadline - monotonic(), 0.01))
            try:
                visitor, _ = door.accept()
            except TimeoutError:
                missing = sorted(set(range(1, processes)) - set(came))
                _refuse(came, f"Process {missing[0]} of {processes} did not come in {timeout:g} s; start it.")
            stack.enter_context(visitor)
            _admit(visitor, came, processes)
        for visitor in came.values():
            _say(visitor, _GO)


def _door(port: int) -> socket.socket:
    try:
        if socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        return socket.create_server(("", port))
    except OSError as error:
        raise HostsError(f"Port {port} cannot be listened on: {error.strerror}; name another one.") from error


def _admit(visitor: socket.socket, came: dict[int, socket.socket], processes: int) -> None:
    visitor.settimeout(_PATIENCE)
    greeting = _GREETING.fullmatch(_heard(visitor))
    if greeting is None:
        return
    process, theirs = map(int, greeting.groups())
    if theirs != processes:
        came[process] = visitor
        _refuse(
            came,
            f"Process 0 was told of {processes} processes, and process {process} of {theirs}; "
            "give all the same --processes.",
        )
    if process in came:
        _say(visitor, f"{_REFUSAL}There is a process {process} already; give each its own --process.")
        return
    came[process] = visitor


def _refuse(came: dict[int, socket.socket], reason: str) -> NoReturn:
    for visitor in came.values():
        _say(visitor, _REFUSAL + reason)
    raise HostsError(reason)


def _knock(host: str, port: int, processes: int, process: int, deadline: float, timeout: float) -> None:
    while monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=_PATIENCE) as door:
                # The one that listens ends the waiting, and says why.
                door.settimeout(timeout + _PATIENCE)
                door.sendall(f"ravine {process} of {processes}\n".encode())
                answer = _heard(door).decode(errors="replace").strip()
        except socket.gaierror as error:
            raise HostsError(f"No computer is called {host!r}: {error.strerror}.") from error
        except OSError:
            answer = ""
        if answer == _GO:
            return
        if answer.startswith(_REFUSAL):
            raise HostsError(answer.removeprefix(_REFUSAL))
        if answer:
            raise HostsError(f"What listens at '{host}:{port}' is not process 0; start all processes again.")
        sleep(0.1)
    raise HostsError(
        f"Nothing answered at '{host}:{port}' in {timeout:g} s; start process 0 there, with the same address."
    )


def _say(visitor: socket.socket, text: str) -> None:
    with suppress(OSError):
        visitor.sendall(f"{text}\n".encode())


def _heard(visitor: socket.socket) -> bytes:
    """One line, or what came before the other side fell silent."""
    line = b""
    with suppress(OSError):
        while not line.endswith(b"\n") and len(line) < _LONGEST:
            part = visitor.recv(_LONGEST)
            if not part:
                break
            line += part
    return line


_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\s]+):(?P<port>\d{1,5})")


def join_hosts(coordinator: str, processes: int, process: int, *, timeout: int = 60) -> None:
    """Make this process one of several that share every grid, by JAX's own distributed runtime.

    All of them run the same command, and each has all the numbers in the end. It comes before anything that
    JAX computes.

    Args:
        coordinator: The address at which process 0 listens: "HOST:PORT".
        processes: The number of processes.
        process: The number of this process, from 0.
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
        with _silenced():
            jax.distributed.initialize(coordinator, processes, process, initialization_timeout=timeout)
            multihost_utils.sync_global_devices("ravine")
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise HostsError(f"JAX could not join the {processes} processes: {reason}") from error


@contextmanager
def _silenced() -> Iterator[None]:
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


def check_agreement(source: Facts) -> None:
    """Refuse processes that share out different grids: each would fill up the other's.

    Args:
        source: The inputs that determine this process's numbers, as JSON takes them.

    Raises:
        HostsError: another process computes something else, or has ended.
    """
    theirs = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).digest()
    every = _from_all(np.frombuffer(theirs, np.uint8))
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
