"""Processes wait for each other before they start JAX's runtime, which answers a missing one with an abort.

Process 0 listens at the coordinator's address, the others knock and say who they are, and when all have
come each hears "go". What is amiss is told to all of them in one sentence.
"""

import re
import socket
from contextlib import ExitStack, suppress
from time import monotonic, sleep
from typing import NoReturn

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
        host: Where process 0 listens.
        port: Of it.
        processes: How many there are.
        process: Which one this is, from 0.
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
    process, told = map(int, greeting.groups())
    if told != processes:
        came[process] = visitor
        _refuse(
            came,
            f"Process 0 was told of {processes} processes, and process {process} of {told}; "
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
            raise HostsError(f"What listens at '{host}:{port}' is not process 0; start all processes anew.")
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
