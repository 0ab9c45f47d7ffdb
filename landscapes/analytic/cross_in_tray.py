"""The cross-in-tray function: rows of shallow wells between the arms of sharp ridges."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def cross_in_tray(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The cross in tray, as a power of its exponential so that single precision does not overflow."""
    x, y = point
    depth = jnp.abs(100.0 - root(x**2 + y**2) / jnp.pi)
    waves = jnp.abs(jnp.sin(x) * jnp.sin(y))
    on_ridge = waves == 0.0
    well = jnp.exp(0.1 * depth) * (jnp.where(on_ridge, 1.0, waves) + jnp.exp(-depth)) ** 0.1
    return -0.0001 * jnp.where(on_ridge, 1.0, well)


LANDSCAPE = Landscape(
    loss=cross_in_tray,
    title="Cross-in-tray",
    equation=r"-0.0001 \, (|\sin x \sin y \, e^{|100 - \sqrt{x^2 + y^2} / \pi|}| + 1)^{0.1}",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((-4.0, 4.0), (-4.0, 4.0)),
    start=(2.7, 2.3),
    minima=(
        (-1.3494066171539107, -1.3494066171539107),
        (-1.3494066171539107, 1.3494066171539107),
        (1.3494066171539107, -1.3494066171539107),
        (1.3494066171539107, 1.3494066171539107),
    ),
    lowest=-2.062611870822737,
    source=(
        "S. K. Mishra, Some new test functions for global optimization and performance of repulsive "
        "particle swarm method, 2006"
    ),
    about="Sharp ridges fence off one well from the next, so a descent ends in the cell where it began.",
)
