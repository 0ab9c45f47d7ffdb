"""Logistic regression with a small penalty on 64 examples of two correlated features.

The held-out rows are 64 more of the same kind: features of the examples' own second moments,
[[1.35, 0], [0.5, 0.4]] times standard normal pairs, targets drawn by the logistic model of weights (3, -2),
all by NumPy's `default_rng(1)`.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.finite_sum._linear_model import Rows, Targets, log_loss, read_examples

PENALTY = 0.01


def penalised_log_loss(point: Float[Array, "2"], inputs: Rows, targets: Targets) -> Float[Array, ""]:
    """The logistic loss, and half the penalty times the squared norm of the weights."""
    return log_loss(point, inputs, targets) + 0.5 * PENALTY * jnp.sum(point**2)


EXAMPLES = read_examples("logistic_regression", penalised_log_loss)


def logistic_regression(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The penalised logistic loss over all examples."""
    return EXAMPLES.loss(point)


LANDSCAPE = Landscape(
    loss=logistic_regression,
    title="Logistic regression",
    equation=(r"\frac{1}{64} \sum_{i=1}^{64} \log(1 + e^{-c_i (a_i x + b_i y)}) + \frac{1}{200} (x^2 + y^2)"),
    domain=((-6.0, 8.0), (-7.0, 7.0)),
    view=((-3.0, 4.0), (-3.5, 3.5)),
    start=(-2.0, 2.0),
    minima=((2.1295059904310656, -0.9453433491201613),),
    lowest=0.3724989552339263,
    source="D. R. Cox, The Regression Analysis of Binary Sequences, 1958",
    about="Steep where examples are on the wrong side, flat where they are on the right one.",
    examples=EXAMPLES,
)
