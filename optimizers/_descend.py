"""Optimizers run down a loss, all in one compiled program."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers._optimizer import MarkerKind, Optimizer, Setting
from ravine.optimizers._plane_loss import check_plane_loss, check_sampled_loss
from ravine.optimizers._program import Lanes, Program, draws_of
from ravine.optimizers._scan import Loss, Sampling, Walk, at_points, walk_all


class Descent(NamedTuple):
    """One optimizer's way down a loss, batched over starts and hyper-parameters.

    A descent that diverges stays as NaN or infinity: divergence is part of the picture.

    Attributes:
        setting: The optimizer and its hyper-parameters.
        points: The iterates, the start first.
        losses: The loss at `points`.
        gradients: The loss's gradient at `points`.
        markers: The points that the rule shows beside its iterate, by name.
        series: The numbers that each step was taken with, by name, such as a schedule's rate.
        evaluations: The numbers of evaluations of the loss, its gradient and its Hessian before each of
            `points`.
        diverged_at: The first step whose point or loss is not finite, -1 if there is none.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> (sgd,) = descend(lambda p: jnp.sum(p**2), [optax.sgd(0.5)], (1.0, 2.0), steps=3)
        >>> sgd.losses, int(sgd.diverged_at)
        (array([5., 0., 0., 0.]), -1)
    """

    setting: Setting
    points: Float[np.ndarray, "*batch steps+1 2"]
    losses: Float[np.ndarray, "*batch steps+1"]
    gradients: Float[np.ndarray, "*batch steps+1 2"]
    markers: Mapping[str, Float[np.ndarray, "*batch steps+1 2"]]
    series: Mapping[str, Float[np.ndarray, "*batch steps"]]
    evaluations: Float[np.ndarray, "*batch steps+1 3"]
    diverged_at: Int[np.ndarray, "*batch"]

    @property
    def label(self) -> str:
        """The name in the legend."""
        return self.setting.label

    @property
    def marker_kinds(self) -> dict[str, MarkerKind]:
        """The kind of each marker, by name."""
        kinds = self.setting.marker_kinds
        return {name: kinds.get(name, kinds.get(_unnumbered(name), "point")) for name in self.markers}

    @property
    def unconnected(self) -> tuple[str, ...]:
        """The markers that no line connects with the iterate."""
        free = self.setting.optimizer.unconnected
        return tuple(name for name in self.markers if {name, _unnumbered(name)} & {*free})

    @property
    def gradient_norms(self) -> Float[np.ndarray, "*batch steps+1"]:
        """The Euclidean norm of the loss's gradient at `points`."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.linalg.norm(self.gradients, axis=-1)


def descend(
    loss: Loss,
    optimizers: Sequence[Setting | Optimizer | optax.GradientTransformation],
    start: Any,
    *,
    steps: int = 200,
    sampling: Sampling | None = None,
) -> tuple[Descent, ...]:
    """Run every optimizer from `start` for `steps` steps, in float64.

    Hyper-parameters, starts and samples are traced: a second call with other values compiles nothing new.

    Args:
        loss: A function of one point in jax.numpy. A program is compiled for it once, as `jax.jit` does, so
            that what it closes over must not change between two calls.
        optimizers: The optimizers to run; a bare one runs with its defaults.
        start: The first point, or a batch of them: `Float[ArrayLike, "*batch 2"]`. Hyper-parameters that
            are arrays are broadcast against the batch.
        steps: The number of steps, at least 1.
        sampling: The minibatches or noise of each step; the whole loss unless given.

    Returns:
        One descent an optimizer, in their order.

    Raises:
        ValueError: `steps` is not a number of steps, `start` not a point, or there is no optimizer.
        PlaneLossError: the loss is not a function of one point.
        HyperparameterError: a hyper-parameter without a default is not given.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> (adam,) = descend(lambda p: jnp.sum(p**2), [optax.adam(0.1)], (1.0, 2.0), steps=50)
        >>> adam.points.shape
        (51, 2)
    """
    if steps != int(steps) or steps < 1:
        raise ValueError(f"A descent takes a whole number of steps, at least 1; got {steps}.")
    steps = int(steps)
    if not optimizers:
        raise ValueError("A descent needs at least one optimizer; got none.")
    settings = tuple(_as_setting(optimizer) for optimizer in optimizers)
    starts = np.asarray(start, dtype=np.float64)
    if starts.shape[-1:] != (2,):
        raise ValueError(f"A start is a point (x, y); got an array of shape {starts.shape}.")
    lanes = [Lanes.of(setting, starts, steps=steps) for setting in settings]
    check_plane_loss(loss)
    if sampling is None:
        sampling = Sampling.none(loss, steps=steps)
    else:
        sampling.check(steps=steps, draws=max(map(draws_of, settings)))
        check_sampled_loss(sampling.loss, sampling.samples)
    with jax.enable_x64(True):
        runs = _run_all(
            tuple(lane.program for lane in lanes),
            loss,
            sampling.loss,
            tuple(lane.traced for lane in lanes),
            tuple(lane.starts for lane in lanes),
            sampling.samples,
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


Run: TypeAlias = tuple[Walk, Float[Array, "..."], Float[Array, "... 2"]]
"""A walk, the losses along it, and their gradients."""


def _walk_and_measure(
    programs: tuple[Program, ...],
    loss: Loss,
    sampled: Any,
    traced: tuple[Mapping[str, Any], ...],
    starts: tuple[Float[Array, "lanes 2"], ...],
    samples: Any,
) -> tuple[Run, ...]:
    walks = walk_all(programs, sampled, traced, starts, samples)
    return tuple(zip(walks, at_points(loss, walks), at_points(jax.grad(loss), walks), strict=True))


_run_all = fast_compile_jit(_walk_and_measure, RUN_ONCE, static_argnums=(0, 1, 2))


def _unflatten(batch: tuple[int, ...], values: Float[np.ndarray, "lanes ..."]) -> Float[np.ndarray, "..."]:
    return values.reshape(*batch, *values.shape[1:])


def as_descent(
    setting: Setting,
    walk: Walk,
    losses: Float[np.ndarray, "*batch steps+1"],
    gradients: Float[np.ndarray, "*batch steps+1 2"],
) -> Descent:
    """The descent of a walk, on the host, with the step at which it diverges."""
    points = np.asarray(walk.points)
    lost = ~(np.isfinite(points).all(-1) & np.isfinite(losses))
    return Descent(
        setting=setting,
        points=points,
        losses=losses,
        gradients=gradients,
        markers=_numbered(walk.markers, points.ndim),
        series={name: np.asarray(values, dtype=np.float64) for name, values in walk.series.items()},
        evaluations=_evaluations(walk, losses.shape),
        diverged_at=np.where(lost.any(-1), lost.argmax(-1), -1),
    )


def _numbered(markers: Mapping[str, Any], rank: int) -> dict[str, Float[np.ndarray, "*batch steps+1 2"]]:
    """The markers one by one: those that came as several get numbers."""
    single: dict[str, np.ndarray] = {}
    for name, places in markers.items():
        places = np.asarray(places)
        if places.ndim == rank:
            single[name] = places
        else:
            single |= {f"{name} {k + 1}": places[..., k, :] for k in range(places.shape[-2])}
    return single


def _unnumbered(name: str) -> str:
    stem, _, number = name.rpartition(" ")
    return stem if number.isdigit() else name


def _evaluations(walk: Walk, shape: tuple[int, ...]) -> Float[np.ndarray, "*batch steps+1 3"]:
    """The evaluations that the rule counts, or one gradient a step."""
    if walk.evaluations is not None:
        return np.asarray(walk.evaluations, dtype=np.float64)
    counts = np.zeros((*shape, 3))
    counts[..., 1] = np.arange(shape[-1])
    return counts
