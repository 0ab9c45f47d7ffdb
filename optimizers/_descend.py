"""Optimizers run down a loss, all in one compiled program."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._optimizer import Optimizer, Setting
from ravine.optimizers._walk import Lanes, Loss, Program, Walk, measure, walk_lanes


class Descent(NamedTuple):
    """One optimizer's way down a loss, batched over starts and hyper-parameters.

    A descent that leaves the reals stays as NaN or infinity: divergence is part of the picture.

    Attributes:
        setting: The optimizer and its hyper-parameters.
        points: The iterates, the start first.
        losses: The loss at `points`.
        gradient_norms: The Euclidean norm of the loss's gradient at `points`.
        balls: What the rule shows beside its iterate, by name.
        diverged_at: The first step whose point or loss is not finite, -1 if there is none.
    """

    setting: Setting
    points: Float[np.ndarray, "*batch steps+1 2"]
    losses: Float[np.ndarray, "*batch steps+1"]
    gradient_norms: Float[np.ndarray, "*batch steps+1"]
    balls: Mapping[str, Float[np.ndarray, "*batch steps+1 2"]]
    diverged_at: Int[np.ndarray, "*batch"]

    @property
    def label(self) -> str:
        """The name in the legend."""
        return self.setting.label


def descend(
    loss: Loss,
    optimizers: Sequence[Setting | Optimizer | optax.GradientTransformation],
    start: Any,
    *,
    steps: int = 200,
) -> tuple[Descent, ...]:
    """Run every optimizer from `start` for `steps` steps, in float64.

    Hyper-parameters and starts are traced: a second call with other values compiles nothing new.

    Args:
        loss: A function of one point in jax.numpy.
        optimizers: What to run; a bare optimizer runs with its defaults.
        start: The first point, or a batch of them: `Float[ArrayLike, "*batch 2"]`. Hyper-parameters that
            are arrays are broadcast against the batch.
        steps: How many steps, at least 1.

    Returns:
        One descent an optimizer, in their order.

    Raises:
        ValueError: `steps` is not a number of steps, `start` not a point, or there is no optimizer.
        HyperparameterError: a hyper-parameter without a default is not given.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> (adam,) = descend(lambda p: jnp.sum(p**2), [optax.adam(0.1)], (1.0, 2.0), steps=50)
        >>> adam.points.shape
        (51, 2)
    """
    if steps != int(steps) or steps < 1:
        raise ValueError(f"A descent takes a whole number of steps, at least 1; got {steps}.")
    if not optimizers:
        raise ValueError("A descent needs at least one optimizer; got none.")
    settings = tuple(_as_setting(optimizer) for optimizer in optimizers)
    starts = np.asarray(start, dtype=np.float64)
    if starts.shape[-1:] != (2,):
        raise ValueError(f"A start is a point (x, y); got an array of shape {starts.shape}.")
    lanes = [Lanes.of(setting, starts) for setting in settings]
    with jax.enable_x64(True):
        runs = _run_all(
            tuple(lane.program for lane in lanes),
            loss,
            tuple(lane.traced for lane in lanes),
            tuple(lane.starts for lane in lanes),
            steps=steps,
        )
    return tuple(
        as_descent(setting, *jax.tree.map(partial(_unflatten, lane.batch), run))
        for setting, lane, run in zip(settings, lanes, jax.device_get(runs), strict=True)
    )


def _as_setting(optimizer: Setting | Optimizer | optax.GradientTransformation) -> Setting:
    if isinstance(optimizer, Setting):
        return optimizer
    if not isinstance(optimizer, Optimizer):
        optimizer = Optimizer.of(optimizer)
    return Setting(optimizer=optimizer)


Run: TypeAlias = tuple[Walk, Float[Array, "..."], Float[Array, "..."]]
"""A walk, the losses along it, and the norms of their gradients."""


@partial(jax.jit, static_argnums=(0, 1), static_argnames="steps")
def _run_all(
    programs: tuple[Program, ...],
    loss: Loss,
    traced: tuple[Mapping[str, Array], ...],
    starts: tuple[Float[Array, "lanes 2"], ...],
    *,
    steps: int,
) -> tuple[Run, ...]:
    walks = [
        walk_lanes(program, loss, hyperparameters, start, steps=steps)
        for program, hyperparameters, start in zip(programs, traced, starts, strict=True)
    ]
    losses, norms = measure(loss, jnp.concatenate([walk.points for walk in walks]))
    ends = np.cumsum([len(walk.points) for walk in walks])[:-1].tolist()
    return tuple(zip(walks, jnp.split(losses, ends), jnp.split(norms, ends), strict=True))


def _unflatten(batch: tuple[int, ...], values: Float[np.ndarray, "lanes ..."]) -> Float[np.ndarray, "..."]:
    return values.reshape(*batch, *values.shape[1:])


def as_descent(
    setting: Setting,
    walk: Walk,
    losses: Float[np.ndarray, "*batch steps+1"],
    gradient_norms: Float[np.ndarray, "*batch steps+1"],
) -> Descent:
    """A run on the host, with the steps on which it leaves the reals."""
    points = np.asarray(walk.points)
    lost = ~(np.isfinite(points).all(-1) & np.isfinite(losses))
    return Descent(
        setting=setting,
        points=points,
        losses=losses,
        gradient_norms=gradient_norms,
        balls={name: np.asarray(ball) for name, ball in walk.balls.items()},
        diverged_at=np.where(lost.any(-1), lost.argmax(-1), -1),
    )
