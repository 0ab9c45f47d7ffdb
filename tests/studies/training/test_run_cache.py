"""Runs that are kept: not run twice, gone on with, and done without where a folder is of no use."""

import os
import time
from functools import cache

import jax
import numpy as np
import optax
import pytest

import ravine
from ravine.landscapes.networks import Problem, load, load_data
from ravine.studies.training import _plan as plan
from ravine.studies.training import _run_cache as evict
from ravine.studies.training import _run_cache as kept_runs
from ravine.studies.training import train

ADAM = "adam:learning_rate=0.3"
rule = cache(ravine.rule)


@pytest.fixture(scope="module")
def moons():
    options = {"activation": "tanh", "widths": (4,), "batch_norm": True}
    return Problem(network=load("mlp"), data=load_data("moons"), options=options)


@pytest.fixture
def run(moons, tmp_path):
    """A training of moons that is kept, with any choice changed."""

    def run(text=ADAM, **choices):
        usual = {"steps": 170, "batch_size": 20, "save_every": 10, "keep": tmp_path, "identity": text}
        return train(moons, rule(text), **{**usual, **choices})

    return run


@pytest.fixture
def calls(monkeypatch):
    """The steps that each call of the compiled program takes."""
    counts = []

    def counted(method, every, carried, fixed, rows, count, examples):
        counts.append(count)
        return run_steps(method, every, carried, fixed, rows, count, examples)

    run_steps = plan.run_steps
    monkeypatch.setattr(plan, "run_steps", counted)
    return counts


def assert_same(one, other):
    assert one.stopped_at == other.stopped_at
    assert jax.tree.structure(one.iterates) == jax.tree.structure(other.iterates)
    arrays = [
        [run.steps, run.batch_losses, run.measures, *jax.tree.leaves(run.iterates)] for run in (one, other)
    ]
    jax.tree.map(np.testing.assert_array_equal, *arrays)


def parts(folder):
    return sorted(path.name for path in folder.glob("*/*.safetensors"))


def test_the_same_run_is_not_trained_twice(run, calls):
    first = run()
    assert sum(calls) == 170
    calls.clear()
    assert_same(run(), first)
    assert calls == []


def test_a_run_of_a_broken_number_of_steps_is_not_trained_twice(run, calls):
    first = run(steps=167)
    calls.clear()
    assert_same(run(steps=167), first)
    assert calls == []


class Interrupt:
    """Interrupts the run that has come so far."""

    def __init__(self, step):
        self.step = step

    def __call__(self, step):
        if step >= self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize("every", [10, 60])
def test_an_interrupted_run_goes_on_where_it_stopped(run, calls, every):
    whole = run(keep=None, save_every=every)
    with pytest.raises(KeyboardInterrupt):
        run(on_step=Interrupt(150), save_every=every)
    calls.clear()
    assert_same(run(save_every=every), whole)
    assert 0 < sum(calls) <= 110


def test_a_run_is_saved_on_the_way(run, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_runs, "_SECONDS", 0.0)
    run(steps=120)
    assert parts(tmp_path) == [
        "00000000-00000050.safetensors",
        "00000050-00000100.safetensors",
        "00000100-00000120.safetensors",
    ]


@pytest.mark.parametrize(
    ("shorter", "order"),
    [(40, "shuffled"), (47, "shuffled"), (100, "shuffled"), (3, "shuffled"), (47, "replacement")],
)
def test_a_longer_run_goes_on_from_a_shorter_one(run, calls, shorter, order):
    whole = run(keep=None, order=order)
    run(steps=shorter, order=order)
    calls.clear()
    assert_same(run(order=order), whole)
    assert sum(calls) == 170 - shorter // 10 * 10


@pytest.mark.parametrize(("shorter", "trained"), [(100, 0), (47, 47), (167, 167)])
def test_a_shorter_run_is_a_part_of_a_longer_one(run, calls, shorter, trained):
    expected = run(keep=None, steps=shorter)
    run()
    calls.clear()
    assert_same(run(steps=shorter), expected)
    assert sum(calls) == trained


def test_early_stopping_is_found_in_what_was_kept(run, calls):
    whole = run()
    stopped = run(keep=None, early_stopping=20)
    assert stopped.stopped_at is not None
    calls.clear()
    assert_same(run(early_stopping=20), stopped)
    assert calls == []
    assert_same(run(), whole)


def test_a_run_goes_on_from_where_it_was_stopped_early(run):
    whole = run(keep=None)
    run(early_stopping=20)
    assert_same(run(), whole)


OTHERS = [
    {"seed": 1},
    {"batch_size": 21},
    {"order": "replacement"},
    {"save_every": 5},
    {"weight_decay": 0.1},
    {"text": "adam:learning_rate=0.06"},
    {"start": 4},
]


class TrainedError(Exception):
    """What is raised in place of a training."""


def fail(*_):
    raise TrainedError


@pytest.mark.parametrize("choices", OTHERS, ids=str)
def test_another_run_is_trained(run, moons, monkeypatch, choices):
    run(steps=10)
    monkeypatch.setattr(plan, "run_steps", fail)
    if "start" in choices:
        choices = {"start": moons.start(choices["start"])}
    run(steps=10)
    with pytest.raises(TrainedError):
        run(steps=10, **choices)


def test_another_network_is_trained(run, monkeypatch, tmp_path):
    run(steps=10)
    monkeypatch.setattr(plan, "run_steps", fail)
    other = Problem(network=load("mlp"), data=load_data("moons"), options={"widths": (3,)})
    with pytest.raises(TrainedError):
        train(other, rule(ADAM), steps=10, batch_size=20, save_every=10, keep=tmp_path, identity=ADAM)


def test_the_pace_of_a_curriculum_depends_on_its_length(run, moons, calls):
    difficulty = np.arange(len(moons.data.train.labels), dtype=float)
    run(steps=20, order="curriculum", difficulty=difficulty)
    run(steps=20, order="curriculum", difficulty=difficulty[::-1])
    calls.clear()
    run(steps=40, order="curriculum", difficulty=difficulty)
    assert sum(calls) == 40
    calls.clear()
    run(steps=40, order="curriculum", difficulty=difficulty)
    assert calls == []


def test_nothing_is_kept_of_a_rule_without_a_name(run, tmp_path):
    run(steps=10, identity="")
    assert list(tmp_path.iterdir()) == []


def test_a_rule_with_random_numbers_goes_on_with_them(moons, tmp_path):
    noise = optax.add_noise(0.1, 0.5, jax.random.key(7))
    noisy = optax.with_extra_args_support(optax.chain(noise, optax.sgd(0.1)))
    common = {"batch_size": 20, "save_every": 10, "identity": "noisy"}
    whole = train(moons, noisy, steps=60, **common)
    train(moons, noisy, steps=30, keep=tmp_path, **common)
    assert_same(train(moons, noisy, steps=60, keep=tmp_path, **common), whole)


DAMAGES = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "other bytes": lambda content: content[:-40] + bytes(40),
    "no header": lambda content: b"\xff" * 64,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_trained_anew(run, calls, tmp_path, damage):
    first = run(steps=20)
    (path,) = tmp_path.glob("*/*.safetensors")
    content = path.read_bytes()
    path.write_bytes(DAMAGES[damage](content))
    calls.clear()
    assert_same(run(steps=20), first)
    assert sum(calls) == 20
    assert path.read_bytes() == content


def test_a_folder_that_is_a_file_is_done_without(run, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    assert_same(run(steps=20, keep=file), run(steps=20, keep=None))
    assert file.read_text() == "mine"


def test_a_full_disk_is_done_without(run, tmp_path, monkeypatch):
    def full(path, part):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_runs, "write_segment", full)
    assert_same(run(steps=20), run(steps=20, keep=None))
    assert parts(tmp_path) == []


def test_runs_that_were_not_asked_for_longest_are_let_go(run, tmp_path, monkeypatch):
    monkeypatch.setattr(evict, "_MOST_RUNS", 3)
    (tmp_path / "mine").mkdir()
    for seed in range(3):
        run(steps=10, seed=seed)
    folders = {path.name for path in tmp_path.iterdir()}
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 60, time.time() - 60))
    run(steps=10, seed=1)
    kept_longest = {path.name for path in tmp_path.iterdir() if path.stat().st_mtime > time.time() - 30}
    run(steps=10, seed=3)
    run(steps=10, seed=4)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 4
    assert "mine" in left
    assert kept_longest <= left
    assert len(left & folders) == 2


def test_large_runs_are_let_go_first(run, tmp_path, monkeypatch):
    monkeypatch.setattr(evict, "_MOST_BYTES", 1)
    for seed in range(3):
        run(steps=10, seed=seed)
    assert len(list(tmp_path.iterdir())) == 1
