"""Ackley's function: a funnel under a carpet of dimples, with a cone at its minimum."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def ackley(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Ackley's function, with gradient 0 at the tip of its cone."""
    x, y = point
    funnel = -20.0 * jnp.exp(-0.2 * root(0.5 * (x**2 + y**2)))
    dimples = -jnp.exp(0.5 * (jnp.cos(2.0 * jnp.pi * x) + jnp.cos(2.0 * jnp.pi * y)))
    return funnel + dimples + jnp.e + 20.0


LANDSCAPE = Landscape(
    loss=ackley,
    title="Ackley",
    equation=r"-20 e^{-0.2 \sqrt{(x^2 + y^2) / 2}} - e^{(\cos 2 \pi x + \cos 2 \pi y) / 2} + e + 20",
    domain=((-32.768, 32.768), (-32.768, 32.768)),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-3.4, 2.7),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing, 1987",
    about="A funnel leads to the minimum, but each dimple on the way is a trap for slow rules.",
)
