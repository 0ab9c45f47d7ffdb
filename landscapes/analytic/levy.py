"""Levy's function: long parallel waves over a shallow bowl."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def levy(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A bowl rippled by squared sines, on a scale of four about (1, 1)."""
    x, y = point
    u, v = (x - 1.0) / 4.0, (y - 1.0) / 4.0
    ripple = jnp.sin(jnp.pi * u) ** 2
    bowl_u = u**2 * (1.0 + 10.0 * jnp.sin(jnp.pi * u + 1.0) ** 2)
    bowl_v = v**2 * (1.0 + jnp.sin(2.0 * jnp.pi * v) ** 2)
    return ripple + bowl_u + bowl_v


LANDSCAPE = Landscape(
    loss=levy,
    title="Levy",
    equation=(
        r"\sin^2 \frac{\pi (x - 1)}{4} + \frac{(x - 1)^2}{16} [1 + 10 \sin^2(\frac{\pi (x - 1)}{4} + 1)] "
        r"+ \frac{(y - 1)^2}{16} [1 + \sin^2 \frac{\pi (y - 1)}{2}]"
    ),
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((-6.0, 8.0), (-6.0, 8.0)),
    start=(-2.5, -2.0),
    minima=((1.0, 1.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Each trough holds minima of its own: from two thirds of the view, the slope leads to a wrong one.",
)
