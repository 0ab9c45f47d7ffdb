"""No slope at all: on it, noise alone moves a descent."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def flat(point: Float[Array, "2"]) -> Float[Array, ""]:
    """0 everywhere."""
    return jnp.zeros_like(point[0])


LANDSCAPE = Landscape(
    loss=flat,
    title="Flat",
    equation=r"0",
    domain=((-100.0, 100.0), (-1.0, 1.0)),
    start=(0.0, 0.0),
    lowest=0.0,
    source="K. Pearson, The Problem of the Random Walk, 1905",
    about="Noisy gradients make a random walk of every descent, and momentum smooths its steps.",
    variables=1,
    scale="linear",
)
