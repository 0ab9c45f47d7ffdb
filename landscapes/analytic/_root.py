"""The square root at the tip of a cone, for test functions with kinks."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def root(square: Float[Array, ""]) -> Float[Array, ""]:
    """Square root with gradient 0 at 0, where its own is infinite."""
    at_tip = square == 0.0
    return jnp.where(at_tip, 0.0, jnp.sqrt(jnp.where(at_tip, 1.0, square)))
