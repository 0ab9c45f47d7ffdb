"""Series of a run over its steps beside its loss, and runs over the evaluations that they cost."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from ravine.films._data import HELD_OUT
from ravine.landscapes import Landscape
from ravine.optimizers import Descent, Sampling, Setting

_BATCH = "batch_loss"

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


def names_of(settings: Iterable[Setting], landscape: Landscape, *, sampled: bool) -> tuple[str, ...]:
    """The names of the series that some run has beside its loss, sorted.

    Args:
        settings: The optimizers with their hyper-parameters.
        landscape: On what.
        sampled: True if steps see less than all of the loss.
    """
    held_out = landscape.examples is not None and landscape.examples.held_out is not None
    names = {name for setting in settings for name in setting.series} | set(landscape.measures)
    names |= {"gradient_norm", "step", *([HELD_OUT] if held_out else ()), *([_BATCH] if sampled else ())}
    return tuple(sorted(names))


def measures_of(descent: Descent, landscape: Landscape) -> Series:
    """Measure at a run's points what the landscape measures beside the loss, by name."""
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
    return descent._replace(series={**descent.series, _BATCH: np.asarray(losses)})


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
    """Measure how far each step goes, with its sign where there is but one variable."""
    with np.errstate(over="ignore", invalid="ignore"):
        strides = np.diff(points, axis=0)
        return strides[:, 0] if variables == 1 else np.linalg.norm(strides, axis=-1)


def _up_to_the_last(values: Float[np.ndarray, " steps"]) -> Float[np.ndarray, "steps+1"]:
    """The last step's number again at the point that it led to."""
    return np.append(values, values[-1])


_COST = np.array([1.0, 1.0, 2.0])
"""Of a loss, of a gradient with its loss, and of a Hessian: in the plane two products with a vector."""


def on_evaluations(descent: Descent, series: Series, *, total: int) -> tuple[Descent, Series]:
    """The run at 0 to `total` evaluations: between two of its points it is on its way.

    Losses and other numbers are those of the last step that is over. A run whose steps end before the clock
    stays where it is, and one that diverges is seen until the step that is not finite is over.
    """
    cost = descent.evaluations @ _COST
    clock = np.arange(total + 1.0)
    over = np.searchsorted(cost, clock, side="right") - 1
    diverged = int(descent.diverged_at)
    lost = evaluations_at(descent, diverged) if diverged >= 0 else total + 1
    moved = descent._replace(
        points=_between(descent.points, cost, clock, over),
        losses=descent.losses[over],
        gradients=descent.gradients[over],
        markers=_all_between(descent.markers, cost, clock, over),
        evaluations=descent.evaluations[over],
        diverged_at=np.array(lost if lost <= total else -1),
    )
    return moved, {name: values[over] for name, values in series.items()}


def evaluations_at(descent: Descent, step: int) -> int:
    """Count the evaluations that a run has cost at a step."""
    return int(np.ceil(descent.evaluations[step] @ _COST))


def _all_between(
    places: Mapping[str, np.ndarray], cost: np.ndarray, clock: np.ndarray, over: np.ndarray
) -> dict[str, np.ndarray]:
    return {name: _between(points, cost, clock, over) for name, points in places.items()}


def _between(
    points: Float[np.ndarray, "steps+1 2"],
    cost: Float[np.ndarray, "steps+1"],
    clock: Float[np.ndarray, " ticks"],
    over: np.ndarray,
) -> Float[np.ndarray, "ticks 2"]:
    after = np.minimum(over + 1, len(points) - 1)
    length = np.where(cost[after] > cost[over], cost[after] - cost[over], 1.0)
    part = np.clip((clock - cost[over]) / length, 0.0, 1.0)[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        moved = points[over] + part * (points[after] - points[over])
    return np.where(np.isfinite(moved).all(-1, keepdims=True), moved, points[over])
