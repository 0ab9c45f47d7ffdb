"""The Dixon-Price function: a steep parabolic gorge that forks into two minima."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def dixon_price(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Dixon and Price's two squared residuals."""
    x, y = point
    gorge = 2.0 * y**2 - x
    return (x - 1.0) ** 2 + 2.0 * gorge**2


LANDSCAPE = Landscape(
    loss=dixon_price,
    title="Dixon-Price",
    equation=r"(x - 1)^2 + 2 (2 y^2 - x)^2",
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    view=((-3.0, 3.0), (-3.0, 3.0)),
    start=(-2.2, 0.3),
    minima=((1.0, -0.7071067811865476), (1.0, 0.7071067811865476)),
    lowest=0.0,
    source=(
        "L. C. W. Dixon and R. C. Price, The truncated Newton method for sparse unconstrained "
        "optimisation using automatic differentiation, 1989"
    ),
    about="Descents slide towards the saddle at the fork and have to choose a side.",
    scale="log",
)
