"""The hyperbolic paraboloid: down into a saddle along x, then away from it along y."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def saddle(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The difference of squares."""
    x, y = point
    return x**2 - y**2


LANDSCAPE = Landscape(
    loss=saddle,
    title="Saddle",
    equation=r"x^2 - y^2",
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.5, 0.02),
    source="The hyperbolic paraboloid, the textbook saddle",
    about="Descents run into the saddle and leave it only as fast as they amplify a tiny slope.",
    scale="linear",
)
