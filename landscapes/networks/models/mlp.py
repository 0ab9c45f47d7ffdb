"""A multilayer perceptron: dense hidden layers and one of logits."""

from typing import Literal

from jaxtyping import PRNGKeyArray

from ravine.landscapes.networks._dense_network import DenseNetwork, dense_network
from ravine.landscapes.networks._network import Network


def mlp(
    key: PRNGKeyArray,
    *,
    shape: tuple[int, ...],
    classes: int,
    activation: Literal["relu", "sigmoid", "tanh", "maxout"] = "relu",
    widths: tuple[int, ...] = (64,),
    batch_norm: bool = False,
) -> DenseNetwork:
    """A new perceptron; a maxout unit is the highest of two linear pieces."""
    return dense_network(
        key, shape=shape, classes=classes, widths=widths, activation=activation, batch_norm=batch_norm
    )


NETWORK = Network(
    build=mlp,
    title="MLP",
    about="Dense layers of ReLU, sigmoid, tanh or maxout units, with or without batch norm.",
    paper=(
        "I. J. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio, Maxout Networks; "
        "S. Ioffe and C. Szegedy, Batch Normalization"
    ),
    year=2013,
    address="https://arxiv.org/abs/1302.4389",
)
