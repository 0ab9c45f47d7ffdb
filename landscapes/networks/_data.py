"""Labelled examples with a fixed split."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float32, Int, Int32

DATA_NAMES = ("digits", "mnist", "moons")
"""The data sets that need no file."""


class DataError(ValueError):
    """Data that cannot be used; the message gives the rule, the value and the remedy in one line."""


class Split(NamedTuple):
    """Examples and their labels, which are 0 to classes - 1."""

    inputs: Float32[np.ndarray, "examples features"]
    labels: Int32[np.ndarray, " examples"]


Splits: TypeAlias = Mapping[str, Split]
"""Exactly "train" and "test"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """Labelled examples, some to train on and some to test on.

    Attributes:
        name: The name for `load_data`, or the file's name without its ending.
        title: On the picture.
        splits: "train" and "test", as a plain dict: it is passed to compiled functions. Inputs are flat.
        classes: The number of classes; every one is among the training labels.
        shape: Of one example, such as (8, 8) for an image whose row of inputs holds 64 pixels.
        identity: A fingerprint of the data, for cached results.
    """

    name: str
    title: str
    splits: Splits
    classes: int
    shape: tuple[int, ...]
    identity: str

    @classmethod
    def of(cls, *, name: str, title: str, splits: Splits, shape: tuple[int, ...]) -> "Data":
        """Data whose classes are those of its training labels, known by a digest of its arrays."""
        return cls(
            name=name,
            title=title,
            splits=splits,
            classes=int(splits["train"].labels.max()) + 1,
            shape=shape,
            identity=f"{name} {_digest(splits, shape)}",
        )

    def __post_init__(self) -> None:
        if set(self.splits) != {"train", "test"}:
            raise DataError(f"Data has the splits train and test; got {', '.join(self.splits)}.")
        features = math.prod(self.shape)
        for name, split in self.splits.items():
            if split.inputs.shape != (len(split.labels), features):
                raise DataError(
                    f"The {name} inputs have one row an example and {features} features, "
                    f"{(len(split.labels), features)}; got {split.inputs.shape}."
                )

    @property
    def train(self) -> Split:
        """The examples to train on."""
        return self.splits["train"]

    @property
    def test(self) -> Split:
        """The examples that no gradient sees."""
        return self.splits["test"]


TEST_SHARE = 0.2
_SEED = 0


def split_examples(
    inputs: Float32[np.ndarray, "examples features"], labels: Int32[np.ndarray, " examples"]
) -> Splits:
    """A fifth of each class, and at least one example of it, to test on, and the rest to train on.

    Which examples they are depends on the labels alone. Both parts are in random order.

    Args:
        inputs: One row an example.
        labels: 0 to classes - 1, each at least twice.
    """
    rows = np.random.default_rng(_SEED).permutation(len(labels))
    tested = _is_first_fifth_of_class(labels[rows])
    parts = {"train": rows[~tested], "test": rows[tested]}
    return {name: Split(inputs[part], labels[part]) for name, part in parts.items()}


def _is_first_fifth_of_class(labels: Int32[np.ndarray, " examples"]) -> np.ndarray:
    counts = np.bincount(labels)
    by_class = np.argsort(labels, kind="stable")
    place = np.empty(len(labels), dtype=int)
    place[by_class] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place < _tested(counts)[labels]


def _tested(counts: Int[np.ndarray, " classes"]) -> Int[np.ndarray, " classes"]:
    return np.maximum(1, np.rint(TEST_SHARE * counts).astype(int))


def _digest(splits: Splits, shape: tuple[int, ...]) -> str:
    digest = hashlib.blake2b(repr(shape).encode(), digest_size=16)
    for name, split in sorted(splits.items()):
        for array in split:
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
    return digest.hexdigest()
