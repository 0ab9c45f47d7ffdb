"""The three-hump camel: three minima in an S-shaped hollow."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def three_hump_camel(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A sixth-degree polynomial with three minima."""
    x, y = point
    humps = 2.0 * x**2 - 1.05 * x**4 + x**6 / 6.0
    return humps + x * y + y**2


LANDSCAPE = Landscape(
    loss=three_hump_camel,
    title="Three-hump camel",
    equation=r"2 x^2 - 1.05 x^4 + \frac{x^6}{6} + x y + y^2",
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    view=((-2.5, 2.5), (-2.5, 2.5)),
    start=(-1.45, -1.7),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Side minima flank the middle one, and a small change of path decides which one catches a rule.",
)
