"""The contours of what single steps see of a finite sum."""

import jax
import numpy as np

from ravine.gallery._sketch import Seen
from ravine.landscapes import Landscape
from ravine.optimizers import Sampling

_COLUMNS, _ROWS = 96, 72


def seen_by_steps(landscape: Landscape, sampling: Sampling) -> Seen:
    """What the steps see, on a grid over the window."""
    examples = landscape.examples
    if examples is None:
        raise ValueError(f"{landscape.name} has no examples.")
    (x0, x1), (y0, y1) = landscape.window
    xs, ys = np.linspace(x0, x1, _COLUMNS), np.linspace(y0, y1, _ROWS)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)

    def losses(row: jax.Array) -> jax.Array:
        return jax.vmap(lambda point: examples.batch_loss(point, row[None]))(grid)

    with jax.enable_x64(True):
        each = jax.jit(lambda: jax.lax.map(losses, np.arange(len(examples.targets))))()
    return Seen(
        xs=xs,
        ys=ys,
        examples=np.asarray(each, dtype=np.float32).reshape(-1, _ROWS, _COLUMNS),
        rows=np.asarray(sampling.samples)[:, 0],
    )
