"""The split of examples into those to train on and those to test on."""

import numpy as np
from jaxtyping import Float32, Int, Int32

from ravine.landscapes.networks._data import Split, Splits

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
