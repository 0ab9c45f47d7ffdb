"""Bohachevsky's second function: an oval bowl with a chequered ripple."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def bohachevsky_2(point: Float[Array, "2"]) -> Float[Array, ""]:
    """An oval bowl less a product of cosines."""
    x, y = point
    bowl = x**2 + 2.0 * y**2
    ripple = 0.3 * jnp.cos(3.0 * jnp.pi * x) * jnp.cos(4.0 * jnp.pi * y)
    return bowl - ripple + 0.3


LANDSCAPE = Landscape(
    loss=bohachevsky_2,
    title="Bohachevsky N. 2",
    equation=r"x^2 + 2 y^2 - 0.3 \cos(3 \pi x) \cos(4 \pi y) + 0.3",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.55, 1.3),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source=(
        "I. O. Bohachevsky, M. E. Johnson and M. L. Stein, Generalized simulated annealing for function "
        "optimization, 1986"
    ),
    about="The chequered ripple bends a descent from side to side before it traps the slow ones.",
)
