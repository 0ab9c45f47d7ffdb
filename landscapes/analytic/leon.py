"""Leon's function: a cubic valley, even narrower than Rosenbrock's."""

from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def leon(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Leon's two squared residuals."""
    x, y = point
    along = 1.0 - x
    across = y - x**3
    return along**2 + 100.0 * across**2


LANDSCAPE = Landscape(
    loss=leon,
    title="Leon",
    equation=r"100 (y - x^3)^2 + (1 - x)^2",
    domain=((-1.5, 1.5), (-1.5, 1.5)),
    start=(-1.1, -0.4),
    minima=((1.0, 1.0),),
    lowest=0.0,
    source="A. Leon, A comparison among eight known optimizing procedures, 1966; some collections, such as "
    "SciPy's benchmarks, print x^2 in place of x^3, which is Rosenbrock's function",
    about="The S-shaped floor is flat for most of its length and walled in so that large rates diverge.",
    scale="log",
)
