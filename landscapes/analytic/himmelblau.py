"""Himmelblau's function: four equal minima around one hill."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def himmelblau(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Himmelblau's two squared residuals."""
    x, y = point
    return (x**2 + y - 11.0) ** 2 + (x + y**2 - 7.0) ** 2


LANDSCAPE = Landscape(
    loss=himmelblau,
    title="Himmelblau",
    equation=r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-0.6, -0.6),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644036),
    ),
    lowest=0.0,
    source="D. M. Himmelblau, Applied Nonlinear Programming, 1972",
    about="Four minima are equally good: a small difference between rules decides which one they reach.",
)
