"""Schaffer's function no. 2: hyperbolic waves that fade away from the centre."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def schaffer_n2(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Squared sine waves of x^2 - y^2, damped."""
    x, y = point
    waves = jnp.sin(x**2 - y**2) ** 2
    damping = (1.0 + 0.001 * (x**2 + y**2)) ** 2
    return 0.5 + (waves - 0.5) / damping


LANDSCAPE = Landscape(
    loss=schaffer_n2,
    title="Schaffer N. 2",
    equation=r"0.5 + \frac{\sin^2(x^2 - y^2) - 0.5}{[1 + 0.001 (x^2 + y^2)]^2}",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((-2.5, 2.5), (-2.5, 2.5)),
    start=(-1.85, 1.4),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="The diagonal valleys are nearly level: the last stretch to the centre has hardly any slope.",
)
