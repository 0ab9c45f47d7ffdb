"""A loss on a grid of points, and at points anywhere."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ravine.landscapes._landscape import Loss

_CHUNK = 1 << 17
"""Points evaluated at once: bounds the memory that a picture of any size takes."""


def losses_on_grid(
    loss: Loss, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
) -> Float[np.ndarray, "rows columns"]:
    """The loss at every pair of an x and a y, in float64.

    Args:
        loss: Of one point, in jax.numpy.
        xs: Of the columns.
        ys: Of the rows.

    Example:
        >>> losses_on_grid(lambda point: (point**2).sum(), np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0]))
        array([[ 0.,  1.,  4.],
               [ 9., 10., 13.]])
    """
    height = min(len(ys), max(1, _CHUNK // len(xs)))
    chunks = -(-len(ys) // height)
    # The last chunk is filled up, so that one compiled program serves all of this grid.
    padded = np.resize(ys, chunks * height).reshape(chunks, height)
    with jax.enable_x64(True):
        values = [np.asarray(_evaluate(loss, xs, chunk)) for chunk in padded]
    return np.concatenate(values)[: len(ys)]


def losses_at(loss: Loss, points: Float[np.ndarray, "*shape 2"]) -> Float[np.ndarray, "*shape"]:
    """The loss at points, in float64.

    Args:
        loss: Of one point, in jax.numpy.
        points: Of which the last axis is x and y.

    Example:
        >>> losses_at(lambda point: (point**2).sum(), np.array([[1.0, 1.0], [2.0, 0.0]]))
        array([2., 4.])
    """
    with jax.enable_x64(True):
        losses = np.asarray(_evaluate_points(loss, points.reshape(-1, 2)))
    return losses.reshape(points.shape[:-1])


def _evaluate_each(loss: Loss, points: Float[Array, "points 2"]) -> Float[Array, " points"]:
    return jax.vmap(loss)(points)


_evaluate_points = jax.jit(_evaluate_each, static_argnums=0)


def _evaluate_chunk(
    loss: Loss, xs: Float[Array, " columns"], ys: Float[Array, " rows"]
) -> Float[Array, "rows columns"]:
    row = jax.vmap(lambda x, y: loss(jnp.stack([x, y])), in_axes=(0, None))
    return jax.vmap(row, in_axes=(None, 0))(xs, ys)


_evaluate = jax.jit(_evaluate_chunk, static_argnums=0)
