"""A multilayer perceptron: dense hidden layers and one of logits."""

from typing import Literal

from jaxtyping import PRNGKeyArray

from ravine.landscapes.networks._network import DenseNetwork, Network, dense_network


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
    options={
        "activation": "activation of the hidden layers: relu, sigmoid, tanh or maxout (the larger of two "
        "linear pieces)",
        "widths": "units of each hidden layer, from the input on",
        "batch_norm": "whether every hidden layer has batch norm",
    },
    about="Dense layers of ReLU, sigmoid, tanh or maxout units, with or without batch norm.",
    paper=(
        "D. E. Rumelhart, G. E. Hinton and R. J. Williams, Learning representations by back-propagating "
        "errors"
    ),
    year=1986,
    address="https://doi.org/10.1038/323533a0",
)
