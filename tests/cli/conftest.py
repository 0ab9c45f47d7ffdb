"""The command line as a process of its own."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ENTRY = [sys.executable, "-c", "from ravine.cli import main; main()"]

SMALL = ["-O", "sgd:learning_rate=0.01", "--steps", "12", "--size", "96x64", "--seconds", "0.4"]
"""A film that is quick to make; with one shape for all, JAX compiles once."""


def _own_environment() -> dict[str, str]:
    """This session's, without what commands in this process have added."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("JAX_COMP", "JAX_PERS"))
    }


@pytest.fixture
def small() -> list[str]:
    return list(SMALL)


@pytest.fixture
def small_but() -> Callable[..., list[str]]:
    """The options of a small film, but for those that are given here."""

    def small_but(*options: str) -> list[str]:
        pairs = zip(SMALL[::2], SMALL[1::2], strict=True)
        return [*(word for pair in pairs if pair[0] not in options for word in pair), *options]

    return small_but


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start `ravine` in `tmp_path`, with pipes for its outputs unless told otherwise."""
    processes = []

    def start(
        *arguments: object,
        environment: Mapping[str, str] | None = None,
        entry: Sequence[str] = ENTRY,
        **options,
    ) -> subprocess.Popen[bytes]:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        process = subprocess.Popen(
            [*entry, *map(str, arguments)],
            env={**_own_environment(), **(environment or {})},
            **{"cwd": tmp_path, **streams, **options},
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


@dataclass
class Terminal:
    """A terminal that a process writes to."""

    process: subprocess.Popen[bytes]
    end: int
    seen: bytes = b""

    def read_until(self, text: bytes, seconds: float = 30.0) -> None:
        """Read until `text` has been written."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert self._read(deadline - time.monotonic()), self.seen

    def read_on(self, seconds: float = 30.0) -> bool:
        """Read what is written next: False if the process has ended."""
        return bool(self._read(seconds))

    def finish(self, seconds: float = 30.0) -> bytes:
        """Read until the process has ended; all that it has written."""
        deadline = time.monotonic() + seconds
        while self._read(deadline - time.monotonic()):
            pass
        self.process.wait(seconds)
        return self.seen

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self.end], [], [], max(seconds, 0.0))
        try:
            read = os.read(self.end, 1 << 16) if ready else b""
        except OSError:  # Linux's answer when the other end is closed
            read = b""
        self.seen += read
        return read


@pytest.fixture
def on_terminal(start) -> Callable[..., Terminal]:
    """Start `ravine` with standard error on a terminal."""
    ends = []

    def on_terminal(*arguments: object, environment: Mapping[str, str] | None = None, **options) -> Terminal:
        here, there = os.openpty()
        ends.append(here)
        own = {"TERM": "xterm-256color", "COLUMNS": "100", **(environment or {})}
        process = start(*arguments, environment=own, stderr=there, **options)
        os.close(there)
        return Terminal(process, here)

    yield on_terminal
    for end in ends:
        os.close(end)
