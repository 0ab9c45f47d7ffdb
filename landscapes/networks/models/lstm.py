"""A long short-term memory that reads an image row by row."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ravine.landscapes.networks._layers import (
    Dense,
    cycle,
    glorot,
    inputs_reordered,
    of_pieces,
    outputs_reordered,
)
from ravine.landscapes.networks._network import Model, Network, Normalise

GATES = 4
"""Input, forget, cell and output, in this order, as in PyTorch."""


class LongShortTermMemory(Model):
    """A recurrent layer, and a dense one on its last state.

    Attributes:
        first: From the inputs to the gates; rows of one gate of all units lie together.
        recurrent: From the state to the gates, in the same order.
    """

    first: Dense
    recurrent: Float[Array, "gates hidden"]
    last: Dense

    def features(
        self, inputs: Float[Array | np.ndarray, "examples features"]
    ) -> Float[Array, "steps gates examples"]:
        """Project the inputs of every step to the gates."""
        weight, bias = self.first.weight, self.first.bias
        rows = jnp.asarray(inputs).reshape(len(inputs), -1, weight.shape[1])
        return jnp.einsum("gi,nsi->sgn", weight, rows) + bias[None, :, None]

    def forward(
        self, features: Float[Array, "steps gates examples"], normalise: Normalise
    ) -> Float[Array, "examples classes"]:
        """The logits."""
        del normalise

        def step(carried: tuple[Array, Array], row: Array) -> tuple[tuple[Array, Array], None]:
            state, cell = carried
            gates = row + self.recurrent @ state
            let_in, keep, new, let_out = jnp.split(gates, GATES)
            cell = jax.nn.sigmoid(keep) * cell + jax.nn.sigmoid(let_in) * jnp.tanh(new)
            return (jax.nn.sigmoid(let_out) * jnp.tanh(cell), cell), None

        nothing = jnp.zeros((self.recurrent.shape[1], features.shape[-1]), features.dtype)
        (state, _), _ = jax.lax.scan(step, (nothing, nothing), features)
        return self.last(state).T

    def permuted(self, key: PRNGKeyArray) -> "LongShortTermMemory":
        """The same function with the units, and all their gates, in another order."""
        order = cycle(key, self.recurrent.shape[1])
        rows = of_pieces(order, GATES)
        return LongShortTermMemory(
            first=outputs_reordered(self.first, rows),
            recurrent=outputs_reordered(self.recurrent, rows)[:, order],
            last=inputs_reordered(self.last, order),
        )


def lstm(key: PRNGKeyArray, *, shape: tuple[int, ...], classes: int, hidden: int = 32) -> LongShortTermMemory:
    """A new one, its forget gates open; the features of data without rows are the steps."""
    row = shape[-1] if len(shape) > 1 else 1
    first_key, recurrent_key, last_key = jax.random.split(key, 3)
    first = Dense.of(first_key, row, GATES * hidden, deviation=glorot(row, hidden))
    forget = jnp.repeat(jnp.array([0.0, 1.0, 0.0, 0.0]), hidden)
    return LongShortTermMemory(
        first=Dense(weight=first.weight, bias=forget),
        recurrent=glorot(hidden, hidden) * jax.random.normal(recurrent_key, (GATES * hidden, hidden)),
        last=Dense.of(last_key, hidden, classes, deviation=glorot(hidden, classes)),
    )


NETWORK = Network(
    build=lstm,
    title="LSTM",
    options={
        "hidden": "number of recurrent units",
    },
    about="A recurrent network: the rows of an image are its steps, its last state is classified.",
    paper="S. Hochreiter and J. Schmidhuber, Long Short-Term Memory",
    year=1997,
    address="https://doi.org/10.1162/neco.1997.9.8.1735",
)
