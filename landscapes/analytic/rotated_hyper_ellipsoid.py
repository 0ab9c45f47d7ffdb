"""The rotated hyper-ellipsoid: an oval bowl on a very wide domain."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def rotated_hyper_ellipsoid(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The sum of the partial sums of squares."""
    x, y = point
    first = x**2
    both = x**2 + y**2
    return first + both


LANDSCAPE = Landscape(
    loss=rotated_hyper_ellipsoid,
    title="Rotated hyper-ellipsoid",
    equation=r"2 x^2 + y^2",
    domain=((-65.536, 65.536), (-65.536, 65.536)),
    start=(-40.0, 48.0),
    minima=((0.0, 0.0),),
    lowest=0.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="An easy bowl on a wide domain: rules whose steps ignore the gradient's size take long to arrive.",
)
