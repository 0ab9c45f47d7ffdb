"""The trid function: one tilted oval bowl with its minimum away from the origin."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def trid(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Two squares less the product of neighbours."""
    x, y = point
    return (x - 1.0) ** 2 + (y - 1.0) ** 2 - x * y


LANDSCAPE = Landscape(
    loss=trid,
    title="Trid",
    equation=r"(x - 1)^2 + (y - 1)^2 - x y",
    domain=((-4.0, 4.0), (-4.0, 4.0)),
    start=(-3.0, 0.5),
    minima=((2.0, 2.0),),
    lowest=-2.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="A well-behaved convex bowl whose axes are turned by 45 degrees against the coordinates.",
)
