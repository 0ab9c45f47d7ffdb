"""Labels that somebody else numbered: accepted where they are 0 to classes - 1, and no class is left out."""

import numpy as np
from jaxtyping import Int32, Shaped

from ravine.landscapes.networks._data import DataError

Numbers = Shaped[np.ndarray, " examples"]

_FEWEST = 2
"""Classes there are; also examples of each class, where one is to train on and one to test on."""


def training_labels(numbers: Numbers, shown: str) -> Int32[np.ndarray, " examples"]:
    """The labels that say which classes there are.

    Args:
        numbers: Of any dtype of real numbers.
        shown: What messages call them, such as "y in 'data.npz'".

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
            "numpy.unique(y, return_inverse=True)[1] numbers them anew."
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
