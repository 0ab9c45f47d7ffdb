"""The three kinds of critical point on one curve: a maximum, a flat inflection and a minimum."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def critical_points(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A quintic of slope x^2 (x^2 - 1)."""
    x = point[0]
    return x**5 / 5.0 - x**3 / 3.0


LANDSCAPE = Landscape(
    loss=critical_points,
    title="Critical points",
    equation=r"\frac{1}{5} x^5 - \frac{1}{3} x^3",
    domain=((-1.25, 1.45), (-1.0, 1.0)),
    start=(-0.9, 0.0),
    minima=((1.0, 0.0),),
    lowest=-0.13333333333333333,
    marks=(((-1.0, 0.0), "maximum"), ((0.0, 0.0), "flat inflection"), ((1.0, 0.0), "minimum")),
    source="N. Buduma, N. Buduma and J. Papa, Fundamentals of Deep Learning, 2nd edition, 2022, figure 6-4",
    about="Plain descent ends at the flat inflection, where the slope vanishes; momentum coasts through.",
    variables=1,
    scale="linear",
)
