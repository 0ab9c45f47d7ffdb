"""A user's own data file: what is in it is taken, and what is wrong with it is named in one line."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, from_dtype, scalar_dtypes

from ravine.landscapes.networks import Data, DataError, load_data

X = np.arange(24.0).reshape(12, 2)
Y = np.arange(12) % 3


@pytest.fixture
def write(tmp_path):
    def write(**arrays) -> Path:
        path = tmp_path / "own.npz"
        np.savez(path, **arrays)
        return path

    return write


def refusal(path: str | os.PathLike[str]) -> str:
    with pytest.raises(DataError) as caught:
        load_data(path)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    return message


def outcome(path: Path) -> Data | None:
    """The data, or nothing where they are refused as they should be."""
    try:
        data = load_data(path)
    except DataError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right
        return None
    for split in data.splits.values():
        assert split.inputs.dtype == np.float32
        assert np.isfinite(split.inputs).all()
        assert split.inputs.shape == (len(split.labels), np.prod(data.shape))
        assert 0 <= split.labels.min() <= split.labels.max() < data.classes
    assert set(data.train.labels) == set(range(data.classes))
    return data


@pytest.mark.parametrize("shape", [(2,), (1,), (4, 3), (3, 2, 2)])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_inputs_of_any_shape_are_taken_as_they_are(shape, save, tmp_path):
    x = np.random.default_rng(0).normal(5.0, 100.0, (40, *shape))
    y = np.arange(40) % 4
    save(tmp_path / "own.npz", x=x, y=y)
    data = load_data(tmp_path / "own.npz")
    assert (data.name, data.title, data.shape, data.classes) == ("own", "own", shape, 4)
    assert (len(data.train.labels), len(data.test.labels)) == (32, 8)
    found = {(*row, label) for split in data.splits.values() for row, label in zip(*split, strict=True)}
    flat = x.reshape(40, -1).astype(np.float32)
    assert found == {(*row, label) for row, label in zip(flat, y, strict=True)}


@pytest.mark.parametrize("dtype", ["f2", "<f4", ">f8", "g", "i1", "u8", ">i2", "?"])
def test_dtypes_and_orders(dtype, write):
    x = (X % 2).astype(dtype)
    data = load_data(write(x=np.asfortranarray(x), y=(Y == 0).astype(dtype), x_test=x, y_test=Y == 0))
    for split in data.splits.values():
        np.testing.assert_array_equal(split.inputs, X % 2)
        np.testing.assert_array_equal(split.labels, Y == 0)


def test_its_own_split(write):
    data = load_data(write(x=X, y=Y, x_test=X[:3] + 0.5, y_test=np.array([2, 2, 0])))
    np.testing.assert_array_equal(data.train.inputs, X)
    np.testing.assert_array_equal(data.train.labels, Y)
    np.testing.assert_array_equal(data.test.inputs, X[:3] + 0.5)
    np.testing.assert_array_equal(data.test.labels, [2, 2, 0])


@pytest.mark.parametrize("text", [True, False])
def test_the_path_is_text_or_a_path(text, write):
    path = write(x=X, y=Y)
    assert load_data(str(path) if text else path).classes == 3


def test_a_path_is_never_a_name(in_folder):
    np.savez("digits.npz", x=X, y=Y)
    Path("digits.npz").rename("digits")
    assert load_data(Path("digits")).shape == (2,)
    assert load_data("./digits").shape == (2,)
    assert load_data("digits").shape == (8, 8)


def test_the_identity_follows_every_number(write):
    changed = X.copy()
    changed[11, 1] += 1
    files = [
        {"x": X, "y": Y},
        {"x": changed, "y": Y},
        {"x": X, "y": Y[::-1]},
        {"x": X[:, None], "y": Y},
        {"x": X, "y": Y, "x_test": X, "y_test": Y},
    ]
    assert len({load_data(write(**file)).identity for file in files}) == len(files)
    assert load_data(write(**files[0])).identity == load_data(write(**files[0])).identity


NAN = X.copy()
NAN[(4, 7, 7), (1, 0, 1)] = np.nan, np.inf, -np.inf


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ({"a": X, "b": Y}, "has no x, only 'a', 'b'"),
        ({"x": X, "labels": Y}, "has no y, only 'x', 'labels'"),
        ({"x": X, "y": Y, "x_test": X}, "has no y_test"),
        ({"x": X, "y": Y, "y_test": Y}, "has no x_test"),
        ({f"a{i}": X for i in range(10)}, "'a7' and 2 more"),
        ({}, "only no arrays"),
        ({"x": X[:, 0], "y": Y}, "its shape is (12,)"),
        ({"x": X[0, 0], "y": Y}, "its shape is ()"),
        ({"x": X[:0], "y": Y[:0]}, "its shape is (0, 2)"),
        ({"x": X[:, :0], "y": Y}, "its shape is (12, 0)"),
        ({"x": X, "y": Y[:9]}, "whose shape is (12, 2); its own shape is (9,) instead of (12,)"),
        ({"x": X, "y": np.eye(3)[Y]}, "its own shape is (12, 3)"),
        ({"x": X, "y": 1}, "its own shape is ()"),
        ({"x": NAN, "y": Y}, "3 of 24 numbers are not, the first in row 4."),
        ({"x": X * 1e300, "y": Y}, "are finite as float32; 23 of 24 numbers are not, the first in row 0."),
        ({"x": X, "y": np.where(Y == 2, np.nan, Y)}, "are finite; that of row 2 is nan."),
        ({"x": X, "y": Y / 2}, "are whole numbers; that of row 1 is 0.5."),
        ({"x": X, "y": Y - 1}, "are 0 or more; that of row 0 is -1."),
        ({"x": X, "y": Y + 1}, "none is 0; numpy.unique"),
        ({"x": X, "y": Y * 2}, "none is 1; numpy.unique"),
        ({"x": X, "y": Y * 10**12}, "none is 1; numpy.unique"),
        ({"x": X, "y": Y * np.uint64(2**63)}, "none is 1; numpy.unique"),
        ({"x": X, "y": Y * 0 + 5}, "of at least 2 classes; all are 5."),
        ({"x": X, "y": np.minimum(np.arange(12), 2)}, "label 0 has only 1 in '"),
        ({"x": X[:1], "y": Y[:1]}, "of at least 2 classes"),
        ({"x": X.astype(str), "y": Y}, "holds text"),
        ({"x": X, "y": Y.astype("S3")}, "holds text"),
        ({"x": X + 1j, "y": Y}, "holds complex numbers"),
        ({"x": X, "y": Y.astype("M8[s]")}, "holds dates"),
        ({"x": X, "y": Y.astype("m8[s]")}, "holds spans of time"),
        ({"x": np.zeros(12, "f4,i4"), "y": Y}, "holds records"),
        ({"x": X.astype("V3"), "y": Y}, "holds records"),
        ({"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y}, "of one of x, (2,); its own is (1,)."),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y[:2]}, "y_test in"),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y + 1}, "among those of y, 0 to 2; that of row 2 is 3."),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y - 1}, "y_test in"),
        ({"x": X, "y": Y, "x_test": NAN, "y_test": Y}, "The inputs x_test in"),
    ],
)
def test_a_mistake_is_named(file, named, write):
    path = write(**file)
    message = refusal(path)
    assert named in message
    assert repr(str(path)) in message


@pytest.mark.parametrize("name", ["x", "y", "x_test"])
def test_a_pickled_array_is_refused_and_not_run(name, write, mark, bomb):
    file = {"x": X, "y": Y, "x_test": X, "y_test": Y, name: np.array([bomb(mark)] * 12, object)}
    message = refusal(write(**file))
    assert f"The array {name!r}" in message
    assert "can run code, so it is refused" in message
    assert not mark.exists()


def test_a_pickled_record_is_refused_and_not_run(write, mark, bomb):
    x = np.zeros(12, [("a", "O"), ("b", "f4")])
    x["a"] = bomb(mark)
    assert "holds Python objects" in refusal(write(x=x, y=Y))
    assert not mark.exists()


def test_a_pickled_array_that_nobody_asks_for_is_left_alone(write, mark, bomb):
    assert load_data(write(x=X, y=Y, names=np.array([bomb(mark)], object))).classes == 3
    assert not mark.exists()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


def archive_of(*, save=np.savez_compressed, **arrays) -> bytes:
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


def outcome_of(content: bytes, folder: Path) -> Data | None:
    path = folder / "fuzzed.npz"
    path.write_bytes(content)
    return outcome(path)


GOOD = archive_of(x=X, y=Y)


@given(size=st.integers(0, len(GOOD) - 1))
def test_a_part_of_a_file_is_refused(size, folder):
    assert outcome_of(GOOD[:size], folder) is None


@settings(max_examples=200)
@given(data=st.data())
def test_changed_bytes_never_break_it(data, folder, bomb):
    """In an archive that carries a pickle too, which must never be read."""
    mark = folder / "code has run"
    content = bytearray(archive_of(x=X, y=Y, z=np.array([bomb(mark)], object), save=np.savez))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome_of(bytes(content), folder)
    assert not mark.exists()


ANY_ARRAY = st.one_of(scalar_dtypes(), st.just(np.dtype(np.intp))).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_side=6, min_side=0))
)
SMALL_LABELS = arrays(np.int64, st.integers(0, 6), elements=st.integers(-1, 3))


@settings(max_examples=100)
@given(
    file=st.fixed_dictionaries(
        {"x": ANY_ARRAY, "y": ANY_ARRAY | SMALL_LABELS},
        optional={"x_test": ANY_ARRAY, "y_test": SMALL_LABELS, "other": ANY_ARRAY},
    )
)
def test_random_arrays_never_break_it(file, folder):
    outcome_of(archive_of(**file, save=np.savez), folder)


@given(x=arrays(np.float64, (12, 2), elements=from_dtype(np.dtype(np.float32), allow_nan=False)))
def test_finite_inputs_are_taken(x, folder):
    data = outcome_of(archive_of(x=x, y=Y), folder)
    assert (data is not None) == np.isfinite(x).all()


@pytest.mark.parametrize("path", ["none.npz", "./none", "/nowhere/none"])
def test_no_file(path):
    assert refusal(path) == f"There is no file {str(Path(path))!r}; name an .npz file."
