"""A deep linear network: the function is linear, the loss over its parameters is not."""

from jaxtyping import PRNGKeyArray

from ravine.landscapes.networks._network import DenseNetwork, Network, dense_network


def deep_linear(
    key: PRNGKeyArray,
    *,
    shape: tuple[int, ...],
    classes: int,
    widths: tuple[int, ...] = (64, 64),
    scale: float = 1.0,
) -> DenseNetwork:
    """A new network, its weights `scale` times Glorot and Bengio's."""
    return dense_network(key, shape=shape, classes=classes, widths=widths, activation="linear", scale=scale)


NETWORK = Network(
    build=deep_linear,
    title="Deep linear",
    options={
        "widths": "units of each hidden layer, from the input on",
        "scale": "factor on the initial weights of Glorot and Bengio",
    },
    about="Dense layers without activations: small weights make the plateau of a deeper network's saddle.",
    paper=(
        "A. M. Saxe, J. L. McClelland and S. Ganguli, Exact solutions to the nonlinear dynamics of learning "
        "in deep linear neural networks"
    ),
    year=2013,
    address="https://arxiv.org/abs/1312.6120",
)
