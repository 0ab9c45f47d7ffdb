"""Runs that a user saves: what lies in the folder, and what of it comes back."""

import json

import jax
import numpy as np
import pytest
from safetensors.numpy import load_file

from ravine.core.atomic import OutputError
from ravine.landscapes.networks import CheckpointError, Problem, load, load_data, read_checkpoint
from ravine.studies.training import RunError, Training, load_run, read_run_facts, save_run

FILES = ["iterates.safetensors", "run.json", "solution.safetensors", "start.safetensors"]
MEASURES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


@pytest.fixture(scope="module")
def start():
    options = {"widths": (4,), "batch_norm": True}
    return Problem(network=load("mlp"), data=load_data("moons"), options=options).start(0)


@pytest.fixture
def training(start):
    """A run made up of random numbers."""
    rng = np.random.default_rng(5)
    return Training(
        steps=np.array([0, 10, 20, 25]),
        iterates=jax.tree.map(lambda leaf: rng.normal(size=(4, *leaf.shape)).astype(np.float32), start),
        batch_losses=rng.normal(size=25).astype(np.float32),
        measures={name: rng.normal(size=4).astype(np.float32) for name in MEASURES},
        stopped_at=25,
        seed=3,
        fingerprint_facts={"rule": "adam", "start": None},
    )


def assert_same_leaves(one, other):
    assert jax.tree.structure(one) == jax.tree.structure(other)
    jax.tree.map(np.testing.assert_array_equal, one, other)


def test_a_run_comes_back(training, start, tmp_path):
    save_run(tmp_path / "run", training, {"target": np.float32(0.5)})
    found = load_run(tmp_path / "run", start)
    assert_same_leaves(found.iterates, training.iterates)
    assert found.steps.tolist() == [0, 10, 20, 25]
    np.testing.assert_array_equal(found.batch_losses, training.batch_losses)
    jax.tree.map(np.testing.assert_array_equal, dict(found.measures), dict(training.measures))
    assert (found.stopped_at, found.seed) == (25, 3)
    assert found.fingerprint_facts == {"rule": "adam", "start": None}
    assert read_run_facts(tmp_path / "run") == {"target": 0.5}


def test_its_ends_are_checkpoints(training, start, tmp_path):
    save_run(tmp_path / "run", training)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == FILES
    for name, place in (("start", 0), ("solution", -1)):
        found = read_checkpoint(tmp_path / "run" / f"{name}.safetensors", start)
        assert_same_leaves(found, training.iterate(place))
    stacked = load_file(tmp_path / "run" / "iterates.safetensors")
    np.testing.assert_array_equal(stacked["layers.0.weight"], training.iterates.layers[0].weight)


def test_numbers_that_are_not_finite_are_null_in_json(training, start, tmp_path):
    training.batch_losses[3:] = np.nan
    training.measures["train_loss"][2:] = np.inf
    training.iterates.layers[0].weight[2:] = np.nan
    save_run(tmp_path / "run", training, {"losses": np.array([1.0, np.nan]), "rate": float("inf")})
    assert read_run_facts(tmp_path / "run") == {"losses": [1.0, None], "rate": None}
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["batch_losses"][2:5] == [float(training.batch_losses[2]), None, None]
    assert record["diverged_at"] == 3
    found = load_run(tmp_path / "run", start)
    assert found.diverged_at == 3
    assert_same_leaves(found.iterates, training.iterates)
    assert np.isnan(found.measures["train_loss"][2:]).all()


def test_the_same_run_gives_the_same_bytes(training, tmp_path):
    for name in ("one", "other"):
        save_run(tmp_path / name, training, {"label": "Adam"})
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_an_earlier_run_is_replaced(training, start, tmp_path):
    save_run(tmp_path / "run", training, {"number": 1})
    save_run(tmp_path / "run", training, {"number": 2})
    assert read_run_facts(tmp_path / "run") == {"number": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_with_something_else_is_left_alone(training, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(OutputError, match=r"holds 'thesis.tex', which is no part of a saved run; name a new"):
        save_run(tmp_path, training)
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_a_full_disk_leaves_the_earlier_run(training, tmp_path, monkeypatch):
    save_run(tmp_path / "run", training, {"number": 1})

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ravine.studies.training._run_folder.write_checkpoint", full)
    with pytest.raises(OSError, match="No space left"):
        save_run(tmp_path / "run", training, {"number": 2})
    assert read_run_facts(tmp_path / "run") == {"number": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_folders_above_are_made(training, tmp_path):
    save_run(tmp_path / "runs" / "adam", training)
    assert (tmp_path / "runs" / "adam" / "run.json").is_file()


def test_a_folder_without_a_run(start, tmp_path):
    with pytest.raises(RunError, match=r"holds no saved run: there is no run\.json in it\."):
        load_run(tmp_path, start)


RECORD = {
    "facts": {},
    "made_from": {},
    "seed": 0,
    "stopped_at": None,
    "steps": [0, 1],
    "measures": {"train_loss": [1.0, None]},
    "batch_losses": [1.0],
}
DAMAGES = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    "[" * 100_000,
    *(json.dumps({key: value for key, value in RECORD.items() if key != gone}) for gone in RECORD),
    *(json.dumps({**RECORD, key: "?"}) for key in RECORD),
    *(json.dumps({**RECORD, "steps": steps}) for steps in ([], [0], [[0, 1]], [0, None], {"0": 1})),
    json.dumps({**RECORD, "measures": {"train_loss": [[1.0], [2.0]]}}),
    json.dumps({**RECORD, "batch_losses": [[1.0]]}),
]


@pytest.mark.parametrize("text", DAMAGES, ids=lambda text: text[:20])
def test_a_damaged_record_is_named(training, start, tmp_path, text):
    save_run(tmp_path / "run", training)
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(RunError, match=r"^The file '.*run.json' is no record of a run, or a damaged one"):
        load_run(tmp_path / "run", start)


def test_bytes_that_are_no_text_are_named(training, start, tmp_path):
    save_run(tmp_path / "run", training)
    (tmp_path / "run" / "run.json").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(RunError, match="is no record of a run"):
        load_run(tmp_path / "run", start)


def test_iterates_of_another_network_are_named(training, tmp_path):
    save_run(tmp_path / "run", training)
    other = Problem(network=load("mlp"), data=load_data("moons"), options={"widths": (5,)}).start(0)
    with pytest.raises(CheckpointError, match="another network"):
        load_run(tmp_path / "run", other)
