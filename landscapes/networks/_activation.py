"""What a hidden unit makes of its pre-activations."""

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes.networks._layers import glorot, he

PIECES = 2
"""Linear pieces of a maxout unit."""


class Activation(NamedTuple):
    """A nonlinearity and the weights that suit it.

    Attributes:
        function: From pre-activations to the units' values; both have the units first.
        deviation: The standard deviation of new weights, from the numbers of inputs and outputs.
        pieces: Pre-activations of one unit.
    """

    function: Callable[[Array], Array]
    deviation: Callable[[int, int], float] = glorot
    pieces: int = 1


def maxout(rows: Float[Array, "rows examples"]) -> Float[Array, "units examples"]:
    """The highest of each unit's linear pieces; the rows of one piece of all units lie together.

    I. J. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio, Maxout Networks, 2013.
    """
    return reduce(jnp.maximum, jnp.split(rows, PIECES))


def _linear(units: Array) -> Array:
    return units


def _before_sigmoid(inputs: int, outputs: int) -> float:
    """Four times that of tanh: a sigmoid is a fourth as steep (Glorot and Bengio, 2010)."""
    return 4 * glorot(inputs, outputs)


def _before_maxout(inputs: int, outputs: int) -> float:
    """The mean square of the higher of two independent normal pieces is that of one."""
    return he(inputs, outputs) / 2**0.5


ACTIVATIONS = {
    "linear": Activation(_linear),
    "maxout": Activation(maxout, _before_maxout, PIECES),
    "relu": Activation(jax.nn.relu, he),
    "sigmoid": Activation(jax.nn.sigmoid, _before_sigmoid),
    "tanh": Activation(jnp.tanh),
}
