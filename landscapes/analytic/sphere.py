"""The sphere function: a round bowl, as easy as a loss can be."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def sphere(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The sum of squares."""
    x, y = point
    return x**2 + y**2


LANDSCAPE = Landscape(
    loss=sphere,
    title="Sphere",
    equation=r"x^2 + y^2",
    domain=((-5.12, 5.12), (-5.12, 5.12)),
    start=(-3.8, 2.6),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="K. A. De Jong, An Analysis of the Behavior of a Class of Genetic Adaptive Systems, 1975",
    about="Every gradient points straight at the minimum: rules differ only in how they slow down.",
)
