"""The book's network for handwritten digits: two hidden layers of 256 ReLU units."""

from jaxtyping import PRNGKeyArray

from ravine.landscapes.networks._network import DenseNetwork, Network, dense_network


def book(key: PRNGKeyArray, *, shape: tuple[int, ...], classes: int) -> DenseNetwork:
    """A new network; on MNIST it is 784-256-256-10."""
    return dense_network(key, shape=shape, classes=classes, widths=(256, 256), activation="relu")


NETWORK = Network(
    build=book,
    title="The book's MLP, 256-256",
    about="The book's network: its loss along the line from a random start to the solution is figure 6-3.",
    paper="N. Buduma, N. Buduma and J. Papa, Fundamentals of Deep Learning, 2nd edition, chapter 6",
    year=2022,
    address="https://www.oreilly.com/library/view/fundamentals-of-deep/9781492082170/",
)
