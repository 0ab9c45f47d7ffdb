"""What can be drawn over the steps of a run beside its loss."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from ravine.landscapes import Landscape
from ravine.optimizers import Descent, Sampling

HELD_OUT = "held_out_loss"

Series = dict[str, Float[np.ndarray, "steps+1"]]


def series_of(descent: Descent, landscape: Landscape) -> Series:
    """A run's numbers at every point by name; what belongs to a step stands at the point before it."""
    own = {name: _up_to_the_last(values) for name, values in descent.series.items()}
    return {
        **own,
        **measures_of(descent, landscape),
        "gradient_norm": descent.gradient_norms,
        "step": _up_to_the_last(_strides(descent.points, landscape.variables)),
    }


def measures_of(descent: Descent, landscape: Landscape) -> Series:
    """What the landscape measures at a run's points beside the loss, by name."""
    measured = {name: _at(measure, descent.points) for name, measure in landscape.measures.items()}
    if landscape.examples is not None and landscape.examples.held_out is not None:
        measured[HELD_OUT] = held_out_losses(descent, landscape)
    return measured


def with_batch_losses(descent: Descent, sampling: Sampling | None) -> Descent:
    """The run with the loss that each step saw among its series, where that is not the whole loss."""
    if sampling is None:
        return descent
    first = jax.tree.map(lambda draws: draws[:, 0], sampling.samples)
    with jax.enable_x64(True):
        losses = _along(sampling.loss)(descent.points[:-1], first)
    return descent._replace(series={**descent.series, "batch_loss": np.asarray(losses)})


def held_out_losses(descent: Descent, landscape: Landscape) -> Float[np.ndarray, "steps+1"]:
    """The loss on the examples that no gradient sees.

    Raises:
        ValueError: the landscape has none.
    """
    if landscape.examples is None:
        raise ValueError(f"{landscape.name} has no held-out examples.")
    return _at(landscape.examples.held_out_loss, descent.points)


def _at(
    measure: Callable[[Any], Any], points: Float[np.ndarray, "steps+1 2"]
) -> Float[np.ndarray, "steps+1"]:
    with jax.enable_x64(True):
        return np.asarray(_along(measure)(points), dtype=np.float64)


@cache
def _along(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function at many points; compiled once for all runs."""
    return jax.jit(jax.vmap(function))


def _strides(points: Float[np.ndarray, "steps+1 2"], variables: int) -> Float[np.ndarray, " steps"]:
    """How far each step goes, with its sign where there is but one variable."""
    with np.errstate(over="ignore", invalid="ignore"):
        strides = np.diff(points, axis=0)
        return strides[:, 0] if variables == 1 else np.linalg.norm(strides, axis=-1)


def _up_to_the_last(values: Float[np.ndarray, " steps"]) -> Float[np.ndarray, "steps+1"]:
    """The last step's number again at the point that it led to."""
    return np.append(values, values[-1])
