"""The six-hump camel: six minima, the two deepest opposite each other."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def six_hump_camel(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A sixth-degree polynomial with six minima."""
    x, y = point
    along_x = (4.0 - 2.1 * x**2 + x**4 / 3.0) * x**2
    along_y = (-4.0 + 4.0 * y**2) * y**2
    return along_x + x * y + along_y


LANDSCAPE = Landscape(
    loss=six_hump_camel,
    title="Six-hump camel",
    equation=r"(4 - 2.1 x^2 + \frac{x^4}{3}) x^2 + x y + (4 y^2 - 4) y^2",
    domain=((-3.0, 3.0), (-2.0, 2.0)),
    view=((-2.0, 2.0), (-1.2, 1.2)),
    start=(-1.26, -0.85),
    minima=((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
    lowest=-1.0316284534898774,
    source="L. C. W. Dixon and G. P. Szegő, The global optimization problem: an introduction, 1978",
    about="Six minima in pairs of equal depth: only the middle pair is global.",
)
