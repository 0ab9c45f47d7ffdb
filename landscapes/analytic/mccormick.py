"""McCormick's function: a tilted wave on a parabolic trough."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def mccormick(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A wave along the diagonal, a parabola across it, and a tilt."""
    x, y = point
    wave = jnp.sin(x + y)
    trough = (x - y) ** 2
    tilt = -1.5 * x + 2.5 * y
    return wave + trough + tilt + 1.0


LANDSCAPE = Landscape(
    loss=mccormick,
    title="McCormick",
    equation=r"\sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1",
    domain=((-1.5, 4.0), (-3.0, 4.0)),
    start=(-0.45, 2.4),
    minima=((-0.5471975511965977, -1.5471975511965979),),
    lowest=-1.9132229549810364,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="A second, higher minimum lies up the trough; overshoot can carry a rule down out of the domain.",
)
