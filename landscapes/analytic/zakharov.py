"""Zakharov's function: a plate with a fourth-power wall along one diagonal."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def zakharov(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A bowl and two powers of one weighted sum."""
    x, y = point
    weighted = 0.5 * x + y
    return x**2 + y**2 + weighted**2 + weighted**4


LANDSCAPE = Landscape(
    loss=zakharov,
    title="Zakharov",
    equation=r"x^2 + y^2 + (0.5 x + y)^2 + (0.5 x + y)^4",
    domain=((-5.0, 10.0), (-5.0, 10.0)),
    start=(7.0, 4.0),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="The first slope is thousands of times the last: rates that survive the wall crawl on the plate.",
    scale="log",
)
