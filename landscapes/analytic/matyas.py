"""Matyas's function: a plate with one long diagonal valley."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def matyas(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A quadratic with a strong cross term."""
    x, y = point
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


LANDSCAPE = Landscape(
    loss=matyas,
    title="Matyas",
    equation=r"0.26 (x^2 + y^2) - 0.48 x y",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-7.5, -2.5),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="On the floor of the diagonal valley the slope all but vanishes long before the minimum.",
)
