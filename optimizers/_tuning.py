"""Learning rates tuned to a landscape: one batched descent over a grid of rates, the best lane kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers._descend import Descent, Run, as_descent
from ravine.optimizers._optimizer import RATE, Setting
from ravine.optimizers._plane_loss import check_plane_loss
from ravine.optimizers._program import Lanes, Program, draws_of
from ravine.optimizers._scan import Loss, Sampling, Walk, at_points, walk_all

RATES = tuple(float(f"{digit}e{power}") for power in range(-8, 4) for digit in (1, 1.5, 2, 3, 5, 7))
"""The grid: six rates a decade, each short enough to read and to type."""

_DEPTH = 1e-8
"""Excess loss below this part of the first one is no better: a film cannot show it."""

_LEFT_VIEW = 100.0
_DIVERGED = 200.0
"""Added to the score of a descent that leaves the view or diverges; others lie between log(_DEPTH) and 0."""

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
    leaders: Sequence[int] | None = None,
) -> tuple[Descent, ...]:
    """Run every setting, with the best rate of the grid where it gives none.

    A rate's score is the mean over the steps of the log excess loss, of which the running maximum from the
    end is taken, so that jitter counts. It is judged by the worst of itself and its two neighbours on the
    grid, so that a lucky leap is not taken for skill, and leaving the view or diverging counts against it.

    Rates that are given fill the grid: the program is the same, so that a rate that was found here and
    is given later draws the same points to the last bit.

    Args:
        loss: A function of one point in jax.numpy.
        settings: The optimizers to run, with scalar hyper-parameters.
        start: The first point.
        steps: The number of steps.
        view: The box ((x0, x1), (y0, y1)) that a rate should keep the descent in.
        lowest: The loss from which excess is counted, such as the minimum.
        sampling: The minibatches or noise of each step; the whole loss unless given.
        leaders: For each setting the place of the one whose rate it takes; its own unless given.

    Returns:
        One descent a setting, each under the setting that it ran with.

    Raises:
        ValueError: a hyper-parameter is an array.
        PlaneLossError: the loss is not a function of one point.

    Example:
        >>> import jax.numpy as jnp
        >>> from ravine.optimizers import read_setting
        >>> (run,) = descend_tuned(
        ...     lambda p: jnp.sum(p**2),
        ...     [read_setting("sgd")],
        ...     (1.0, 2.0),
        ...     steps=20,
        ...     view=((-3, 3), (-3, 3)),
        ...     lowest=0.0,
        ... )
        >>> run.setting.hyperparameters["learning_rate"]
        0.5
    """
    check_plane_loss(loss)
    for setting in settings:
        _check_scalar(setting)
    first = np.asarray(start, dtype=np.float64)
    lanes = [Lanes.of(grid, starts, steps=steps) for grid, starts in (_on_grid(s, first) for s in settings)]
    if sampling is None:
        sampling = Sampling.none(loss, steps=steps)
    else:
        sampling.check(steps=steps, draws=max(map(draws_of, settings)))
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
                tuple(range(len(settings)) if leaders is None else leaders),
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


def _on_grid(setting: Setting, start: Float[np.ndarray, "2"]) -> tuple[Setting, Float[np.ndarray, "lanes 2"]]:
    """The setting at every rate of the grid; a rate that is given fills all lanes."""
    if setting.needs_rate:
        setting = setting.with_rate(np.array(RATES))
    owner = setting.rate_owner
    has_grid = owner is not None and isinstance(owner.hyperparameters[RATE], float | np.ndarray)
    return setting, np.broadcast_to(start, (len(RATES) if has_grid else 1, 2))


def _chosen(setting: Setting, lane: int) -> Setting:
    return setting.with_rate(RATES[lane]) if setting.needs_rate else setting


def _best_runs(
    programs: tuple[Program, ...],
    loss: Loss,
    sampled: Any,
    traced: tuple[Mapping[str, Any], ...],
    starts: tuple[Float[Array, "lanes 2"], ...],
    samples: Any,
    view: Float[Array, "2 2"],
    lowest: Float[Array, ""],
    leaders: tuple[int, ...],
) -> tuple[tuple[Int[Array, ""], ...], tuple[Run, ...]]:
    walks = walk_all(programs, sampled, traced, starts, samples)
    losses = at_points(loss, walks)
    found = _best_lanes(walks, losses, view, lowest)
    best = tuple(found[leader] for leader in leaders)
    kept = [_lane(walk, lane) for walk, lane in zip(walks, best, strict=True)]
    kept_losses = [_lane(values, lane)[0] for values, lane in zip(losses, best, strict=True)]
    gradients = [slopes[0] for slopes in at_points(jax.grad(loss), kept)]
    runs = [jax.tree.map(lambda values: values[0], walk) for walk in kept]
    return best, tuple(zip(runs, kept_losses, gradients, strict=True))


_run_best = fast_compile_jit(_best_runs, RUN_ONCE, static_argnums=(0, 1, 2, 8))


def _lane(lanes: Any, lane: Int[Array, ""]) -> Any:
    """One of the lanes, with its axis."""
    return jax.tree.map(lambda values: values[lane][None], lanes)


def _best_lanes(
    walks: Sequence[Walk],
    losses: Sequence[Float[Array, "lanes steps+1"]],
    view: Float[Array, "2 2"],
    lowest: Float[Array, ""],
) -> tuple[Int[Array, ""], ...]:
    """The lane of the best rate; runs with as many lanes are judged in one go."""
    best: list[Any] = [jnp.zeros((), dtype=int)] * len(walks)
    several = [index for index, values in enumerate(losses) if len(values) == len(RATES)]
    if several:
        points = jnp.stack([walks[index].points for index in several])
        values = jnp.stack([losses[index] for index in several])
        found = jnp.argmin(jax.vmap(partial(score, view=view, lowest=lowest))(points, values), axis=-1)
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
    """The score of each rate of a grid; smaller is better."""
    low, high = view.T[:, None, None]
    inside = ((points >= low) & (points <= high)).all(-1)
    real = jnp.isfinite(points).all(-1) & jnp.isfinite(losses)
    excess = losses - lowest
    relative = jnp.clip(jnp.where(real, excess / excess[:, :1], 1.0), _DEPTH, 1.0)
    gain = _mean_log_of_settled(relative)
    neighbours = jnp.pad(gain, 1, mode="edge")
    worst = jnp.maximum(gain, jnp.maximum(neighbours[:-2], neighbours[2:]))
    return worst + _LEFT_VIEW * ~inside.all(-1) + _DIVERGED * ~real.all(-1)


def _mean_log_of_settled(excess: Float[Array, "rates steps+1"]) -> Float[Array, " rates"]:
    """The mean log of the running maximum of the excess, taken from the end."""

    def back(carry: tuple[Array, Array], now: Array) -> tuple[tuple[Array, Array], None]:
        most, total = jnp.maximum(carry[0], now), carry[1]
        return (most, total + jnp.log(most)), None

    last = jnp.zeros_like(excess[:, 0])
    (_, total), _ = jax.lax.scan(back, (last, last), excess.T, reverse=True)
    return total / excess.shape[1]
