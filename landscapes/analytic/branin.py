"""Branin's function: three equal minima along a winding valley."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def branin(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A squared parabolic residual and a cosine."""
    x, y = point
    valley = y - 5.1 / (4.0 * jnp.pi**2) * x**2 + 5.0 / jnp.pi * x - 6.0
    wave = 10.0 * (1.0 - 1.0 / (8.0 * jnp.pi)) * jnp.cos(x)
    return valley**2 + wave + 10.0


LANDSCAPE = Landscape(
    loss=branin,
    title="Branin",
    equation=r"(y - \frac{5.1}{4 \pi^2} x^2 + \frac{5}{\pi} x - 6)^2 + 10 (1 - \frac{1}{8 \pi}) \cos x + 10",
    domain=((-5.0, 10.0), (0.0, 15.0)),
    start=(2.6, 12.4),
    minima=((-3.141592653589793, 12.275), (3.141592653589793, 2.275), (9.42477796076938, 2.475)),
    lowest=0.3978873577297383,
    source=(
        "F. H. Branin, Widely convergent method for finding multiple solutions of simultaneous "
        "nonlinear equations, 1972"
    ),
    about="A ridge parts the way to three equally good minima; momentum can roll past the nearest.",
)
