"""Linear regression on ten examples of two nearly equal features: too few, so that it overfits.

The examples are normal, the second feature the first plus normal noise of deviation 0.5, and the targets the
sum of the features plus normal noise of deviation 0.7; the 100 held-out rows are drawn with them. Of the
first hundred seeds of NumPy's `default_rng` this is 5, one under which descents overfit visibly.
"""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.finite_sum._linear_model import read_examples, squared_error

EXAMPLES = read_examples("small_sample_regression", squared_error)


def small_sample_regression(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Half the mean squared error over all ten examples."""
    return EXAMPLES.loss(point)


LANDSCAPE = Landscape(
    loss=small_sample_regression,
    title="Small-sample regression",
    equation=r"\frac{1}{10} \sum_{i=1}^{10} \frac{1}{2} (a_i x + b_i y - c_i)^2",
    domain=((-5.0, 6.0), (-5.0, 6.0)),
    view=((-3.0, 4.0), (-2.5, 4.0)),
    start=(-2.0, 2.0),
    minima=((2.56581040483661, -1.171354281648914),),
    lowest=0.27264654402346516,
    marks=(((0.8564400314304816, 1.1593803947353831), "best on held-out data"),),
    source="L. Prechelt, Early Stopping - But When?, 1998, for what it shows",
    about="On its way to the minimum a descent passes the weights that do best on held-out examples.",
    examples=EXAMPLES,
)
