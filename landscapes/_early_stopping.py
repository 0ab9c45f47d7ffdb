"""When to stop a descent whose loss on held-out examples no longer falls."""

import numpy as np
from jaxtyping import Float


def stopping_step(held_out_losses: Float[np.ndarray, "steps+1"], *, patience: int) -> int | None:
    """The first step after which the held-out loss has not beaten its best for `patience` steps.

    A loss that is not a number beats nothing.

    Args:
        held_out_losses: At every iterate, the start first.
        patience: How many steps without a new best are too many, at least 1.

    Returns:
        The step, or None where the held-out loss kept falling.

    Raises:
        ValueError: `patience` is less than 1.

    Reference:
        L. Prechelt, Early Stopping - But When?, 1998.
    """
    if patience < 1:
        raise ValueError(f"The patience of early stopping is at least 1 step; got {patience}.")
    losses = np.where(np.isnan(held_out_losses), np.inf, held_out_losses)
    best_before = np.minimum.accumulate(np.append(np.inf, losses))[:-1]
    steps = np.arange(len(losses))
    latest_best = np.maximum.accumulate(np.where(losses < best_before, steps, 0))
    too_long = steps - latest_best >= patience
    return int(too_long.argmax()) if too_long.any() else None
