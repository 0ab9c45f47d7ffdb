"""The Styblinski-Tang function: four minima, one in each quadrant."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def styblinski_tang(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The same tilted double well along each axis."""
    x, y = point
    along_x = x**4 - 16.0 * x**2 + 5.0 * x
    along_y = y**4 - 16.0 * y**2 + 5.0 * y
    return 0.5 * (along_x + along_y)


LANDSCAPE = Landscape(
    loss=styblinski_tang,
    title="Styblinski-Tang",
    equation=r"\frac{1}{2} (x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y)",
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(0.12, -0.7),
    minima=((-2.9035340277711774, -2.9035340277711774),),
    lowest=-78.33233140754282,
    source="M. A. Styblinski and T.-S. Tang, Experiments in nonconvex optimization, 1990",
    about="The four wells differ little in depth, so the side on which a rule leaves the middle decides.",
)
