"""Radford's saddle: steep across, gentle along, and a start almost on the ridge."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def radford_saddle(point: Float[Array, "2"]) -> Float[Array, ""]:
    """A saddle five times as steep across as along."""
    x, y = point
    return 5.0 * x**2 - y**2


LANDSCAPE = Landscape(
    loss=radford_saddle,
    title="Radford's saddle",
    equation=r"5 x^2 - y^2",
    domain=((-1.0, 1.0), (-2.0, 1.0)),
    start=(0.25, -5e-06),
    source="A. Radford, animations of optimizers on a saddle, 2014",
    about="From a hair beside the axis, a rule escapes only by scaling its steps or by building up velocity.",
    scale="linear",
)
