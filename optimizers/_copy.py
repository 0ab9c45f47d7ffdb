"""Parameters that a state keeps."""

import jax
import jax.numpy as jnp
import optax


def copied(params: optax.Params) -> optax.Params:
    """The parameters in arrays of their own: a training loop may donate the buffers of its parameters."""
    return jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), params)
