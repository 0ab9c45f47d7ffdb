"""The Holder table: a grid of wells that deepen towards four corner legs."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def holder_table(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The Holder table, with gradient 0 along its kinks."""
    x, y = point
    depth = jnp.abs(1.0 - root(x**2 + y**2) / jnp.pi)
    return -jnp.abs(jnp.sin(x) * jnp.cos(y) * jnp.exp(depth))


LANDSCAPE = Landscape(
    loss=holder_table,
    title="Holder table",
    equation=r"-|\sin x \cos y \, e^{|1 - \sqrt{x^2 + y^2} / \pi|}|",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((0.0, 10.0), (0.0, 10.0)),
    start=(6.5, 8.1),
    minima=(
        (-8.055023475736563, -9.664590019241272),
        (-8.055023475736563, 9.664590019241272),
        (8.055023475736563, -9.664590019241272),
        (8.055023475736563, 9.664590019241272),
    ),
    lowest=-19.208502567886732,
    source=(
        "S. K. Mishra, Some new test functions for global optimization and performance of repulsive "
        "particle swarm method, 2006"
    ),
    about="The deepest wells stand in the corners, away from where most of the plane slopes.",
)
