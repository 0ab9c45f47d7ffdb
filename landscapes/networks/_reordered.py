"""Hidden units in another order: the same function at another point of the space of parameters."""

from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

Layer = TypeVar("Layer")

Order = Int[Array, " units"]


def cycle(key: PRNGKeyArray, units: int) -> Order:
    """A random order in which no unit keeps its place, if there are two or more: one cycle through all."""
    visited = jax.random.permutation(key, units)
    return jnp.zeros(units, int).at[visited].set(jnp.roll(visited, 1))


def of_pieces(order: Order, pieces: int) -> Int[Array, " rows"]:
    """The order of the rows that belong to units of several pieces or gates, each of which lies together."""
    units = len(order)
    return (units * jnp.arange(pieces)[:, None] + order[None]).ravel()


def outputs_reordered(layer: Layer, order: Int[Array, " out"]) -> Layer:
    """The layer with its outputs in this order: all of its leaves have them first."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf)[order], layer)


def inputs_reordered(layer: Layer, order: Int[Array, " in"]) -> Layer:
    """The layer for inputs that come in this order: its weights have them second."""
    made: Any = layer
    return eqx.tree_at(lambda node: node.weight, made, jnp.asarray(made.weight)[:, order])
