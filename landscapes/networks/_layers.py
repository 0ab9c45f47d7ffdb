"""Layers on whole batches: signals have the units first and the examples last."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray


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
    """For each place of a kernel the pixels under it, as it stands on one pixel after the other."""
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
