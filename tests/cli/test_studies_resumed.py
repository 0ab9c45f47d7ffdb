"""Studies that are ended half-way, and folders that cannot be used: the next call goes on."""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from ravine.core import cache as _kept
from ravine.landscapes.evaluation import _grid_cache as _kept_grid

LOSS = """
import os
import jax
import jax.numpy as jnp
import numpy as np

END = int(os.environ.get("END_AT", "0"))
SIGNAL = int(os.environ.get("END_BY", "0"))

def on_host(w):
    with open("calls", "a") as calls:
        calls.write("x")
        if calls.tell() == END:
            os.kill(os.getpid(), SIGNAL)
    return np.float32((np.asarray(w) ** 2).sum())

def loss(params):
    shape = jax.ShapeDtypeStruct((), jnp.float32)
    return jax.pure_callback(on_host, shape, params["w"], vmap_method="sequential")
"""

EAGER = """
import sys
from ravine.cli import _terminal, main
from ravine.core import cache
from ravine.landscapes.evaluation import _evaluate, _grid_cache
from ravine.studies.training import _run_cache

cache._digest_of_package = lambda: "this version"  # whoever edits the package meanwhile
_grid_cache._PAUSE = _grid_cache._WORTH = _run_cache._SECONDS = 0.0
_grid_cache._SHARE = 1e9
_evaluate._CALL = 1e-9
"""
"""What is done is saved at once, and a point at a time is evaluated."""

POINTS = 40
LINE = ("line", "--objective", "counted:loss", "--from", "x.npz", "--to", "y.npz", "--no-zoom")
GRID = (*LINE, "--alphas", 0, 1, POINTS - 2, "-o", "line.json")
SMALL = ("--size", "320x240")
ENDS = 2
"""Calls before the grid: the loss at both ends."""

TRAIN = ("train", "mlp:widths=[3]", "--data", "moons", "-O", "sgd:learning_rate=0.1", "--keep-every", 50)


@pytest.fixture
def folder(in_folder, monkeypatch) -> Path:
    """The current folder, with a loss that counts its calls, two points and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(in_folder / "cache"))
    monkeypatch.setattr(_kept, "_digest_of_package", lambda: "this version")
    monkeypatch.setattr(_kept_grid, "_WORTH", 0.0)
    monkeypatch.syspath_prepend(in_folder)
    monkeypatch.delitem(sys.modules, "counted", raising=False)
    (in_folder / "counted.py").write_text(LOSS)
    for name, numbers in {"x": [3.0, 0.0], "y": [0.0, 1.0]}.items():
        np.savez(in_folder / f"{name}.npz", w=np.array(numbers, np.float32))
    return in_folder


def take_calls(folder: Path) -> int:
    """How often the loss was called since the last time."""
    calls = folder / "calls"
    count = calls.stat().st_size if calls.exists() else 0
    calls.unlink(missing_ok=True)
    return count


def kept(folder: Path, name: str) -> list[Path]:
    return sorted((folder / "cache" / "ravine").rglob(name))


def test_an_ended_grid_goes_on(ravine, start, folder):
    own = {"END_AT": "20", "END_BY": str(int(signal.SIGINT))}
    process = start(*GRID, environment=own, entry=[sys.executable, "-c", f"{EAGER}\nmain()"])
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (130, b"", b"")
    assert not (folder / "line.json").exists()
    assert take_calls(folder) == 20
    ravine.works(*GRID)
    assert take_calls(folder) == ENDS + POINTS - (20 - ENDS - 1)
    record = json.loads((folder / "line.json").read_text())
    alphas = np.array(record["alphas"])
    np.testing.assert_allclose(record["train_loss"], 9 * (1 - alphas) ** 2 + alphas**2, rtol=1e-5)


KILLED = """
steps = []
def killed():
    steps.append(1)
    if len(steps) == 5:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
_terminal.check_interrupt = killed
"""


def test_a_killed_training_goes_on(ravine, start, folder):
    command = (*TRAIN, "--steps", 400, "-o", "t.json")
    entry = [sys.executable, "-c", f"{EAGER}{KILLED}\nmain()"]
    process = start(*command, entry=entry)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (-signal.SIGKILL, b"")
    parts = [path.stem for path in kept(folder, "*.safetensors")]
    assert parts[0].startswith("00000000-")
    reached = max(int(part.split("-")[1]) for part in parts)
    assert 100 <= reached <= 200
    ravine.works(*command)
    added = {path.stem for path in kept(folder, "*.safetensors")} - set(parts)
    assert min(int(part.split("-")[0]) for part in added) == reached
    whole = (folder / "t.json").read_bytes()
    ravine.works(*command, "--no-cache")
    assert (folder / "t.json").read_bytes() == whole


def test_a_full_disk_under_the_output_loses_no_point(ravine, folder, full_disk):
    take_calls(folder)
    with full_disk(1200):
        line = ravine.fails(*GRID, status=1)
    assert line == "Error: line.json: File too large."
    assert not (folder / "line.json").exists()
    assert take_calls(folder) == ENDS + POINTS
    ravine.works(*GRID)
    assert take_calls(folder) == ENDS


def test_a_full_disk_under_the_cache_costs_nothing_but_the_keeping(ravine, folder, monkeypatch):
    def full(_: Path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_kept, "atomic_write", full)
    ravine.works(*GRID)
    assert len(json.loads((folder / "line.json").read_text())["alphas"]) == POINTS - 2
    assert kept(folder, "*.npz") == []


def test_a_full_disk_leaves_the_earlier_file(ravine, folder, full_disk):
    ravine.works(*GRID[:-1], "o.png", *SMALL)
    for name in ("o.json", "o.csv", "o.npz", "o.png", "o.svg"):
        (folder / name).write_bytes(b"earlier")
        with full_disk(500):
            line = ravine.fails(*GRID[:-1], name, *SMALL, status=1)
        assert line == f"Error: {name}: File too large."
        assert (folder / name).read_bytes() == b"earlier"


def test_a_damaged_cache_is_made_anew(ravine, folder):
    command = (*TRAIN, "--steps", 100, "-o", "t.json")
    ravine.works(*command)
    ravine.works(*GRID)
    whole = [(folder / name).read_bytes() for name in ("t.json", "line.json")]
    for path in [*kept(folder, "*.safetensors"), *kept(folder, "*.npz")]:
        path.write_bytes(path.read_bytes()[:100])
    ravine.works(*command)
    ravine.works(*GRID)
    assert [(folder / name).read_bytes() for name in ("t.json", "line.json")] == whole


def test_a_cache_that_cannot_be_used_is_not_spoken_of(start, folder):
    (folder / "file").write_bytes(b"")
    own = {
        "XDG_CACHE_HOME": str(folder / "file"),
        "MPLCONFIGDIR": str(folder / "file" / "no"),
        "HOME": os.devnull,
    }
    process = start(*LINE, "--alphas", 0, 1, 5, *SMALL, "-o", "line.png", environment=own)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, b"")
    assert stdout.startswith(b"line.png: loss: ")
