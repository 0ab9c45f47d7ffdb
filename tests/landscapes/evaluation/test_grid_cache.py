"""Grids that were ended go on where they stopped."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.core import cache as _kept
from ravine.landscapes.curvature._hessian import extremes_at
from ravine.landscapes.evaluation import _evaluate as engine
from ravine.landscapes.evaluation import _grid_cache as _kept_grid
from ravine.landscapes.evaluation._evaluate import evaluate
from ravine.landscapes.networks._objective import Objective, ObjectiveError

ORIGIN, DIRECTION = np.arange(3.0, dtype=np.float32), np.ones(3, np.float32)
COORDINATES = np.linspace(-1, 1, 40, dtype=np.float32)[:, None]
LOSSES = ((ORIGIN + COORDINATES * DIRECTION) ** 2).sum(1)


@pytest.fixture(autouse=True)
def kept_at_once(monkeypatch):
    monkeypatch.setattr(_kept_grid, "_WORTH", 0.0)


SEEN: list[float] = []
"""The first parameter at each point of the evaluation that is under way."""


@cache
def counted(identity: str) -> Objective:
    """A bowl outside JAX, where each call is seen; the same object for the same name, compiled once."""

    def on_host(params: np.ndarray) -> np.ndarray:
        SEEN.append(float(params[0]))
        return np.float32((params**2).sum())

    def measures(params, features, data):
        shape = jax.ShapeDtypeStruct((), jnp.float32)
        return {"train_loss": jax.pure_callback(on_host, shape, params, vmap_method="sequential")}

    return Objective(measures=measures, identity=identity)


def run(calls: list[float], keep: Path | None, *, identity: str = "bowl", **changes) -> np.ndarray:
    given = {"origin": ORIGIN, "directions": [DIRECTION], "coordinates": COORDINATES, **changes}
    SEEN.clear()
    try:
        return evaluate(counted(identity), keep=keep, **given)["train_loss"]
    finally:
        calls.extend(SEEN)


def end_after(points: int) -> Callable[[int], None]:
    def on_points(done: int) -> None:
        if done >= points:
            raise KeyboardInterrupt

    return on_points


def test_an_interrupted_grid_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_CALL", 1e-9)
    calls: list[float] = []
    with pytest.raises(KeyboardInterrupt):
        run(calls, tmp_path, on_points=end_after(12))
    assert len(calls) == 12
    said: list[int] = []
    np.testing.assert_allclose(run(calls, tmp_path, on_points=said.append), LOSSES, rtol=1e-6)
    assert len(calls) == 40
    assert said == list(range(12, 41))


def test_a_mistake_half_way_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_CALL", 1e-9)
    broken = [True]

    def on_host(params: np.ndarray) -> np.ndarray:
        if broken[0] and params[0] > 0:
            raise ValueError("the module fails here")
        return np.float32((params**2).sum())

    def measures(params, features, data):
        return {"train_loss": jax.pure_callback(on_host, jax.ShapeDtypeStruct((), jnp.float32), params)}

    objective = Objective(measures=measures, identity="bowl")
    said: list[int] = []
    with pytest.raises(ObjectiveError, match="the module fails here"):
        evaluate(objective, ORIGIN, [DIRECTION], COORDINATES, keep=tmp_path, on_points=said.append)
    assert said[-1] == 20
    broken[0] = False
    said.clear()
    found = evaluate(objective, ORIGIN, [DIRECTION], COORDINATES, keep=tmp_path, on_points=said.append)
    np.testing.assert_allclose(found["train_loss"], LOSSES, rtol=1e-6)
    assert said[0] == 20


def test_a_failure_that_is_told_later_keeps_nothing_wrong(tmp_path, monkeypatch):
    # A loss outside JAX may answer with NaN and say at the end of the call what went wrong.
    monkeypatch.setattr(engine, "_CALL", 1e-9)
    failures: list[Exception] = []

    def on_host(params: np.ndarray) -> np.ndarray:
        if len(said) == 7:
            failures.append(LookupError("no such layer"))
        return np.float32(np.nan if failures else (params**2).sum())

    def measures(params, features, data):
        return {"train_loss": jax.pure_callback(on_host, jax.ShapeDtypeStruct((), jnp.float32), params)}

    def check() -> None:
        if failures:
            raise failures[0]

    objective, said = Objective(measures=measures, identity="bowl", check=check), list[int]()
    with pytest.raises(LookupError, match="no such layer"):
        evaluate(objective, ORIGIN, [DIRECTION], COORDINATES, keep=tmp_path, on_points=said.append)
    assert said == list(range(1, 8))
    np.testing.assert_allclose(run([], tmp_path), LOSSES, rtol=1e-6)


def test_the_same_grid_is_computed_once(tmp_path):
    calls: list[float] = []
    first = run(calls, tmp_path)
    said: list[int] = []
    np.testing.assert_array_equal(run(calls, tmp_path, on_points=said.append), first)
    assert len(calls) == 40
    assert said == [40]


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ORIGIN + 1},
        {"directions": [2 * DIRECTION]},
        {"coordinates": COORDINATES / 2},
        {"identity": "another bowl"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_grid_is_another(tmp_path, change):
    calls: list[float] = []
    run(calls, tmp_path)
    run(calls, tmp_path, **change)
    assert len(calls) == 80


def bump(height: float, *, data: bool) -> Objective:
    """Losses of one name that differ between -0.5 and 0.5 alone, by a constant or by the data."""

    def loss(params, height):
        return jnp.sum(params**2) + height * jnp.maximum(0.0, 0.25 - params[0] ** 2)

    if not data:
        return Objective.of(lambda params: loss(params, height), name="bump")
    return Objective(
        measures=lambda params, features, data: {"train_loss": loss(params, data["height"])},
        data={"height": np.float32(height)},
    )


@pytest.mark.parametrize("data", [False, True], ids=["a constant", "data"])
def test_losses_without_a_name_are_told_by_what_they_compute(tmp_path, data):
    for height in (0.0, 1.0, 0.0):
        wanted = LOSSES + height * np.maximum(0.0, 0.25 - COORDINATES[:, 0] ** 2)
        found = evaluate(bump(height, data=data), ORIGIN, [DIRECTION], COORDINATES, keep=tmp_path)
        np.testing.assert_allclose(found["train_loss"], wanted, rtol=1e-6)
    assert len(list(tmp_path.iterdir())) == 2


def test_extremes_are_kept_under_their_derivatives_and_parameters(tmp_path):
    """The loss sum(i w_i^2) has the curvatures 2 i; a rule of one's own may say another slope of it."""

    def objective(slope: float, count: int) -> Objective:
        @jax.custom_jvp
        def weighed(params):
            return jnp.sum(jnp.arange(3.0) * params**2)

        @weighed.defjvp
        def _(at, along):
            return weighed(*at), slope * jnp.sum(jnp.arange(3.0) * at[0] * along[0])

        of_leaves = Objective.of(lambda params: weighed(jnp.stack(params)), name="one")
        return replace(of_leaves, trained=lambda _: [k < count for k in range(3)])

    origin = [np.float32(1.0)] * 3
    for slope, count in ((2.0, 3), (4.0, 3), (2.0, 2), (2.0, 3)):
        found = extremes_at(objective(slope, count), origin, [origin], np.zeros((2, 1)), keep=tmp_path)
        np.testing.assert_allclose(found.highest, slope * (count - 1), rtol=1e-3)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("identity", ["", "bowl"])
def test_nothing_is_kept_unless_asked_for(tmp_path, identity):
    calls: list[float] = []
    for _ in range(2):
        run(calls, tmp_path if not identity else None, identity=identity)
    assert len(calls) == 80
    assert list(tmp_path.iterdir()) == []


def test_a_grid_that_takes_no_time_is_not_cached(tmp_path, monkeypatch):
    monkeypatch.setattr(_kept_grid, "_WORTH", 1000.0)
    run([], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_costs_nothing_but_the_keeping(tmp_path, monkeypatch):
    @contextmanager
    def full(path: Path) -> Iterator[None]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr(_kept_grid, "_PAUSE", 0.0)
    monkeypatch.setattr(_kept, "atomic_write", full)
    np.testing.assert_allclose(run([], tmp_path), LOSSES, rtol=1e-6)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half"])
def test_a_damaged_file_is_made_anew(tmp_path, content):
    calls: list[float] = []
    run(calls, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    np.testing.assert_allclose(run(calls, tmp_path), LOSSES, rtol=1e-6)
    assert len(calls) == 80


def test_the_folder_does_not_grow_without_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(_kept, "_MOST_FILES", 3)
    for shift in range(5):
        run([], tmp_path, origin=ORIGIN + np.float32(shift))
    assert len(list(tmp_path.iterdir())) == 3


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import test_grid_cache as tests

tests._kept._digest_of_package = lambda: "this version"
tests._kept_grid._PAUSE = 0.0
tests._kept_grid._SHARE = 1e9
tests.engine._CALL = 1e-9
def on_points(done):
    if done >= 15:
        os.kill(os.getpid(), signal.SIGKILL)

tests.run([], Path({keep!r}), on_points=on_points)
"""


def test_a_killed_grid_goes_on(tmp_path, monkeypatch):
    # Nobody is to edit the package between the two runs, or its text would be another version's.
    monkeypatch.setattr(_kept, "_digest_of_package", lambda: "this version")
    code = KILLED.format(folder=str(Path(__file__).parent), keep=str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", code], env={**os.environ}, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    calls: list[float] = []
    np.testing.assert_allclose(run(calls, tmp_path), LOSSES, rtol=1e-6)
    assert len(calls) == 40 - 15
