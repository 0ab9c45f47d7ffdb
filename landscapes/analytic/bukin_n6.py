"""Bukin's function no. 6: a knife-edge valley along a parabola."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def bukin_n6(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Bukin's sixth function, with gradient 0 on its edge, where the slope beside it is unbounded."""
    x, y = point
    beside = jnp.abs(y - (x / 10.0) ** 2)
    return 100.0 * root(beside) + 0.01 * jnp.abs(x + 10.0)


LANDSCAPE = Landscape(
    loss=bukin_n6,
    title="Bukin N. 6",
    equation=r"100 \sqrt{|y - 0.01 x^2|} + 0.01 |x + 10|",
    domain=((-15.0, -5.0), (-3.0, 3.0)),
    start=(-6.3, -1.8),
    minima=((-10.0, 1.0),),
    lowest=0.0,
    source="A. D. Bukin, New minimization strategy for non-smooth functions, 1997",
    about="The gradient blows up at the edge, so every rule rattles across it and hardly moves along.",
)
