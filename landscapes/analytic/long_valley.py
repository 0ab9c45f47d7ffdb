"""A long valley: steep walls, and a floor that slopes gently from a ridge to either end."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def long_valley(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A steep parabola across and a shallow double well along."""
    x, y = point
    walls = 5.0 * x**2
    floor = (y**2 - 16.0) ** 2 / 160.0
    return walls + floor


LANDSCAPE = Landscape(
    loss=long_valley,
    title="Long valley",
    equation=r"5 x^2 + \frac{(y^2 - 16)^2}{160}",
    domain=((-1.5, 1.5), (-6.0, 6.0)),
    view=((-1.2, 1.2), (-1.5, 5.5)),
    start=(0.8, 0.01),
    minima=((0.0, -4.0), (0.0, 4.0)),
    lowest=0.0,
    source="Made for ravine after A. Radford's animation of a long valley, 2014",
    about="The start's slope is all across: only scaled steps or built-up velocity find the way along.",
)
