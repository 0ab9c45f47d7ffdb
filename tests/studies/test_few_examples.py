"""A default suits data of any size: a minibatch has no more examples than there are to train on."""

import json

import numpy as np
import pytest
from PIL import Image

import ravine
from ravine.landscapes.networks import Problem, load, load_data
from ravine.landscapes.networks._data_file import training_examples
from ravine.optimizers import Setting, rule_of
from ravine.optimizers import load as load_rule
from ravine.studies._options import Options
from ravine.studies._result import kind_of
from ravine.studies.training import choose_rate, train

NETWORK = "deep_linear:widths=[2]"
STUDIES = {
    "train": {"optimizers": ["adam"]},
    "walk": {"sharpness_every": 5},
    "connect": {"places": 3},
    "plane": {"resolution": 2, "steps": 20},
    "spectrum": {"top": 1, "bottom": 1},
}


def rows(count: int, **more: np.ndarray) -> str:
    """The path of a file of data with as many examples, of two classes."""
    path = f"rows{count}.npz"
    inputs = np.random.default_rng(0).normal(size=(count, 3))
    np.savez(path, x=inputs, y=np.arange(count) % 2, **more)
    return path


def size_used(command: str, data: str, **values: object) -> tuple[int | str, ...]:
    return kind_of(command).choices.of({"data": data, **values}).batch_size


@pytest.mark.parametrize("command", STUDIES)
def test_few_examples_do_with_all_defaults(in_folder, command):
    run = {"steps": 4, "keep": False, "seed": 3, **STUDIES[command]}
    result = getattr(ravine, command)(NETWORK, data=rows(5), **run)
    fewer = len(load_data("rows5.npz").train.labels)
    assert fewer < 100
    assert result.choices.batch_size == (("full", fewer // 2) if command == "walk" else (fewer,))
    assert json.loads(result.choices.described())["batch_size"] == list(result.choices.batch_size)


def test_the_picture_says_how_many(in_folder):
    result = ravine.train(NETWORK, data=rows(5), steps=4, keep=False, optimizers=["adam"])
    result.save("o.png")
    with Image.open("o.png") as picture:
        made = json.loads(picture.info["Comment"].removeprefix("ravine train "))
    assert made["batch_size"] == list(result.choices.batch_size) != [100]


@pytest.mark.parametrize("command", ["train", "line", "plane", "spectrum", "connect"])
def test_a_hundred_to_train_on_keep_their_hundred(in_folder, command):
    few = kind_of(command).choices.of({"data": rows(100)})
    assert few.batch_size == (80,)
    assert '"batch_size": [80]' in few.described()
    assert size_used(command, rows(126)) == (100,)
    assert size_used(command, rows(125)) == (100,)
    assert size_used(command, rows(120)) == (96,)
    assert size_used(command, "digits") == (100,)
    assert '"batch_size"' not in kind_of(command).choices.of({"data": rows(126)}).described()


def test_a_walk_keeps_its_two(in_folder):
    assert size_used("walk", rows(126)) == ("full", 100)
    assert size_used("walk", rows(20)) == ("full", 8)
    assert size_used("walk", rows(100)) == ("full", 40)
    assert size_used("walk", rows(20), optimizers=("sgd",)) == (16,)
    assert size_used("walk", rows(126), optimizers=("sgd",)) == (100,)
    assert size_used("walk", rows(20), batch_size="full", optimizers=("sgd",)) == ("full",)


def test_a_size_that_is_given_is_taken_at_its_word(in_folder):
    given = Options.of({"data": rows(100), "batch_size": 100})
    assert given.batch_size == (100,)
    with pytest.raises(ValueError, match="than there are, which is 80; got a size of 100"):
        ravine.line(NETWORK, data="rows100.npz", batch_size=100, steps=2, keep=False)


def test_the_count_is_the_split_s(in_folder):
    for count in (4, 5, 9, 100, 123):
        assert training_examples(rows(count)) == len(load_data(rows(count)).train.labels)
    more = {"x_test": np.zeros((2, 3)), "y_test": np.array([0, 1])}
    assert training_examples(rows(30, **more)) == 30


def test_a_file_that_is_no_data_is_left_to_be_refused(in_folder):
    np.savez("other.npz", z=np.zeros(3))
    np.savez("empty.npz", x=np.zeros((0, 3)), y=np.zeros(0, int))
    np.savez("matrix.npz", x=np.zeros((3, 3)), y=np.zeros((3, 3), int))
    np.savez("one.npz", x=np.zeros((3, 3)), y=np.zeros(3, int))
    (in_folder / "text.npz").write_text("no archive")
    for name in (
        "other.npz",
        "empty.npz",
        "matrix.npz",
        "one.npz",
        "text.npz",
        "absent.npz",
        "digits",
        rows(1),
    ):
        assert training_examples(name) is None
    for name in ("other.npz", "empty.npz", "matrix.npz", "one.npz", "text.npz", "absent.npz", "rows1.npz"):
        assert Options.of({"data": name}).batch_size == (100,)
        with pytest.raises(ValueError, match=name.removesuffix(".npz")):
            load_data(name)


def test_a_training_and_its_rate_in_python(in_folder):
    problem = Problem(network=load("deep_linear"), data=load_data(rows(20)), options={"widths": (2,)})
    rule = rule_of(Setting(optimizer=load_rule("sgd"), hyperparameters={"learning_rate": 0.1}))
    plain, told = (train(problem, rule, steps=3, **size) for size in ({}, {"batch_size": 16}))
    np.testing.assert_array_equal(plain.batch_losses, told.batch_losses)
    assert choose_rate(
        problem, lambda rate: rule_of(Setting(optimizer=load_rule("sgd")).with_rate(rate)), steps=4
    )
