"""Beale's function: a narrow curved valley below steep corners."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def beale(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Beale's three squared residuals."""
    x, y = point
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


LANDSCAPE = Landscape(
    loss=beale,
    title="Beale",
    equation=r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    domain=((-4.5, 4.5), (-4.5, 4.5)),
    view=((-1.0, 4.5), (-3.0, 2.4)),
    start=(1.0, 1.6),
    minima=((3.0, 0.5),),
    lowest=0.0,
    source=(
        "E. M. L. Beale, On an iterative method for finding a local minimum of a function of more than one "
        "variable, 1958"
    ),
    about="A large first gradient throws fast methods across the plane before a flat valley slows them.",
)
