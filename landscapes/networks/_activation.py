"""What a hidden unit makes of its pre-activation."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes.networks._layers import glorot, he


def maxout(signals: Float[Array, "pieces*units ..."]) -> Float[Array, "units ..."]:
    """The highest of each unit's linear pieces; rows of one piece of all units lie together."""
    return signals.reshape(PIECES, -1, *signals.shape[1:]).max(axis=0)


PIECES = 2
"""Linear pieces of a maxout unit."""


class Activation(NamedTuple):
    """A unit's nonlinearity and the weights that suit it.

    Attributes:
        pieces: Pre-activations of one unit.
        deviation: The standard deviation of new weights, from the numbers of inputs and outputs.
    """

    function: Callable[[Array], Array]
    deviation: Callable[[int, int], float] = glorot
    pieces: int = 1


def _before_sigmoid(inputs: int, outputs: int) -> float:
    """Four times that of tanh, for the sigmoid is four times as flat (Glorot and Bengio, 2010)."""
    return 4 * glorot(inputs, outputs)


def _before_maxout(inputs: int, outputs: int) -> float:
    """The mean square of the higher of two independent normal pieces is that of one."""
    return he(inputs, outputs) / 2**0.5


def _linear(signals: Any) -> Any:
    return signals


ACTIVATIONS = {
    "linear": Activation(_linear),
    "maxout": Activation(maxout, _before_maxout, PIECES),
    "relu": Activation(jax.nn.relu, he),
    "sigmoid": Activation(jax.nn.sigmoid, _before_sigmoid),
    "tanh": Activation(jnp.tanh),
}
