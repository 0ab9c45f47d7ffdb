"""Rastrigin's function: a shallow bowl under a regular grid of deep dimples."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def rastrigin(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A bowl with a cosine ripple along each axis."""
    x, y = point
    bowl = x**2 + y**2
    ripple = jnp.cos(2.0 * jnp.pi * x) + jnp.cos(2.0 * jnp.pi * y)
    return 20.0 + bowl - 10.0 * ripple


LANDSCAPE = Landscape(
    loss=rastrigin,
    title="Rastrigin",
    equation=r"20 + x^2 + y^2 - 10 (\cos 2 \pi x + \cos 2 \pi y)",
    domain=((-5.12, 5.12), (-5.12, 5.12)),
    view=((-3.0, 3.0), (-3.0, 3.0)),
    start=(-2.38, 1.55),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="L. A. Rastrigin, Systems of Extremal Control, 1974",
    about="A local minimum in every unit square traps whatever follows the slope alone.",
)
