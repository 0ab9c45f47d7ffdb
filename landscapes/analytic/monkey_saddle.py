"""The monkey saddle: three valleys and three ridges meet in one flat point."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def monkey_saddle(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The real part of (x + iy) cubed."""
    x, y = point
    return x**3 - 3.0 * x * y**2


LANDSCAPE = Landscape(
    loss=monkey_saddle,
    title="Monkey saddle",
    equation=r"x^3 - 3 x y^2",
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.5, 0.03),
    source="D. Hilbert and S. Cohn-Vossen, Geometry and the Imagination, 1952",
    about="Even the Hessian vanishes at the saddle, so slope and curvature both fade on the way in.",
    scale="linear",
)
