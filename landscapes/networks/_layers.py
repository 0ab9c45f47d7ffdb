"""Layers on whole batches: signals have the units first and the examples last."""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray


def he(inputs: int, outputs: int) -> float:
    """The standard deviation of the weights before rectifiers (He, Zhang, Ren and Sun, 2015)."""
    del outputs
    return math.sqrt(2 / inputs)


def glorot(inputs: int, outputs: int) -> float:
    """The standard deviation of the weights of linear and tanh units (Glorot and Bengio, 2010)."""
    return math.sqrt(2 / (inputs + outputs))


class Dense(eqx.Module):
    """A dense layer; a row of the weights is one unit's, or one linear piece's of a maxout unit."""

    weight: Float[Array, "out in"]
    bias: Float[Array, " out"]

    @classmethod
    def of(cls, key: PRNGKeyArray, inputs: int, outputs: int, *, deviation: float) -> "Dense":
        """One with normal weights of this standard deviation and biases of zero."""
        weight = deviation * jax.random.normal(key, (outputs, inputs))
        return cls(weight=weight, bias=jnp.zeros(outputs))

    def __call__(self, signals: Float[Array, "in examples"]) -> Float[Array, "out examples"]:
        """The pre-activations."""
        return self.weight @ signals + self.bias[:, None]


class Convolution(eqx.Module):
    """A convolution of images with zeros around them; a filter is all that one channel is made from.

    It is one matrix product over the neighbourhoods of all places. XLA's own convolution is an order of
    magnitude slower on a CPU within a loop, where both training and planes are.
    """

    weight: Float[Array, "out in side side"]
    bias: Float[Array, " out"]

    @classmethod
    def of(
        cls, key: PRNGKeyArray, inputs: int, outputs: int, *, side: int, deviation: float
    ) -> "Convolution":
        """One with normal weights of this standard deviation and biases of zero; `side` is odd."""
        weight = deviation * jax.random.normal(key, (outputs, inputs, side, side))
        return cls(weight=weight, bias=jnp.zeros(outputs))

    def __call__(
        self, images: Float[Array, "in height width examples"], *, stride: int = 1
    ) -> Float[Array, "out rows columns examples"]:
        """The pre-activations at every place, or at every so many of them in both directions."""
        outputs, inputs, side, _ = self.weight.shape
        around = _neighbours(images, side, stride)
        kernel = self.weight.transpose(0, 2, 3, 1).reshape(outputs, side * side * inputs)
        made = kernel @ around.reshape(side * side * inputs, -1) + self.bias[:, None]
        return made.reshape(outputs, *around.shape[2:])


def _neighbours(
    images: Float[Array, "channels height width examples"], side: int, stride: int
) -> Float[Array, "neighbours channels rows columns examples"]:
    """Gather for each place of a kernel the pixels under it, as it stands on one pixel after the other."""
    _, height, width, _ = images.shape
    margin = (side // 2, side // 2)
    wide = jnp.pad(images, ((0, 0), margin, margin, (0, 0)))
    return jnp.stack(
        [
            wide[:, down : down + height : stride, right : right + width : stride]
            for down in range(side)
            for right in range(side)
        ]
    )


EPSILON = 1e-5
"""Added to the variance, as in PyTorch."""


class BatchNorm(eqx.Module):
    """Normalises each channel to mean 0 and variance 1, then scales and shifts it.

    S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, 2015. The stored statistics are not running averages: `measured` takes them from given
    examples, so that they never change unasked. The variance is the biased one, in both uses.

    Attributes:
        mean: Stored, not trained.
        variance: Stored, not trained.
    """

    scale: Float[Array, " channels"]
    shift: Float[Array, " channels"]
    mean: Float[Array, " channels"]
    variance: Float[Array, " channels"]

    @classmethod
    def of(cls, channels: int) -> "BatchNorm":
        """One that leaves signals of mean 0 and variance 1 as they are."""
        return cls(
            scale=jnp.ones(channels),
            shift=jnp.zeros(channels),
            mean=jnp.zeros(channels),
            variance=jnp.ones(channels),
        )

    def measured(self, signals: Float[Array, "channels ..."]) -> "BatchNorm":
        """The same with the statistics of these signals."""
        rest = tuple(range(1, signals.ndim))
        found = signals.mean(rest), signals.var(rest)
        return eqx.tree_at(lambda norm: (norm.mean, norm.variance), self, found)

    def __call__(self, signals: Float[Array, "channels ..."]) -> Float[Array, "channels ..."]:
        """The signals, normalised by the stored statistics."""
        along = (slice(None), *[None] * (signals.ndim - 1))
        slope = self.scale * jax.lax.rsqrt(self.variance + EPSILON)
        return (signals - self.mean[along]) * slope[along] + self.shift[along]

    @property
    def trained(self) -> "BatchNorm":
        """Mask the leaves that are trained: a batch norm of booleans."""
        every = jax.tree.map(lambda _: True, self)
        return eqx.tree_at(lambda norm: (norm.mean, norm.variance), every, (False, False))


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
