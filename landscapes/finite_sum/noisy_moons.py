"""Radford's noisy moons: two half circles that interleave, told apart by a line through the origin.

Each moon has 100 examples at even angles t from 0 to pi, with normal noise of deviation 0.25: the upper
(cos t, sin t) of targets -1, and the lower (1 - cos t, 1/2 - sin t) of targets 1. The held-out rows are the
same moons under other noise. All noise is drawn at once by NumPy's `default_rng(14)`: of the first hundred
seeds it brings the minimum nearest to where the original film has it, about (1.4, -3.2).
"""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.finite_sum._linear_model import accuracy, log_loss, read_examples

EXAMPLES = read_examples("noisy_moons", log_loss)


def noisy_moons(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The logistic loss over all examples."""
    return EXAMPLES.loss(point)


def noisy_moons_accuracy(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The share of all examples that are told rightly."""
    return accuracy(point, EXAMPLES.inputs, EXAMPLES.targets)


LANDSCAPE = Landscape(
    loss=noisy_moons,
    title="Noisy moons",
    equation=r"\frac{1}{200} \sum_{i=1}^{200} \log(1 + e^{-c_i (a_i x + b_i y)})",
    domain=((-4.0, 7.0), (-8.0, 4.0)),
    view=((-2.0, 5.0), (-5.0, 2.0)),
    start=(-0.35, 1.3),
    minima=((1.3915643800234598, -3.1801129106580412),),
    lowest=0.3625994989526852,
    source="A. Radford, animations of optimizers on noisy moons, 2014",
    about="Minibatches make the steps jagged; momentum smooths them, overshoots and comes back.",
    examples=EXAMPLES,
    measures={"accuracy": noisy_moons_accuracy},
)
