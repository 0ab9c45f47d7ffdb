"""Overlays on a landscape beside the runs: the vectors of a step, contours of batches, and slices."""

from collections.abc import Callable, Sequence
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ravine.core.recipe import RecipeError
from ravine.films._recipe import Span
from ravine.landscapes import Landscape, losses_at
from ravine.optimizers import Descent, Sampling
from ravine.renderer import Batches, Slice, Vector

Points = Float[np.ndarray, "steps+1 2"]
Part = Literal["gradient", "velocity", "jump", "correction", "step", "newton", "minimum"]

_NAMES: dict[Part, str] = {
    "gradient": "−gradient",
    "velocity": "velocity",
    "jump": "jump ahead",
    "correction": "correction",
    "step": "step",
    "newton": "Newton's direction",
    "minimum": "to the minimum",
}

_quietly = np.errstate(divide="ignore", over="ignore", invalid="ignore")
"""A run that diverges has no arrows there."""


@_quietly
def step_parts(descent: Descent) -> tuple[Vector, ...]:
    """Split each step into its parts, tip to tail, with the step itself.

    Momentum's step is a step along the gradient and a part of the step before; Nesterov's is a jump to the
    look-ahead point and a correction there. Of any other rule the step is shown beside the direction of
    steepest descent, in the same length.
    """
    points, steps = descent.points, _steps(descent.points)
    ahead = _look_ahead(descent)
    if ahead is not None:
        jump = ahead - points
        return (
            _vector("jump", points, jump),
            _vector("correction", ahead, points + steps - ahead),
            _vector("step", points, steps),
        )
    if descent.setting.optimizer.step_form == "heavy ball":
        velocity = _remembered(descent) * np.vstack([np.zeros(2), steps[:-1]])
        gradient = steps - velocity
        return (
            _vector("gradient", points, gradient),
            _vector("velocity", points + gradient, velocity),
            _vector("step", points, steps),
        )
    length = np.linalg.norm(steps, axis=-1, keepdims=True)
    return (_vector("gradient", points, length * _unit(-descent.gradients)), _vector("step", points, steps))


def _look_ahead(descent: Descent) -> Points | None:
    """The points to which momentum jumps before the gradient is taken, of a rule that does so."""
    kinds = descent.marker_kinds
    return next((points for name, points in descent.markers.items() if kinds[name] == "look-ahead"), None)


def _remembered(descent: Descent) -> Float[np.ndarray, "steps+1 1"]:
    """The part of the step before that belongs to each step."""
    hyperparameters, series = descent.setting.complete, descent.series
    momentum = series["momentum"] if "momentum" in series else hyperparameters["momentum"]
    part = np.broadcast_to(momentum, len(descent.points) - 1)
    if hyperparameters.get("rate") == "outside" and "learning_rate" in series:
        rates = series["learning_rate"]
        part = part * rates / np.append(rates[:1], rates[:-1])
    return np.append(part, np.nan)[:, None]


def newton_directions(descent: Descent, landscape: Landscape) -> tuple[Vector, ...]:
    """The direction of steepest descent, and Newton's."""
    newton = _newton_steps(landscape.loss, descent.points, descent.gradients)
    return _directions(descent, "newton", newton)


@_quietly
def minimum_directions(descent: Descent, landscape: Landscape) -> tuple[Vector, ...]:
    """The direction of steepest descent, and that to the nearest minimum.

    Raises:
        RecipeError: the landscape has no known minimum.
    """
    check_minimum(landscape)
    away = np.array(landscape.minima)[None] - descent.points[:, None]
    nearest = np.argmin(np.nan_to_num(np.linalg.norm(away, axis=-1), nan=np.inf), axis=-1)
    return _directions(descent, "minimum", away[np.arange(len(away)), nearest])


def check_minimum(landscape: Landscape) -> None:
    """Refuse a landscape without a minimum that vectors could point to.

    Raises:
        RecipeError: naming it.
    """
    if not landscape.minima:
        raise RecipeError(
            f"{landscape.name} has no known minimum that vectors could point to; step and newton need none."
        )


def _directions(descent: Descent, part: Part, towards: Points) -> tuple[Vector, ...]:
    points = descent.points
    return (
        _vector("gradient", points, -descent.gradients, unit=True),
        _vector(part, points, towards, unit=True),
    )


def _vector(part: Part, tails: Points, arrows: Points, *, unit: bool = False) -> Vector:
    return Vector(name=_NAMES[part], role=part, tails=tails, arrows=arrows, unit=unit)


def _steps(points: Points) -> Points:
    """From each point to the next; none from the last."""
    return np.vstack([np.diff(points, axis=0), np.full((1, 2), np.nan)])


def _unit(vectors: Points) -> Points:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _newton_steps(loss: Callable[[jax.Array], jax.Array], points: Points, gradients: Points) -> Points:
    with jax.enable_x64(True):
        hessians = jax.jit(jax.vmap(jax.hessian(loss)))(points)
        steps = jax.vmap(lambda hessian, slope: -jnp.linalg.solve(hessian, slope))(hessians, gradients)
    return np.asarray(steps)


_COLUMNS, _ROWS = 96, 72


def seen_by_steps(landscape: Landscape, sampling: Sampling) -> Batches:
    """Return the loss of each example on a grid over the window, and the rows that each step sees."""
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
    return Batches(
        xs=xs,
        ys=ys,
        examples=np.asarray(each, dtype=np.float32).reshape(-1, _ROWS, _COLUMNS),
        rows=np.asarray(sampling.samples)[:, 0],
    )


_PLACES = 201


def slices_of(landscape: Landscape, lines: Sequence[Span]) -> tuple[Slice, ...]:
    """Compute the loss at evenly spaced places along each line (x0, y0, x1, y1)."""
    share = np.linspace(0.0, 1.0, _PLACES)[:, None]
    ends = np.array(lines, dtype=np.float64).reshape(-1, 2, 2)
    losses = losses_at(landscape.loss, ends[:, :1] + share * (ends[:, 1:] - ends[:, :1]))
    return tuple(
        Slice(ends=(line[:2], line[2:]), losses=along) for line, along in zip(lines, losses, strict=True)
    )
