"""Booth's function: a tilted oval valley."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def booth(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Booth's two squared residuals."""
    x, y = point
    return (x + 2.0 * y - 7.0) ** 2 + (2.0 * x + y - 5.0) ** 2


LANDSCAPE = Landscape(
    loss=booth,
    title="Booth",
    equation=r"(x + 2y - 7)^2 + (2x + y - 5)^2",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-7.0, -2.0),
    minima=((1.0, 3.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="The valley lies askew to the axes, which undoes step sizes chosen for each coordinate alone.",
)
