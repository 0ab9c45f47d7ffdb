"""Linear models of two weights on rows of examples: the rows, and what the model loses on them."""

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ravine.landscapes._examples import Examples


def read_examples(name: str, loss_on: Callable[..., Array]) -> Examples:
    """The examples of `name` under a loss.

    The columns are two features, the target, and whether the row is held out.
    """
    path = Path(__file__).with_name(f"{name}.csv")
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    held_out = rows[:, 3] == 1.0
    inputs, targets = rows[:, :2], rows[:, 2]
    return Examples(
        inputs=inputs[~held_out],
        targets=targets[~held_out],
        loss_on=loss_on,
        held_out=(inputs[held_out], targets[held_out]),
    )


Rows = Float[Array, "rows 2"] | Float[np.ndarray, "rows 2"]
Targets = Float[Array, " rows"] | Float[np.ndarray, " rows"]


def outputs(point: Float[Array, "2"], inputs: Rows) -> Float[Array, " rows"]:
    """The weighted sum of each row's two features, without an intercept.

    It is written out because XLA then fuses it with the mean: on a grid of points a matrix product takes
    ten times as long, and holds a number for every point and row.
    """
    x, y = point
    first, second = jnp.asarray(inputs, point.dtype).T
    return first * x + second * y


def squared_error(point: Float[Array, "2"], inputs: Rows, targets: Targets) -> Float[Array, ""]:
    """Half the mean squared difference of outputs from targets."""
    return 0.5 * jnp.mean((outputs(point, inputs) - jnp.asarray(targets, point.dtype)) ** 2)


def log_loss(point: Float[Array, "2"], inputs: Rows, targets: Targets) -> Float[Array, ""]:
    """The mean of log(1 + exp(-margin)), for targets -1 and 1."""
    return jnp.mean(_log_loss_of(margins(point, inputs, targets)))


def accuracy(point: Float[Array, "2"], inputs: Rows, targets: Targets) -> Float[Array, ""]:
    """The share of rows on the right side of the line that the weights draw; on the line is wrong."""
    return jnp.mean(margins(point, inputs, targets) > 0.0, dtype=point.dtype)


def margins(point: Float[Array, "2"], inputs: Rows, targets: Targets) -> Float[Array, " rows"]:
    """The outputs, counted positive on the side of the target."""
    return jnp.asarray(targets, point.dtype) * outputs(point, inputs)


@jax.custom_jvp
def _log_loss_of(margin: Float[Array, " rows"]) -> Float[Array, " rows"]:
    """log(1 + exp(-margin)) without overflow, in a form several times as fast as `jnp.logaddexp`.

    The absolute value has no second derivative at 0, which is every margin at the origin: the derivative
    is given in its smooth form.
    """
    return jnp.maximum(-margin, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(margin)))


_log_loss_of.defjvps(lambda tangent, _, margin: -jax.nn.sigmoid(-margin) * tangent)
