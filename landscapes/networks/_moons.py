"""Radford's noisy moons as two classes: the data of the landscape of this name."""

import numpy as np

from ravine.landscapes.finite_sum.noisy_moons import EXAMPLES
from ravine.landscapes.networks._data import Data
from ravine.landscapes.networks._split import split_examples


def moons() -> Data:
    """400 points of the plane: the upper moon is class 0, the lower one class 1.

    The points that the landscape holds out are among them; the split is drawn as for all other data.
    """
    parts = [part for part in ((EXAMPLES.inputs, EXAMPLES.targets), EXAMPLES.held_out) if part is not None]
    points, sides = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Data.of(
        name="moons",
        title="Noisy moons",
        splits=split_examples(points.astype(np.float32), (sides > 0).astype(np.int32)),
        shape=(2,),
    )
