"""The drop-wave function: rings on water, as after a drop has fallen."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Landscape


def drop_wave(point: Float[Array, "2"]) -> Float[Array, ""]:
    """Rings of cosine waves, damped."""
    x, y = point
    square = x**2 + y**2
    # The square root has no derivative at the centre, but the rings have: there they are their Taylor series.
    near = square < 1e-12
    rings = jnp.where(near, 1.0 - 72.0 * square, jnp.cos(12.0 * jnp.sqrt(jnp.where(near, 1.0, square))))
    return -(1.0 + rings) / (0.5 * square + 2.0)


LANDSCAPE = Landscape(
    loss=drop_wave,
    title="Drop-wave",
    equation=r"-\frac{1 + \cos(12 \sqrt{x^2 + y^2})}{0.5 (x^2 + y^2) + 2}",
    domain=((-5.12, 5.12), (-5.12, 5.12)),
    view=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.0, 0.76),
    minima=((0.0, 0.0),),
    lowest=-1.0,
    source="S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments",
    about="Each ring is a moat with a level floor: only a rule that jumps crests gets any nearer.",
)
