"""Linear regression on 64 noisy examples of two correlated features.

The held-out rows are 64 more of the same kind: features of the examples' own second moments,
[[1.1, 0], [0.3, 0.35]] times standard normal pairs, weights (1.4, -1.8) and noise of deviation 0.3, all by
NumPy's `default_rng(1)`.
"""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.finite_sum._linear_model import read_examples, squared_error

EXAMPLES = read_examples("linear_regression", squared_error)


def linear_regression(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Half the mean squared error over all examples."""
    return EXAMPLES.loss(point)


LANDSCAPE = Landscape(
    loss=linear_regression,
    title="Linear regression",
    equation=r"\frac{1}{64} \sum_{i=1}^{64} \frac{1}{2} (a_i x + b_i y - c_i)^2",
    domain=((-6.0, 6.0), (-6.0, 6.0)),
    view=((-4.0, 3.0), (-4.0, 3.5)),
    start=(-3.0, 2.0),
    minima=((1.3977031770398614, -1.8310196766990936),),
    lowest=0.0405981965283426,
    source="A. M. Legendre, Nouvelles méthodes pour la détermination des orbites des comètes, 1805",
    about="A quadratic bowl on all the data; each minibatch has a bowl and a minimum of its own.",
    examples=EXAMPLES,
)
