"""A landscape's losses on a grid."""

from collections.abc import Callable
from functools import partial

import jax
import numpy as np
from jaxtyping import Array, Float

from ravine.landscapes import Box, Loss

_CHUNK = 1 << 17
"""Points evaluated at once: bounds the memory of a picture of any size."""


def grid_losses(
    loss: Loss, box: Box, shape: tuple[int, int], *, centred: bool
) -> Float[np.ndarray, "rows columns"]:
    """The loss on a grid over `box`, rows upward from the lower edge.

    Args:
        loss: A function of one point.
        box: ((x0, x1), (y0, y1)).
        shape: Rows and columns.
        centred: At the middles of `shape` cells rather than from edge to edge.
    """
    rows, columns = shape
    xs, ys = axis(box[0], columns, centred=centred), axis(box[1], rows, centred=centred)
    per_chunk = max(1, _CHUNK // columns)
    chunks = -(-rows // per_chunk)
    padded = np.resize(ys, chunks * per_chunk).reshape(chunks, per_chunk)
    with jax.enable_x64(True):
        evaluate: Callable[..., Array] = partial(_evaluate, loss, xs)
        values = [np.asarray(evaluate(chunk)) for chunk in padded]
    return np.concatenate(values)[:rows]


def axis(bounds: tuple[float, float], count: int, *, centred: bool) -> Float[np.ndarray, " count"]:
    """`count` places from the lower to the higher bound."""
    low, high = bounds
    if centred:
        return low + (np.arange(count) + 0.5) / count * (high - low)
    return np.linspace(low, high, count)


@partial(jax.jit, static_argnums=0)
def _evaluate(
    loss: Loss, xs: Float[Array, " columns"], ys: Float[Array, " rows"]
) -> Float[Array, "rows columns"]:
    row = jax.vmap(lambda x, y: loss(jax.numpy.stack([x, y])), in_axes=(0, None))
    return jax.vmap(row, in_axes=(None, 0))(xs, ys)
