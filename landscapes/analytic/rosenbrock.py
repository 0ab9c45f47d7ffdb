"""Rosenbrock's function: a banana-shaped valley with a nearly flat floor."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def rosenbrock(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Rosenbrock's two squared residuals."""
    x, y = point
    along = 1.0 - x
    across = y - x**2
    return along**2 + 100.0 * across**2


LANDSCAPE = Landscape(
    loss=rosenbrock,
    title="Rosenbrock",
    equation=r"(1 - x)^2 + 100 (y - x^2)^2",
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    start=(-1.2, 1.0),
    minima=((1.0, 1.0),),
    lowest=0.0,
    source=(
        "H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960"
    ),
    about="The valley is found at once, but its curved flat floor takes thousands of plain steps to follow.",
    scale="log",
)
