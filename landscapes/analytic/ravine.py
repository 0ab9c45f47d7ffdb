"""A ravine: an exactly quadratic valley, fifty times steeper across than along."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def ravine(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A quadratic of condition number 50."""
    x, y = point
    return 0.5 * (x**2 + 50.0 * y**2)


LANDSCAPE = Landscape(
    loss=ravine,
    title="Ravine",
    equation=r"\frac{1}{2} (x^2 + 50 y^2)",
    domain=((-5.0, 5.0), (-2.0, 2.0)),
    start=(-4.0, 1.3),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="The textbook quadratic of a given condition number, here 50",
    about="Plain descent zigzags across or crawls along; momentum settles it in far fewer steps.",
)
