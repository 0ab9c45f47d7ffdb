"""Easom's function: one hole in a plain that is flat almost everywhere."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def easom(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A product of cosines under a narrow bell."""
    x, y = point
    bell = jnp.exp(-((x - jnp.pi) ** 2 + (y - jnp.pi) ** 2))
    return -jnp.cos(x) * jnp.cos(y) * bell


LANDSCAPE = Landscape(
    loss=easom,
    title="Easom",
    equation=r"-\cos x \cos y \, e^{-(x - \pi)^2 - (y - \pi)^2}",
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    view=((0.5, 5.8), (0.5, 5.8)),
    start=(1.9, 4.2),
    minima=((3.141592653589793, 3.141592653589793),),
    lowest=-1.0,
    source="E. E. Easom, A survey of global optimization techniques, 1990",
    about="Outside the hole the gradient fades to nothing: plain descent hardly moves, scaled steps walk in.",
)
