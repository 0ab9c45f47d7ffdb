"""Shubert's function: a field of needles and pits with eighteen equal minima."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def shubert(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The product of one sum of five cosines along each axis."""
    x, y = point
    order = jnp.arange(1.0, 6.0)
    along_x = jnp.sum(order * jnp.cos((order + 1.0) * x + order))
    along_y = jnp.sum(order * jnp.cos((order + 1.0) * y + order))
    return along_x * along_y


LANDSCAPE = Landscape(
    loss=shubert,
    title="Shubert",
    equation=r"(\sum_{i=1}^{5} i \, \cos((i + 1) x + i)) (\sum_{i=1}^{5} i \, \cos((i + 1) y + i))",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((-3.0, 1.0), (-3.0, 1.0)),
    start=(-1.84, -0.68),
    minima=(
        (-7.708313735499347, -7.0835064076515595),
        (-7.708313735499347, -0.8003211004719731),
        (-7.708313735499347, 5.482864206707613),
        (-7.0835064076515595, -7.708313735499347),
        (-7.0835064076515595, -1.425128428319761),
        (-7.0835064076515595, 4.858056878859825),
        (-1.425128428319761, -7.0835064076515595),
        (-1.425128428319761, -0.8003211004719731),
        (-1.425128428319761, 5.482864206707613),
        (-0.8003211004719731, -7.708313735499347),
        (-0.8003211004719731, -1.425128428319761),
        (-0.8003211004719731, 4.858056878859825),
        (4.858056878859825, -7.0835064076515595),
        (4.858056878859825, -0.8003211004719731),
        (4.858056878859825, 5.482864206707613),
        (5.482864206707613, -7.708313735499347),
        (5.482864206707613, -1.425128428319761),
        (5.482864206707613, 4.858056878859825),
    ),
    lowest=-186.73090883102384,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Hundreds of pits crowd the plane: where a descent ends depends on its first few steps.",
)
