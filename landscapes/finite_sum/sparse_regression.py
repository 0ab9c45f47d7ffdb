"""Linear regression on 64 examples most of which have only one of the two features.

The held-out rows are 64 more of the same kind: 11 in 16 with the first feature alone, 3 with the second, 2
with both, features normal about 1 with deviation 0.27, weights (1, 2) and noise of deviation 0.1, all by
NumPy's `default_rng(1)`.
"""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.finite_sum._linear_model import read_examples, squared_error

EXAMPLES = read_examples("sparse_regression", squared_error)


def sparse_regression(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Half the mean squared error over all examples."""
    return EXAMPLES.loss(point)


LANDSCAPE = Landscape(
    loss=sparse_regression,
    title="Sparse regression",
    equation=r"\frac{1}{64} \sum_{i=1}^{64} \frac{1}{2} (a_i x + b_i y - c_i)^2",
    domain=((-4.0, 6.0), (-4.0, 6.0)),
    view=((-3.0, 3.0), (-3.0, 3.5)),
    start=(-2.0, -2.0),
    minima=((0.9906690565952085, 2.0313500669169766),),
    lowest=0.004737503180669919,
    source="F. Niu, B. Recht, C. Ré and S. J. Wright, Hogwild!, 2011, for sparse examples",
    about="Most examples move one weight only, the second seldom: steps run along the axes.",
    examples=EXAMPLES,
)
