"""Bohachevsky's first function: an oval bowl with a ripple along each axis."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def bohachevsky_1(point: Float[Array, "2"]) -> Float[Array, ""]:
    """An oval bowl less a cosine along each axis."""
    x, y = point
    bowl = x**2 + 2.0 * y**2
    ripple = 0.3 * jnp.cos(3.0 * jnp.pi * x) + 0.4 * jnp.cos(4.0 * jnp.pi * y)
    return bowl - ripple + 0.7


LANDSCAPE = Landscape(
    loss=bohachevsky_1,
    title="Bohachevsky N. 1",
    equation=r"x^2 + 2 y^2 - 0.3 \cos 3 \pi x - 0.4 \cos 4 \pi y + 0.7",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.55, 1.3),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source=(
        "I. O. Bohachevsky, M. E. Johnson and M. L. Stein, Generalized simulated annealing for function "
        "optimization, 1986"
    ),
    about="On the rim the bowl outweighs its ripples; near the centre each ripple is a trap.",
)
