"""Levy's function no. 13: a bowl corrugated far more finely along y."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def levy_n13(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A bowl rippled by squared sines."""
    x, y = point
    ripple_x = jnp.sin(3.0 * jnp.pi * x) ** 2
    bowl_x = (x - 1.0) ** 2 * (1.0 + jnp.sin(3.0 * jnp.pi * y) ** 2)
    bowl_y = (y - 1.0) ** 2 * (1.0 + jnp.sin(2.0 * jnp.pi * y) ** 2)
    return ripple_x + bowl_x + bowl_y


LANDSCAPE = Landscape(
    loss=levy_n13,
    title="Levy N. 13",
    equation=r"\sin^2 3 \pi x + (x - 1)^2 (1 + \sin^2 3 \pi y) + (y - 1)^2 (1 + \sin^2 2 \pi y)",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((-0.5, 2.5), (-0.5, 2.5)),
    start=(0.18, 2.1),
    minima=((1.0, 1.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Shallow wrinkles stop short steps within a fraction of a unit; long strides roll over them.",
)
