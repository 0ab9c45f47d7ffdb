"""A noisy gradient for a loss that is no mean over examples: what an oracle adds at every step."""

from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Loss


@dataclass(frozen=True)
class Noisy:
    """`loss` under an oracle: of a point and a shock, with the shock added to the gradient.

    Its value and Hessian are the loss's own. Two of the same loss are equal, so that JAX compiles them
    once.
    """

    loss: Loss

    def __call__(self, point: Float[Array, "2"], shock: Float[Array, "2"]) -> Float[Array, ""]:
        """The loss at `point`, whose gradient is the loss's plus `shock`."""
        nowhere = point - jax.lax.stop_gradient(point)
        return self.loss(point) + jnp.sum(shock * nowhere)


def shocks(
    scale: float,
    *,
    steps: int,
    draws: int = 1,
    variables: Literal[1, 2] = 2,
    seed: int,
    shape: Literal["normal", "uniform"] = "normal",
) -> Float[np.ndarray, "steps draws 2"]:
    """What an oracle adds to the gradients, independent in every step, draw and variable.

    A draw depends on `seed` and its own number alone, not on how many are asked for.

    Args:
        scale: The standard deviation of normal shocks, or the largest of uniform ones, which lie evenly
            between -scale and scale.
        steps: How many steps.
        draws: Shocks a step, for methods that take several gradients.
        variables: 1 for shocks whose y component is 0.
        seed: Of the randomness, 0 or more.
        shape: Of their distribution.

    Raises:
        ValueError: the scale is negative or not finite, or the shape is unknown.
    """
    if not 0.0 <= scale < np.inf:
        raise ValueError(f"The noise of gradients is a finite number, 0 or more; got {scale}.")
    if shape not in ("normal", "uniform"):
        raise ValueError(f"The shape of noise is one of normal, uniform; got {shape!r}.")
    drawn = []
    for draw in range(draws):
        rng = np.random.default_rng((seed, draw))
        size = (steps, variables)
        unit = rng.normal(size=size) if shape == "normal" else rng.uniform(-1.0, 1.0, size)
        drawn.append(np.pad(scale * unit, ((0, 0), (0, 2 - variables))))
    return np.stack(drawn, axis=1)
