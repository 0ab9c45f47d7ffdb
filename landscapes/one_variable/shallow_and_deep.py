"""Two local minima before the global one, a shallow one and a deep one."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def shallow_and_deep(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A wide bowl with a dimple and two wells."""
    x = point[0]
    dimple = 0.6 * jnp.exp(-4.0 * (x + 3.0) ** 2)
    wells = 2.0 * jnp.exp(-1.5 * x**2) + 2.0 * jnp.exp(-1.5 * (x - 3.0) ** 2)
    return (x - 3.0) ** 2 / 20.0 - dimple - wells


LANDSCAPE = Landscape(
    loss=shallow_and_deep,
    title="Shallow and deep minima",
    equation=r"\frac{(x - 3)^2}{20} - 0.6 e^{-4 (x + 3)^2} - 2 e^{-1.5 x^2} - 2 e^{-1.5 (x - 3)^2}",
    domain=((-5.0, 5.5), (-1.0, 1.0)),
    start=(-4.0, 0.0),
    minima=((2.9999959544051147, 0.0),),
    lowest=-2.00000274196809,
    marks=(
        ((-2.8690277381401503, 0.0), "shallow"),
        ((0.04936365977542045, 0.0), "deep"),
        ((2.9999959544051147, 0.0), "global minimum"),
    ),
    source="N. Buduma, N. Buduma and J. Papa, Fundamentals of Deep Learning, 2nd edition, 2022, figure 6-1",
    about="Noise shakes a descent out of the shallow local minimum, but not out of the deep one beside it.",
    variables=1,
    scale="linear",
)
