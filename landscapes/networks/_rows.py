"""Which examples each training step sees."""

from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from ravine.landscapes._batches import ORDERS, Order, minibatches

BatchSize: TypeAlias = int | Literal["full"]


_USUAL = 100


def usual_batch_size(count: int) -> int:
    """The examples of a step where nothing else is said."""
    return min(_USUAL, count)


def rows_of_steps(
    count: int,
    size: BatchSize,
    *,
    steps: int,
    order: Order,
    seed: int,
    difficulty: Float[np.ndarray, " examples"] | None,
) -> Int[np.ndarray, "steps size"]:
    """The examples of every step; none are named where each step sees all.

    Raises:
        ValueError: there are no steps, the size is no number of examples, the order is unknown, or a
            curriculum has no difficulty of each example.
    """
    if steps < 1:
        raise ValueError(f"A training takes at least 1 step; got {steps}.")
    if size == "full":
        if order not in ORDERS:
            raise ValueError(f"The order of examples is one of {', '.join(ORDERS)}; got {order!r}.")
        return np.zeros((steps, 0), np.int32)
    rows = minibatches(count, size=size, steps=steps, order=order, seed=seed, difficulty=difficulty)
    return rows[:, 0].astype(np.int32)
