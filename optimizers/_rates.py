"""Learning rates tuned to a landscape: one batched descent over a grid of rates, the best lane kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.optimizers._descend import Descent, Run, as_descent, run_all
from ravine.optimizers._optimizer import RATE, Setting
from ravine.optimizers._program import Lanes, Program
from ravine.optimizers._walk import Loss, Sampling

RATES = tuple(float(f"{digit}e{power}") for power in range(-8, 4) for digit in (1, 1.5, 2, 3, 5, 7))
"""The grid: six rates a decade, each short enough to read and to type."""

_DEPTH = 1e-8
"""Excess loss below this part of the first one is no better: a film cannot show it."""

_LEFT_VIEW = 100.0
_LEFT_REALS = 200.0
"""What leaving the view or the reals adds to a score, which without it lies between log(_DEPTH) and 0."""

Box = tuple[tuple[float, float], tuple[float, float]]


def descend_tuned(
    loss: Loss,
    settings: Sequence[Setting],
    start: tuple[float, float],
    *,
    steps: int,
    view: Box,
    lowest: float,
    sampling: Sampling | None = None,
) -> tuple[Descent, ...]:
    """Run every setting, with the best rate of the grid where it gives none.

    A rate's score is the mean over the steps of the log excess loss, taken as the most to which it will
    yet return, so that jitter counts. It is judged by the worst of itself and its two neighbours on the
    grid, so that a lucky leap is not taken for skill, and leaving the view or the reals counts against it.

    Rates that are given fill the grid: the program is the same, so that a rate that was found here and
    is given later draws the same points to the last bit.

    Args:
        loss: A function of one point in jax.numpy.
        settings: What to run, with scalar hyper-parameters.
        start: The first point.
        steps: How many steps.
        view: The box ((x0, x1), (y0, y1)) that a rate should keep the descent in.
        lowest: The loss from which excess is counted, such as the minimum.
        sampling: What each step sees of the loss; the whole loss unless given.

    Returns:
        One descent a setting, each under the setting that it ran with.

    Raises:
        ValueError: a hyper-parameter is an array.
    """
    for setting in settings:
        _check_scalar(setting)
    first = np.asarray(start, dtype=np.float64)
    lanes = [Lanes.of(grid, starts, steps=steps) for grid, starts in (_on_grid(s, first) for s in settings)]
    sampling = sampling or Sampling.none(loss, steps=steps)
    with jax.enable_x64(True):
        best, runs = jax.device_get(
            _run_best(
                tuple(lane.program for lane in lanes),
                loss,
                sampling.loss,
                tuple(lane.traced for lane in lanes),
                tuple(lane.starts for lane in lanes),
                sampling.samples,
                np.array(view, dtype=np.float64),
                lowest,
            )
        )
    return tuple(
        as_descent(_chosen(setting, int(lane)), *run)
        for setting, lane, run in zip(settings, best, runs, strict=True)
    )


def _check_scalar(setting: Setting) -> None:
    for key, value in setting.hyperparameters.items():
        if isinstance(value, Setting):
            _check_scalar(value)
        elif getattr(value, "ndim", 0):
            raise ValueError(f"{key} of {setting.label} must be one number here; got {len(value)} of them.")


def _is_tunable(setting: Setting) -> bool:
    owner = setting.rate_owner
    return owner is not None and RATE not in owner.hyperparameters


def _on_grid(setting: Setting, start: Float[np.ndarray, "2"]) -> tuple[Setting, Float[np.ndarray, "lanes 2"]]:
    """The setting at every rate of the grid; a rate that is given fills all lanes."""
    if _is_tunable(setting):
        setting = setting.with_rate(np.array(RATES))
    owner = setting.rate_owner
    has_grid = owner is not None and not callable(getattr(owner.hyperparameters[RATE], "rates", None))
    return setting, np.broadcast_to(start, (len(RATES) if has_grid else 1, 2))


def _chosen(setting: Setting, lane: int) -> Setting:
    return setting.with_rate(RATES[lane]) if _is_tunable(setting) else setting


@partial(jax.jit, static_argnums=(0, 1, 2))
def _run_best(
    programs: tuple[Program, ...],
    loss: Loss,
    sampled: Any,
    traced: tuple[Mapping[str, Any], ...],
    starts: tuple[Float[Array, "lanes 2"], ...],
    samples: Any,
    view: Float[Array, "2 2"],
    lowest: Float[Array, ""],
) -> tuple[tuple[Int[Array, ""], ...], tuple[Run, ...]]:
    runs = run_all(programs, loss, sampled, traced, starts, samples)
    best = _best_lanes(runs, view, lowest)
    return best, tuple(
        jax.tree.map(lambda values, lane=lane: values[lane], run) for lane, run in zip(best, runs, strict=True)
    )


def _best_lanes(
    runs: tuple[Run, ...], view: Float[Array, "2 2"], lowest: Float[Array, ""]
) -> tuple[Int[Array, ""], ...]:
    """The lane of the best rate; runs with as many lanes are judged in one go."""
    best: list[Any] = [jnp.zeros((), dtype=int)] * len(runs)
    several = [index for index, (_, losses, _) in enumerate(runs) if len(losses) == len(RATES)]
    if several:
        points = jnp.stack([runs[index][0].points for index in several])
        losses = jnp.stack([runs[index][1] for index in several])
        found = jnp.argmin(jax.vmap(partial(score, view=view, lowest=lowest))(points, losses), axis=-1)
        for place, index in enumerate(several):
            best[index] = found[place]
    return tuple(best)


def score(
    points: Float[Array, "rates steps+1 2"],
    losses: Float[Array, "rates steps+1"],
    *,
    view: Float[Array, "2 2"],
    lowest: Float[Array, ""],
) -> Float[Array, " rates"]:
    """How well each rate of a grid does; smaller is better."""
    low, high = view.T[:, None, None]
    inside = ((points >= low) & (points <= high)).all(-1)
    real = jnp.isfinite(points).all(-1) & jnp.isfinite(losses)
    excess = losses - lowest
    relative = jnp.clip(jnp.where(real, excess / excess[:, :1], 1.0), _DEPTH, 1.0)
    gain = _mean_log_of_settled(relative)
    neighbours = jnp.pad(gain, 1, mode="edge")
    worst = jnp.maximum(gain, jnp.maximum(neighbours[:-2], neighbours[2:]))
    return worst + _LEFT_VIEW * ~inside.all(-1) + _LEFT_REALS * ~real.all(-1)


def _mean_log_of_settled(excess: Float[Array, "rates steps+1"]) -> Float[Array, " rates"]:
    """The mean log of the most to which each excess will yet return."""

    def back(carry: tuple[Array, Array], now: Array) -> tuple[tuple[Array, Array], None]:
        most, total = jnp.maximum(carry[0], now), carry[1]
        return (most, total + jnp.log(most)), None

    last = jnp.zeros_like(excess[:, 0])
    (_, total), _ = jax.lax.scan(back, (last, last), excess.T, reverse=True)
    return total / excess.shape[1]
