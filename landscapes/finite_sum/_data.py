"""The rows of a data set: `NAME.csv` beside the module of its landscape."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Array

from ravine.landscapes._examples import Examples


def read_examples(name: str, loss_on: Callable[..., Array]) -> Examples:
    """The examples of `name` under a loss.

    The columns are two features, the target, and whether the row is held out.
    """
    path = Path(__file__).with_name(f"{name}.csv")
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    held_out = rows[:, 3] == 1.0
    inputs, targets = rows[:, :2], rows[:, 2]
    return Examples(
        inputs=inputs[~held_out],
        targets=targets[~held_out],
        loss_on=loss_on,
        held_out=(inputs[held_out], targets[held_out]),
    )
