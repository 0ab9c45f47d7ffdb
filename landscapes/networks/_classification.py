"""The loss and the accuracy of a classifier."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def cross_entropy(
    logits: Float[Array, "examples classes"], labels: Int[Array, " examples"]
) -> Float[Array, ""]:
    """The mean over the examples of -log softmax(logits)[label]."""
    highest = jax.lax.stop_gradient(logits.max(axis=-1, keepdims=True))
    shifted = logits - highest
    chosen = jnp.take_along_axis(shifted, labels[:, None], axis=-1)[:, 0]
    return jnp.mean(jnp.log(jnp.exp(shifted).sum(axis=-1)) - chosen)


def accuracy(logits: Float[Array, "examples classes"], labels: Int[Array, " examples"]) -> Float[Array, ""]:
    """The share of examples whose highest logit is their label's."""
    return jnp.mean(logits.argmax(axis=-1) == labels)
