"""The sum of squares function: a bowl with twice the curvature along y."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def sum_of_squares(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The squares, each weighted by the number of its axis."""
    x, y = point
    return x**2 + 2.0 * y**2


LANDSCAPE = Landscape(
    loss=sum_of_squares,
    title="Sum of squares",
    equation=r"x^2 + 2 y^2",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-7.5, 5.5),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="The slightly oval bowl bends a plain descent and leaves the adaptive rules on a diagonal.",
)
