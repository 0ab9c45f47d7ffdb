"""Dense layers one after another."""

import math
from collections.abc import Sequence
from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ravine.landscapes.networks._layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    cycle,
    glorot,
    inputs_reordered,
    of_pieces,
    outputs_reordered,
)
from ravine.landscapes.networks._network import Model, Normalise


class DenseNetwork(Model):
    """Dense layers, each but the last followed by an activation.

    Attributes:
        layers: The hidden ones and the last.
        norms: One before the activation of each hidden layer, or none.
        activation: Its name.
    """

    layers: tuple[Dense, ...]
    norms: tuple[BatchNorm, ...]
    activation: str = eqx.field(static=True)

    def features(
        self, inputs: Float[Array | np.ndarray, "examples features"]
    ) -> Float[Array, "out examples"]:
        """The pre-activations of the first layer."""
        return self.layers[0](jnp.asarray(inputs).T)

    def forward(
        self, features: Float[Array, "out examples"], normalise: Normalise
    ) -> Float[Array, "examples classes"]:
        """The logits."""
        signals = features
        for place, layer in enumerate(self.layers[1:]):
            if self.norms:
                signals = normalise(self.norms[place], signals)
            signals = layer(ACTIVATIONS[self.activation].function(signals))
        return signals.T

    def permuted(self, key: PRNGKeyArray) -> "DenseNetwork":
        """The same function with the units of every hidden layer in another order."""
        layers, norms = list(self.layers), list(self.norms)
        pieces = ACTIVATIONS[self.activation].pieces
        for place, own_key in enumerate(jax.random.split(key, len(layers) - 1)):
            order = cycle(own_key, layers[place + 1].weight.shape[1])
            rows = of_pieces(order, pieces)
            layers[place] = outputs_reordered(layers[place], rows)
            layers[place + 1] = inputs_reordered(layers[place + 1], order)
            if norms:
                norms[place] = outputs_reordered(norms[place], rows)
        return eqx.tree_at(lambda net: (net.layers, net.norms), self, (tuple(layers), tuple(norms)))


def dense_network(
    key: PRNGKeyArray,
    *,
    shape: tuple[int, ...],
    classes: int,
    widths: Sequence[int],
    activation: str,
    batch_norm: bool = False,
    scale: float = 1.0,
) -> DenseNetwork:
    """A network of dense layers with random weights that suit the activation.

    Args:
        key: Of the weights.
        shape: Of one example.
        classes: The number of classes.
        widths: Units of each hidden layer.
        activation: Of the hidden units.
        batch_norm: True if each hidden layer's pre-activations are normalised.
        scale: Of all weights.
    """
    _, deviation, pieces = ACTIVATIONS[activation]
    sizes = (math.prod(shape), *widths, classes)
    *hidden_keys, last_key = jax.random.split(key, len(sizes) - 1)
    hidden = [
        Dense.of(own_key, before, after * pieces, deviation=scale * deviation(before, after))
        for own_key, (before, after) in zip(hidden_keys, pairwise(sizes[:-1]), strict=True)
    ]
    last = Dense.of(last_key, sizes[-2], classes, deviation=scale * glorot(sizes[-2], classes))
    norms = [BatchNorm.of(len(layer.bias)) for layer in hidden] if batch_norm else []
    return DenseNetwork(layers=(*hidden, last), norms=tuple(norms), activation=activation)
