"""A study that processes share: the numbers of one, the files of the first, one line from each."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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


PROCESSES = """
import json
import os
import sys

import jax.experimental.multihost_utils

import ravine.cli._line
import ravine.cli._plane
from ravine.cli import main
from ravine.studies import kind_of

kind_of("line"), kind_of("plane")
assert len(os.listdir("/proc/self/task")) == 1  # what has threads is not forked
started = []
for folder, environment, arguments in json.load(sys.stdin):
    process = os.fork()
    if process == 0:
        os.chdir(folder)
        os.environ.update(environment)
        sys.argv[1:] = arguments
        for stream, ending in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{folder}.{ending}", os.O_CREAT | os.O_WRONLY), stream)
        main()
        os._exit(1)  # main ends the process
    started.append(process)
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in started]))
"""
"""Processes that run one command each; all of them are forked from one that has loaded JAX."""

PLANE = (
    "plane",
    "--objective",
    "shared:bowl",
    "--resolution",
    "5",
    "-o",
    "o.json",
    "-o",
    "o.csv",
    "--points",
)
GRID = ("--alphas", "0", "1", "11", "--no-zoom", "-o", "o.json")
LINE = ("line", "--objective", "shared:ends", *GRID, "--from", "x.npz", "--to")
PAIRS = {
    "alike": ((*PLANE, "x.npz"), (*PLANE, "x.npz")),
    "mixed": ((*LINE, "y.npz"), (*LINE, "z.npz")),
    "mistaken": ((*LINE, "y.npz"), (*LINE, "no.npz")),
    "killed": ((*LINE, "y.npz"), (*LINE, "y.npz")),
}
"""The commands of two processes that share a study."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One in which each process of each pair has its own, with the same loss and points."""
    folder = tmp_path_factory.mktemp("hosts")
    for pair in PAIRS:
        for process in "01":
            own = folder / pair / process
            own.mkdir(parents=True)
            (own / "shared.py").write_text(LOSS)
            for name, numbers in {"x": [3.0, 0.0], "y": [0.0, 1.0], "z": [0.0, 2.0]}.items():
                np.savez(own / f"{name}.npz", w=np.array(numbers, np.float32))
    return folder


@pytest.fixture(scope="module")
def outcomes(folder) -> dict[str, list[tuple[int, bytes, bytes]]]:
    """The status of each process of each pair, and what it said."""
    commands = []
    doors = [socket.create_server(("", 0)) for _ in PAIRS]  # all open at once, so that no two are one
    ports = [door.getsockname()[1] for door in doors]
    for door in doors:
        door.close()
    for (pair, both), port in zip(PAIRS.items(), ports, strict=True):
        shared = ["--coordinator", f"{LOOPBACK}:{port}", "--processes", "2"]
        for process, command in enumerate(both):
            environment = {"END": "half-way"} if (pair, process) == ("killed", 1) else {}
            arguments = [*command, *shared, "--process", str(process)]
            commands.append((str(folder / pair / str(process)), environment, arguments))
    code = [sys.executable, "-c", PROCESSES]
    with subprocess.Popen(
        code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        try:
            statuses, _ = parent.communicate(json.dumps(commands), timeout=100)
        except subprocess.TimeoutExpired:
            os.killpg(parent.pid, signal.SIGKILL)
            raise
    said = [
        (status, *(Path(f"{own}.{ending}").read_bytes() for ending in ("out", "err")))
        for status, (own, *_) in zip(json.loads(statuses), commands, strict=True)
    ]
    return dict(zip(PAIRS, zip(said[::2], said[1::2], strict=True), strict=True))


def left(folder: Path) -> list[set[str]]:
    """The files that the processes of a pair wrote."""
    given = {"shared.py", "x.npz", "y.npz", "z.npz", "__pycache__"}
    return [{path.name for path in (folder / process).iterdir()} - given for process in "01"]


def test_two_processes_write_the_file_of_one(ravine, folder, outcomes, monkeypatch):
    (first, said, errors), second = outcomes["alike"]
    assert (first, errors, second) == (0, b"", (0, b"", b""))
    assert [line.split(b":")[0] for line in said.splitlines()] == [b"o.json", b"o.csv"]
    assert left(folder / "alike") == [{"o.json", "o.csv"}, set()]
    monkeypatch.chdir(folder / "alike" / "1")
    monkeypatch.syspath_prepend(folder / "alike" / "1")
    ravine.works(*PLANE, "x.npz")
    assert len({(folder / "alike" / process / "o.json").read_text() for process in "01"}) == 1


def test_two_commands_are_not_mixed(folder, outcomes):
    for status, said, errors in outcomes["mixed"]:
        assert (status, said) == (2, b"")
        assert errors.startswith(b"Error: Process 1 is at another grid than process 0: give all the same ")
        assert len(errors.splitlines()) == 1
    assert left(folder / "mixed") == [set(), set()]


def test_a_mistake_of_one_ends_both(folder, outcomes):
    (status, _, errors), (other, _, reason) = outcomes["mistaken"]
    assert (status, other) == (2, 2)
    assert errors.startswith(b"Error: Another process ended before its part of the grid was done; start all ")
    assert reason.startswith(b"Error: The checkpoint 'no.npz' does not exist;")
    assert left(folder / "mistaken") == [set(), set()]


def test_a_kill_of_one_ends_both(outcomes):
    (status, _, errors), (other, _, _) = outcomes["killed"]
    assert (status, other) == (2, -signal.SIGKILL)
    assert errors.startswith(b"Error: Another process ended before its part of the grid was done; start all ")
