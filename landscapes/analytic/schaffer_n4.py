"""Schaffer's function no. 4: steep hyperbolic waves around four equal minima."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def schaffer_n4(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Cosines of sine waves of x^2 - y^2, damped."""
    x, y = point
    waves = jnp.cos(jnp.sin(x**2 - y**2)) ** 2
    damping = (1.0 + 0.001 * (x**2 + y**2)) ** 2
    return 0.5 + (waves - 0.5) / damping


LANDSCAPE = Landscape(
    loss=schaffer_n4,
    title="Schaffer N. 4",
    equation=r"0.5 + \frac{\cos^2(\sin|x^2 - y^2|) - 0.5}{[1 + 0.001 (x^2 + y^2)]^2}",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((-2.5, 2.5), (-2.5, 2.5)),
    start=(-1.7, 1.55),
    minima=(
        (0.0, 1.2531318314637332),
        (0.0, -1.2531318314637332),
        (1.2531318314637332, 0.0),
        (-1.2531318314637332, 0.0),
    ),
    lowest=0.29257863203598056,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Every trough looks alike: along its floor the slope towards the four minima is faint.",
)
