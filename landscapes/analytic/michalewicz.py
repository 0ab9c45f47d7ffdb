"""Michalewicz's function: steep narrow trenches in a flat plateau."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def michalewicz(point: Float[Array, "2"]) -> Float[Array, ""]:
    """One trench along each axis, by the twentieth power of a sine."""
    x, y = point
    along_x = jnp.sin(x) * jnp.sin(x**2 / jnp.pi) ** 20
    along_y = jnp.sin(y) * jnp.sin(2.0 * y**2 / jnp.pi) ** 20
    return -along_x - along_y


LANDSCAPE = Landscape(
    loss=michalewicz,
    title="Michalewicz",
    equation=r"-\sin x \, \sin^{20} \frac{x^2}{\pi} - \sin y \, \sin^{20} \frac{2 y^2}{\pi}",
    domain=((0.0, 3.141592653589793), (0.0, 3.141592653589793)),
    start=(2.62, 1.25),
    minima=((2.2029055201726093, 1.5707963267948966),),
    lowest=-1.8013034100985525,
    source="Z. Michalewicz, Genetic Algorithms + Data Structures = Evolution Programs, 1992",
    about="Between the trenches the gradient is all but zero, so plain descent never finds them.",
)
