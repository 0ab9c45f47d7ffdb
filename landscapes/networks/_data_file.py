"""A user's own data: an .npz file with inputs and labels."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int32, Shaped

from ravine.landscapes.networks._array_files import NpzError, npz_names, read_npz
from ravine.landscapes.networks._data import DATA_NAMES, Data, DataError, Split, Splits, split_examples

Numbers = Shaped[np.ndarray, " examples"]

_FEWEST = 2
"""Classes there are; also examples of each class, where one is to train on and one to test on."""


def training_labels(numbers: Numbers, shown: str) -> Int32[np.ndarray, " examples"]:
    """The labels that say which classes there are.

    Args:
        numbers: Of any dtype of real numbers.
        shown: The name for messages, such as "y in 'data.npz'".

    Raises:
        DataError: one is no whole number from 0, there is a single class, or a class below the highest
            label has no example.
    """
    _check_whole(numbers, shown)
    found = np.unique(numbers)
    if len(found) < _FEWEST:
        raise DataError(f"The labels {shown} are of at least {_FEWEST} classes; all are {found[0]}.")
    gaps = found != np.arange(len(found))
    if gaps.any():
        raise DataError(
            f"The labels {shown} number the classes from 0 without gaps, and none is {gaps.argmax()}; "
            "numpy.unique(y, return_inverse=True)[1] renumbers them."
        )
    return numbers.astype(np.int32)


def held_out_labels(numbers: Numbers, shown: str, *, classes: int) -> Int32[np.ndarray, " examples"]:
    """The labels of examples that are tested on.

    Raises:
        DataError: one is no whole number from 0, or of a class that is not trained on.
    """
    _check_whole(numbers, shown)
    _refuse(numbers >= classes, numbers, f"The labels {shown} are among those of y, 0 to {classes - 1}")
    return numbers.astype(np.int32)


def check_counts(labels: Int32[np.ndarray, " examples"], shown: str) -> None:
    """Accept labels that can be split.

    Raises:
        DataError: a class has a single example.
    """
    counts = np.bincount(labels)
    if counts.min() < _FEWEST:
        raise DataError(
            f"A split needs at least {_FEWEST} examples of each class, and label {counts.argmin()} has only "
            f"{counts.min()} {shown}; add examples, or x_test and y_test."
        )


def _check_whole(numbers: Numbers, shown: str) -> None:
    _refuse(~np.isfinite(numbers), numbers, f"The labels {shown} are finite")
    if numbers.dtype.kind == "f":
        _refuse(numbers != np.trunc(numbers), numbers, f"The labels {shown} are whole numbers")
    _refuse(numbers < 0, numbers, f"The labels {shown} are 0 or more")


def _refuse(bad: np.ndarray, numbers: Numbers, rule: str) -> None:
    if bad.any():
        row = int(bad.argmax())
        raise DataError(f"{rule}; that of row {row} is {numbers[row]}.")


_NEEDED = ("x", "y")
_TESTS = ("x_test", "y_test")
_SHOWN = 8
"""The most names of arrays that a message lists."""


def read_data_file(path: str | os.PathLike[str]) -> Data:
    """The data in an .npz file: x, one row of any shape an example, and y, their labels from 0.

    Where it holds x_test and y_test too, the examples are split so. Inputs are taken as they are.

    Raises:
        DataError: the file cannot be read, an array is missing or pickled, shapes disagree, an input is no
            finite float32, a label is no whole number or out of place, or there are too few examples.
    """
    path = Path(path)
    arrays = _arrays(path)
    splits = _splits(arrays, place=f"in {str(path)!r}")
    return Data.of(name=path.stem, title=path.stem, splits=splits, shape=arrays["x"].shape[1:])


def training_examples(name: Any) -> int | None:
    """Count the examples that a file of data has to train on, from its labels alone.

    None for data that is no file, and for a file that `read_data_file` refuses.
    """
    path = Path(str(name))
    if name in DATA_NAMES or not path.is_file():
        return None
    try:
        arrays = npz_names(path)
        numbers = read_npz(path, ("y",))["y"] if "y" in arrays else np.zeros(0)
        if numbers.ndim != 1 or not len(numbers):
            return None
        labels = training_labels(numbers, "y")
        if any(name in arrays for name in _TESTS):
            return len(labels)
        check_counts(labels, "y")
    except (DataError, NpzError):
        return None
    return len(split_examples(np.zeros((len(labels), 0), np.float32), labels)["train"].labels)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        names = npz_names(path)
        wanted = (*_NEEDED, *(_TESTS if any(name in names for name in _TESTS) else ()))
        for name in wanted:
            if name not in names:
                raise DataError(
                    "Data is the arrays x and y, with x_test and y_test or neither; "
                    f"{str(path)!r} has no {name}, only {_listed(names)}."
                )
        return read_npz(path, wanted)
    except NpzError as error:
        raise DataError(str(error)) from None


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more if names else "no arrays"


def _splits(arrays: Mapping[str, np.ndarray], place: str) -> Splits:
    _check_shapes(arrays["x"], arrays["y"], ("x", "y"), place)
    train = Split(_inputs(arrays["x"], f"x {place}"), training_labels(arrays["y"], f"y {place}"))
    if "x_test" not in arrays:
        check_counts(train.labels, place)
        return split_examples(*train)
    _check_shapes(arrays["x_test"], arrays["y_test"], _TESTS, place)
    if arrays["x"].shape[1:] != arrays["x_test"].shape[1:]:
        raise DataError(
            f"An example of x_test {place} has the shape of one of x, {arrays['x'].shape[1:]}; "
            f"its own is {arrays['x_test'].shape[1:]}."
        )
    classes = int(train.labels.max()) + 1
    labels = held_out_labels(arrays["y_test"], f"y_test {place}", classes=classes)
    return {"train": train, "test": Split(_inputs(arrays["x_test"], f"x_test {place}"), labels)}


def _check_shapes(inputs: np.ndarray, labels: np.ndarray, names: tuple[str, str], place: str) -> None:
    x, y = names
    if inputs.ndim < 2 or 0 in inputs.shape:
        raise DataError(
            f"{x} {place} is examples by features, at least one of each; its shape is {inputs.shape}."
        )
    if labels.shape != inputs.shape[:1]:
        raise DataError(
            f"{y} {place} is one label for each example of {x}, whose shape is {inputs.shape}; "
            f"its own shape is {labels.shape} instead of {inputs.shape[:1]}."
        )


def _inputs(
    numbers: Shaped[np.ndarray, "examples ..."], shown: str
) -> Float32[np.ndarray, "examples features"]:
    with np.errstate(over="ignore"):
        inputs = numbers.reshape(len(numbers), -1).astype(np.float32)
    bad = ~np.isfinite(inputs)
    if bad.any():
        raise DataError(
            f"The inputs {shown} are finite as float32; {bad.sum()} of {bad.size} numbers are not, "
            f"the first in row {bad.any(axis=1).argmax()}."
        )
    return inputs
