"""The Goldstein-Price function: five orders of magnitude, with branching narrow valleys."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def goldstein_price(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Two positive factors, each a square times a quadratic plus a constant."""
    x, y = point
    first = 19.0 - 14.0 * x + 3.0 * x**2 - 14.0 * y + 6.0 * x * y + 3.0 * y**2
    second = 18.0 - 32.0 * x + 12.0 * x**2 + 48.0 * y - 36.0 * x * y + 27.0 * y**2
    return (1.0 + (x + y + 1.0) ** 2 * first) * (30.0 + (2.0 * x - 3.0 * y) ** 2 * second)


LANDSCAPE = Landscape(
    loss=goldstein_price,
    title="Goldstein-Price",
    equation=(
        r"[1 + (x + y + 1)^2 (19 - 14 x + 3 x^2 - 14 y + 6 x y + 3 y^2)] [30 + (2 x - 3 y)^2 (18 - 32 x "
        r"+ 12 x^2 + 48 y - 36 x y + 27 y^2)]"
    ),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.3, -0.9),
    minima=((0.0, -1.0),),
    lowest=3.0,
    source="A. A. Goldstein and J. F. Price, On descent from local minima, 1971",
    about="Slopes change by five orders of magnitude: a rate that is safe at the rim crawls in the valley.",
    scale="log",
)
