"""Salomon's function: rings around a cone at the minimum."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def salomon(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Rings of cosine waves on a cone, with gradient 0 at its tip."""
    x, y = point
    radius = root(x**2 + y**2)
    return 1.0 - jnp.cos(2.0 * jnp.pi * radius) + 0.1 * radius


LANDSCAPE = Landscape(
    loss=salomon,
    title="Salomon",
    equation=r"1 - \cos(2 \pi \sqrt{x^2 + y^2}) + 0.1 \sqrt{x^2 + y^2}",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((-3.0, 3.0), (-3.0, 3.0)),
    start=(-1.2, 0.78),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source=(
        "R. Salomon, Re-evaluating genetic algorithm performance under coordinate rotation of benchmark "
        "functions, 1996"
    ),
    about="Each ring is a moat of equal depth all round: without velocity nothing gets across.",
)
