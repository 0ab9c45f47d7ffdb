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
    """A convolution of images with zeros around them; a filter is all that one channel is made from."""

    weight: Float[Array, "out in height width"]
    bias: Float[Array, " out"]

    @classmethod
    def of(
        cls, key: PRNGKeyArray, inputs: int, outputs: int, *, side: int, deviation: float
    ) -> "Convolution":
        """One with normal weights of this standard deviation and biases of zero."""
        weight = deviation * jax.random.normal(key, (outputs, inputs, side, side))
        return cls(weight=weight, bias=jnp.zeros(outputs))

    def __call__(
        self, images: Float[Array, "in height width examples"], *, stride: int = 1
    ) -> Float[Array, "out rows columns examples"]:
        """The pre-activations, of as many places as there are strides."""
        made = jax.lax.conv_general_dilated(
            images, self.weight, (stride, stride), "SAME", dimension_numbers=("CHWN", "OIHW", "CHWN")
        )
        return made + self.bias[:, None, None, None]
