"""A study that processes share: the numbers of one, the files of the first, one line from each."""

import signal
import socket
import subprocess
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

Process: TypeAlias = subprocess.Popen[bytes]

LOOPBACK = socket.inet_ntoa((0x7F000001).to_bytes(4, "big"))

LOSS = """
import os
import signal
import jax
import jax.numpy as jnp
import numpy as np

def bowl(params):
    return (params["w"] ** 2).sum()

def on_host(w):
    if 0.4 < w[1] < 0.6 and "END" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
    return np.float32((np.asarray(w) ** 2).sum())

def ends(params):
    shape = jax.ShapeDtypeStruct((), jnp.float32)
    return jax.pure_callback(on_host, shape, params["w"], vmap_method="sequential")
"""


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    """One for each of two processes, with the same loss and points."""
    both = tmp_path / "0", tmp_path / "1"
    for folder in both:
        folder.mkdir()
        (folder / "shared.py").write_text(LOSS)
        for name, numbers in {"x": [3.0, 0.0], "y": [0.0, 1.0]}.items():
            np.savez(folder / f"{name}.npz", w=np.array(numbers, np.float32))
    return both


@pytest.fixture
def start_both(start, folders):
    """Start two processes that share one study, each in its folder."""

    def start_both(first: tuple[object, ...], second: tuple[object, ...], **of_second) -> list[Process]:
        with socket.create_server(("", 0)) as door:
            port = door.getsockname()[1]
        shared = ("--coordinator", f"{LOOPBACK}:{port}", "--processes", 2, "--process")
        return [
            start(*first, *shared, 0, cwd=folders[0]),
            start(*second, *shared, 1, cwd=folders[1], **of_second),
        ]

    return start_both


def outcomes(processes: list[Process]) -> list[tuple[int, bytes, bytes]]:
    ended = [process.communicate(timeout=100) for process in processes]
    return [(process.returncode, *said) for process, said in zip(processes, ended, strict=True)]


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"shared.py", "x.npz", "y.npz", "__pycache__"}


def test_two_processes_write_the_file_of_one(ravine, folders, start_both, monkeypatch):
    command = ("plane", "--objective", "shared:bowl", "--points", "x.npz", "--resolution", 7)
    shared = (*command, "-o", "o.json", "-o", "o.csv")
    (first, said, errors), second = outcomes(start_both(shared, shared))
    assert (first, errors, second) == (0, b"", (0, b"", b""))
    assert [line.split(b":")[0] for line in said.splitlines()] == [b"o.json", b"o.csv"]
    assert [left(folder) for folder in folders] == [{"o.json", "o.csv"}, set()]
    monkeypatch.chdir(folders[1])
    monkeypatch.syspath_prepend(folders[1])
    ravine.works(*command, "-o", "alone.json")
    files = (folders[0] / "o.json", folders[1] / "alone.json")
    assert len({path.read_text() for path in files}) == 1


def test_two_commands_are_not_mixed(folders, start_both):
    command = ("plane", "--objective", "shared:bowl", "--resolution", 5, "-o", "o.json", "--points")
    for status, said, errors in outcomes(start_both((*command, "y.npz"), (*command, "x.npz"))):
        assert (status, said) == (2, b"")
        assert errors.startswith(b"Error: Process 1 is at another grid than process 0: give all the same ")
        assert len(errors.splitlines()) == 1
    assert [left(folder) for folder in folders] == [set(), set()]


def test_a_mistake_of_one_ends_both(folders, start_both):
    line = ("line", "--objective", "shared:bowl", "--from", "x.npz", "-o", "o.json", "--to")
    (status, _, errors), (other, _, reason) = outcomes(start_both((*line, "y.npz"), (*line, "no.npz")))
    assert (status, other) == (2, 2)
    assert errors.startswith(b"Error: Another process ended before its part of the grid was done; start all ")
    assert reason.startswith(b"Error: The checkpoint 'no.npz' does not exist;")
    assert [left(folder) for folder in folders] == [set(), set()]


def test_a_kill_of_one_ends_both(folders, start_both):
    line = ("line", "--objective", "shared:ends", "--from", "x.npz", "--to", "y.npz", "-o", "o.json")
    (status, _, errors), (other, _, _) = outcomes(start_both(line, line, environment={"END": "half-way"}))
    assert (status, other) == (2, -signal.SIGKILL)
    assert errors.startswith(b"Error: Another process ended before its part of the grid was done; start all ")
