"""A tilted narrow bowl: the gradient points across it, while the minimum lies along it."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def ill_conditioned_bowl(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A bowl of condition number 20 at its minimum, that stiffens along its long axis.

    On an exact quadratic Newton's direction is the direction to the minimum; the fourth power tells them
    apart.
    """
    x, y = point
    along, across = 2.0 * x + y, x - 2.0 * y
    return 0.1 * along**2 + 2.0 * across**2 + 0.001 * along**4


LANDSCAPE = Landscape(
    loss=ill_conditioned_bowl,
    title="Ill-conditioned bowl",
    equation=r"\frac{1}{10} (2x + y)^2 + 2 (x - 2y)^2 + \frac{1}{1000} (2x + y)^4",
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    view=((-4.0, 4.0), (-3.0, 3.0)),
    start=(-2.8, -0.6),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="The textbook bowl of condition number 20, with a fourth power",
    about="In a narrow bowl the gradient points far beside the minimum, Newton's direction almost at it.",
)
