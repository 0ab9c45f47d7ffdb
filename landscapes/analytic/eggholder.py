"""The eggholder function: a wide field of crossing furrows, deepest at its edge."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape
from ravine.landscapes.analytic._root import root


def eggholder(point: Float[Array, "2"]) -> Float[Array, ""]:
    """The eggholder, with gradient 0 on the two lines where its slope is unbounded."""
    x, y = point
    raised = y + 47.0
    first = -raised * jnp.sin(root(jnp.abs(x / 2.0 + raised)))
    second = -x * jnp.sin(root(jnp.abs(x - raised)))
    return first + second


LANDSCAPE = Landscape(
    loss=eggholder,
    title="Eggholder",
    equation=r"-(y + 47) \sin \sqrt{|x / 2 + y + 47|} - x \sin \sqrt{|x - y - 47|}",
    domain=((-512.0, 512.0), (-512.0, 512.0)),
    start=(310.0, -285.0),
    minima=((512.0, 404.2318051137578),),
    lowest=-959.6406627208509,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Dozens of steep furrows hide the minimum at the edge, where the slope is not even zero.",
)
