"""The 1797 handwritten digits of 8 by 8 pixels that scikit-learn brings."""

import numpy as np

from ravine.landscapes.networks._data import Data
from ravine.landscapes.networks._packaged_csv import packaged_csv
from ravine.landscapes.networks._split import split_examples

_PIXELS = 64
_BRIGHTEST = 16


def digits() -> Data:
    """Images of 8 by 8 pixels from 0 to 1, about 180 of each of ten digits.

    Reference:
        E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
        Repository, 1998 (its test set).
    """
    images, labels = _images()
    inputs = (images / _BRIGHTEST).astype(np.float32)
    return Data.of(
        name="digits", title="Digits", splits=split_examples(inputs, labels.astype(np.int32)), shape=(8, 8)
    )


def _images() -> tuple[np.ndarray, np.ndarray]:
    # Importing scikit-learn takes a second, reading the file in its folder a hundredth of one.
    table = packaged_csv("sklearn", "datasets/data/digits.csv.gz", columns=_PIXELS + 1)
    if table is not None:
        return table[:, :-1], table[:, -1]
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return np.asarray(images), np.asarray(labels)
