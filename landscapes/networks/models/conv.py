"""A small convolutional network, with or without skip connections and batch norm."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ravine.landscapes.networks._layers import (
    BatchNorm,
    Convolution,
    Dense,
    Order,
    cycle,
    glorot,
    he,
    inputs_reordered,
    outputs_reordered,
)
from ravine.landscapes.networks._network import Model, Network, NetworkError, Normalise

SIDE = 8
"""The first convolution leaves images of at most this many rows and columns."""


class Block(eqx.Module):
    """Two convolutions; a skip adds what went in to what comes out.

    Attributes:
        norms: One after each convolution, or none.
    """

    convolutions: tuple[Convolution, Convolution]
    norms: tuple[BatchNorm, ...]
    skip: bool = eqx.field(static=True)

    def through(
        self, images: Float[Array, "channels height width examples"], normalise: Normalise
    ) -> Float[Array, "channels height width examples"]:
        """Apply the block to its images."""
        first, second = self.convolutions
        inner = jax.nn.relu(self._normalised(0, first(images), normalise))
        made = self._normalised(1, second(inner), normalise)
        return jax.nn.relu(images + made if self.skip else made)

    def _normalised(self, place: int, images: Array, normalise: Normalise) -> Array:
        return normalise(self.norms[place], images) if self.norms else images

    def reordered(self, stream: Order, inner: Order) -> "Block":
        """The block for channels in the order `stream`, its own in the order `inner`."""
        first, second = self.convolutions
        convolutions = (
            outputs_reordered(inputs_reordered(first, stream), inner),
            outputs_reordered(inputs_reordered(second, inner), stream),
        )
        orders = (inner, stream) if self.norms else ()
        norms = tuple(map(outputs_reordered, self.norms, orders))
        return eqx.tree_at(lambda block: (block.convolutions, block.norms), self, (convolutions, norms))


class ConvolutionalNetwork(Model):
    """A convolution with a stride, blocks of two, the mean over all places, and a dense layer.

    Attributes:
        norms: After the first convolution, or none.
        image: Rows and columns of one example.
    """

    first: Convolution
    norms: tuple[BatchNorm, ...]
    blocks: tuple[Block, ...]
    last: Dense
    image: tuple[int, int] = eqx.field(static=True)

    def features(
        self, inputs: Float[Array | np.ndarray, "examples features"]
    ) -> Float[Array, "channels height width examples"]:
        """The pre-activations of the first convolution."""
        images = jnp.asarray(inputs).T.reshape(1, *self.image, -1)
        return self.first(images, stride=_stride(self.image))

    def forward(
        self, features: Float[Array, "channels height width examples"], normalise: Normalise
    ) -> Float[Array, "examples classes"]:
        """The logits."""
        images = normalise(self.norms[0], features) if self.norms else features
        images = jax.nn.relu(images)
        for block in self.blocks:
            images = block.through(images, normalise)
        return self.last(images.mean(axis=(1, 2))).T

    def permuted(self, key: PRNGKeyArray) -> "ConvolutionalNetwork":
        """The same function with all channels in another order.

        What skips connect has one order throughout.
        """
        stream_key, *block_keys = jax.random.split(key, len(self.blocks) + 1)
        channels = len(self.first.bias)
        stream = cycle(stream_key, channels)
        parts = (
            outputs_reordered(self.first, stream),
            tuple(outputs_reordered(norm, stream) for norm in self.norms),
            tuple(
                block.reordered(stream, cycle(own_key, channels))
                for block, own_key in zip(self.blocks, block_keys, strict=True)
            ),
            inputs_reordered(self.last, stream),
        )
        return eqx.tree_at(lambda net: (net.first, net.norms, net.blocks, net.last), self, parts)


def conv(
    key: PRNGKeyArray,
    *,
    shape: tuple[int, ...],
    classes: int,
    blocks: int = 3,
    channels: int = 16,
    batch_norm: bool = False,
    skip: bool = False,
) -> ConvolutionalNetwork:
    """A new network for images of one channel: 3 by 3 kernels after the first convolution.

    Raises:
        NetworkError: the examples are no images.
    """
    if len(shape) != 2:
        raise NetworkError(
            f"conv takes images, of rows and columns; an example of this data has shape {shape}. Take mlp."
        )
    first_key, last_key, *block_keys = jax.random.split(key, blocks + 2)
    side = 2 * _stride(shape) - 1
    return ConvolutionalNetwork(
        first=Convolution.of(first_key, 1, channels, side=side, deviation=he(side**2, channels)),
        norms=(BatchNorm.of(channels),) if batch_norm else (),
        blocks=tuple(
            _block(own_key, channels, blocks, batch_norm=batch_norm, skip=skip) for own_key in block_keys
        ),
        last=Dense.of(last_key, channels, classes, deviation=glorot(channels, classes)),
        image=(shape[0], shape[1]),
    )


def _block(key: PRNGKeyArray, channels: int, blocks: int, *, batch_norm: bool, skip: bool) -> Block:
    """A new block; however many skips add to a signal, its variance grows no more than e-fold."""
    deviation = he(9 * channels, channels)
    deviations = (deviation, deviation / math.sqrt(blocks) if skip else deviation)
    first, second = (
        Convolution.of(own_key, channels, channels, side=3, deviation=own)
        for own_key, own in zip(jax.random.split(key), deviations, strict=True)
    )
    norms = (BatchNorm.of(channels), BatchNorm.of(channels)) if batch_norm else ()
    return Block(convolutions=(first, second), norms=norms, skip=skip)


def _stride(image: tuple[int, ...]) -> int:
    """Of the first convolution: its fields of view overlap by half, and few places remain."""
    return max(2, math.ceil(max(image) / SIDE))


NETWORK = Network(
    build=conv,
    title="Convolutional",
    options={
        "blocks": "number of blocks of two convolutions",
        "channels": "number of channels of every convolution",
        "batch_norm": "whether every convolution is followed by batch norm",
        "skip": "whether every block has a skip connection",
    },
    about="Blocks of two convolutions: where there are many, skip connections smooth the surface.",
    paper="K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition",
    year=2015,
    address="https://arxiv.org/abs/1512.03385",
)
