"""Griewank's function: a very wide bowl with a regular carpet of dimples."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def griewank(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A wide bowl less a product of cosines."""
    x, y = point
    bowl = (x**2 + y**2) / 4000.0
    dimples = jnp.cos(x) * jnp.cos(y / jnp.sqrt(2.0))
    return bowl - dimples + 1.0


LANDSCAPE = Landscape(
    loss=griewank,
    title="Griewank",
    equation=r"\frac{x^2 + y^2}{4000} - \cos x \cos \frac{y}{\sqrt{2}} + 1",
    domain=((-600.0, 600.0), (-600.0, 600.0)),
    view=((-7.0, 7.0), (-7.0, 7.0)),
    start=(-5.4, 3.6),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="A. O. Griewank, Generalized descent for global optimization, 1981",
    about="From close by, all dimples look alike: the bowl that orders them is too flat to feel.",
)
