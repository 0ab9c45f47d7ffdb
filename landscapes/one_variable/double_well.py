"""The double well: two equal minima with a hump between them."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def double_well(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A quartic with minima at -1 and 1."""
    x = point[0]
    return 0.25 * (x**2 - 1.0) ** 2


LANDSCAPE = Landscape(
    loss=double_well,
    title="Double well",
    equation=r"\frac{1}{4} (x^2 - 1)^2",
    domain=((-2.0, 2.0), (-1.0, 1.0)),
    view=((-1.8, 1.8), (-1.0, 1.0)),
    start=(-1.45, 0.0),
    minima=((-1.0, 0.0), (1.0, 0.0)),
    lowest=0.0,
    source="G. Duffing, Erzwungene Schwingungen bei veränderlicher Eigenfrequenz, 1918",
    about="A rule stays in its well unless it gathers the speed that carries it over the hump.",
    variables=1,
    scale="linear",
)
