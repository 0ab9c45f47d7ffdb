"""What walks, trainings and curves say, against the runs that they are of."""

import json
from functools import cache

import jax
import numpy as np
import pytest

import ravine
from ravine.core.recipe import RecipeError
from ravine.landscapes.networks import Problem, load, load_data, write_checkpoint
from ravine.studies._train import _folders

NETWORK = "deep_linear:widths=[2]"
CHOSEN = {
    "optimizers": ["sgd:learning_rate=0.1"],
    "data": "moons",
    "batch_size": [20],
    "batch_order": "replacement",
    "weight_decay": 0.1,
    "steps": 7,
    "keep_every": 1,
}


def flat(model) -> np.ndarray:
    return np.concatenate([np.asarray(leaf, float).ravel() for leaf in jax.tree.leaves(model)])


@cache
def problem():
    return Problem(network=load("deep_linear"), data=load_data("moons"), options={"widths": (2,)})


def test_cosines_are_those_of_the_updates_of_sgd():
    """An update of SGD at a constant rate is minus the rate times the gradient that it was taken with."""
    walk = ravine.walk(NETWORK, sharpness_every=8, **CHOSEN)
    training = ravine.train(NETWORK, **CHOSEN).runs[0].training
    updates = np.diff([flat(training.iterate(k)) for k in range(8)], axis=0)
    lengths = np.linalg.norm(updates, axis=1)
    wanted = (updates[1:] * updates[:-1]).sum(1) / (lengths[1:] * lengths[:-1])
    np.testing.assert_allclose(walk.runs[0].cosines, wanted, atol=1e-3)


def test_a_walk_that_leaves_the_reals_has_gaps():
    chosen = {**CHOSEN, "optimizers": ["sgd:learning_rate=1e30"]}
    (run,) = ravine.walk(NETWORK, sharpness_every=7, **chosen).runs
    assert np.isfinite(run.sharpness[0])
    assert np.isnan(run.sharpness[-1])


def test_networks_under_one_optimizer_are_told_apart(tmp_path):
    networks = (NETWORK, "deep_linear:widths=[3]")
    train = ravine.train(networks, **CHOSEN)
    train.save_runs(tmp_path / "runs")
    saved = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("runs/*/run.json"))]
    assert [run["facts"]["network"] for run in saved] == ["Deep linear (widths 2)", "Deep linear (widths 3)"]
    assert len({label for label, *_ in train.table()}) == 1 + len(networks)
    walk = ravine.walk(networks, sharpness_every=8, **CHOSEN)
    assert len({run.label for run in walk.runs}) == len(networks)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["SGD", "Adam"], ["sgd", "adam"]),
        (["a b", "a/b", "c"], ["1-a-b", "2-a-b", "c"]),
        (["..", "/"], ["1-", "2-"]),
    ],
)
def test_each_run_has_a_folder_of_its_own(tmp_path, labels, names):
    assert _folders(tmp_path, labels) == [tmp_path / name for name in names]


@pytest.mark.parametrize("study", [ravine.connect, ravine.spectrum])
@pytest.mark.parametrize("several", [{"networks": ("mlp", "lstm")}, {"optimizers": ("sgd", "adam")}])
def test_a_study_of_one_training_refuses_several(study, several):
    with pytest.raises(RecipeError, match="got 2 "):
        study(**several)


def test_a_curve_between_checkpoints_has_two_ends(tmp_path):
    starts = [problem().start(seed) for seed in (0, 1)]
    ends = [tmp_path / f"{name}.safetensors" for name in "ab"]
    for path, start in zip(ends, starts, strict=True):
        write_checkpoint(path, start)
    found = ravine.connect(NETWORK, *ends, data="moons", steps=5, places=5)
    wanted = [float(problem().objective("recomputed").compiled_loss(start)) for start in starts]
    assert found.straight["train_loss"][[0, -1]] == pytest.approx(wanted, rel=1e-5)
    with pytest.raises(ValueError, match="the same point"):
        ravine.connect(NETWORK, ends[0], ends[0], data="moons", steps=5)
