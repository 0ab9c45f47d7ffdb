"""Schwefel's function: swelling waves with the deepest hollow far out in a corner."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def schwefel(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Schwefel's waves, lifted so that the lowest is 0."""
    x, y = point
    along_x = x * jnp.sin(root(jnp.abs(x)))
    along_y = y * jnp.sin(root(jnp.abs(y)))
    return 2.0 * 418.9828872724338 - along_x - along_y


LANDSCAPE = Landscape(
    loss=schwefel,
    title="Schwefel",
    equation=r"837.9658 - x \sin \sqrt{|x|} - y \sin \sqrt{|y|}",
    domain=((-500.0, 500.0), (-500.0, 500.0)),
    start=(308.0, 330.0),
    minima=((420.96874635998205, 420.96874635998205),),
    lowest=0.0,
    source="H.-P. Schwefel, Numerical Optimization of Computer Models, 1981",
    about="The best hollows lie far apart, so going down here says nothing about where the deepest one is.",
)
