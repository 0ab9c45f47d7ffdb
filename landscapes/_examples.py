"""The data of a finite sum, a loss that is a mean over examples, and when a held-out part says to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from jax import Array


Inputs = Float[np.ndarray, "examples features"]
Targets = Float[np.ndarray, " examples"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Examples, and the loss of a point on some of them.

    Attributes:
        inputs: One row an example.
        targets: The values to predict.
        loss_on: The mean loss of a point on rows of inputs and targets, any penalty included.
        held_out: Inputs and targets that no gradient sees, for early stopping.
    """

    inputs: Inputs
    targets: Targets
    loss_on: "Callable[[Array, Any, Any], Array]"
    held_out: tuple[Inputs, Targets] | None = None

    def loss(self, point: "Array") -> "Array":
        """The mean loss on all examples."""
        return self.loss_on(point, self.inputs, self.targets)

    def held_out_loss(self, point: "Array") -> "Array":
        """The mean loss on the examples that no gradient sees.

        Raises:
            ValueError: there are none.
        """
        if self.held_out is None:
            raise ValueError("No examples are held out.")
        return self.loss_on(point, *self.held_out)

    def batch_loss(self, point: "Array", rows: "Array") -> "Array":
        """The mean loss on the rows `Int[Array, "size"]`: what one step of stochastic descent sees."""
        import jax.numpy as jnp

        return self.loss_on(point, jnp.asarray(self.inputs)[rows], jnp.asarray(self.targets)[rows])


def stopping_step(held_out_losses: Float[np.ndarray, "steps+1"], *, patience: int) -> int | None:
    """The first step after which the held-out loss has not beaten its best for `patience` steps.

    A loss that is not a number beats nothing.

    Args:
        held_out_losses: At every iterate, the start first.
        patience: The number of steps without a new best after which training stops, at least 1.

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
