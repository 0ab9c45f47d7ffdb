"""Optimizers run down a loss, all in one compiled program."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from ravine.optimizers._optimizer import Optimizer, Setting

Loss = Callable[[Array], Array]


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
        ValueError: `steps` is below 1, or `start` is not a point.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> (adam,) = descend(lambda p: jnp.sum(p**2), [optax.adam(0.1)], (1.0, 2.0), steps=50)
        >>> adam.points.shape
        (51, 2)
    """
    if steps < 1:
        raise ValueError(f"A descent takes at least 1 step; got {steps}.")
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
        as_descent(setting, jax.tree.map(partial(_unflatten, lane.batch), run))
        for setting, lane, run in zip(settings, lanes, jax.device_get(runs), strict=True)
    )


def _as_setting(optimizer: Setting | Optimizer | optax.GradientTransformation) -> Setting:
    if isinstance(optimizer, Setting):
        return optimizer
    if not isinstance(optimizer, Optimizer):
        optimizer = Optimizer.of(optimizer)
    return Setting(optimizer=optimizer)


class Program(NamedTuple):
    """What of an optimizer is fixed when it is compiled."""

    optimizer: Optimizer
    options: tuple[tuple[str, Any], ...]

    def build(self, traced: Mapping[str, Any]) -> optax.GradientTransformationExtraArgs:
        """The rule with its traced hyper-parameters."""
        rule = self.optimizer.rule(**dict(self.options), **traced)
        return optax.with_extra_args_support(rule)


class Lanes(NamedTuple):
    """One optimizer's batch, flattened to a single axis."""

    program: Program
    traced: Mapping[str, Float[np.ndarray, "lanes ..."]]
    starts: Float[np.ndarray, "lanes 2"]
    batch: tuple[int, ...]

    @classmethod
    def of(cls, setting: Setting, starts: Float[np.ndarray, "*batch 2"]) -> "Lanes":
        """Broadcast a setting's real hyper-parameters against its starts."""
        real, options = {}, {}
        for key, value in setting.complete.items():
            (real if _is_real(value) else options)[key] = value
        values = {key: np.asarray(value, dtype=np.float64) for key, value in real.items()}
        batch = np.broadcast_shapes(starts.shape[:-1], *(v.shape for v in values.values()))
        return cls(
            program=Program(setting.optimizer, tuple(sorted(options.items()))),
            traced={key: np.broadcast_to(value, batch).reshape(-1) for key, value in values.items()},
            starts=np.broadcast_to(starts, (*batch, 2)).reshape(-1, 2),
            batch=batch,
        )


def _is_real(value: Any) -> bool:
    return isinstance(value, float) or (hasattr(value, "dtype") and np.issubdtype(value.dtype, np.floating))


class Run(NamedTuple):
    """One optimizer's descents on the device."""

    points: Float[Array, "lanes steps+1 2"]
    losses: Float[Array, "lanes steps+1"]
    gradient_norms: Float[Array, "lanes steps+1"]
    balls: Mapping[str, Float[Array, "lanes steps+1 2"]]


@partial(jax.jit, static_argnums=(0, 1), static_argnames="steps")
def _run_all(
    programs: tuple[Program, ...],
    loss: Loss,
    traced: tuple[Mapping[str, Array], ...],
    starts: tuple[Float[Array, "lanes 2"], ...],
    *,
    steps: int,
) -> tuple[Run, ...]:
    return tuple(
        run_lanes(program, loss, hyperparameters, start, steps=steps)
        for program, hyperparameters, start in zip(programs, traced, starts, strict=True)
    )


def _unflatten(batch: tuple[int, ...], values: Float[np.ndarray, "lanes ..."]) -> Float[np.ndarray, "..."]:
    return values.reshape(*batch, *values.shape[1:])


def run_lanes(
    program: Program,
    loss: Loss,
    traced: Mapping[str, Array],
    starts: Float[Array, "lanes 2"],
    *,
    steps: int,
) -> Run:
    """Run one optimizer in every lane; traceable by JAX."""
    return jax.vmap(partial(_run, program, loss, steps))(traced, starts)


def _run(
    program: Program, loss: Loss, steps: int, traced: Mapping[str, Array], start: Float[Array, "2"]
) -> Run:
    rule = program.build(traced)
    optimizer = program.optimizer
    gradient = jax.grad(loss)

    def shown(params: Array, state: optax.OptState) -> tuple[Array, dict[str, Array]]:
        def place(field: str | None) -> Array:
            return params if field in (None, "params") else optax.tree.get(state, field)

        return place(optimizer.iterate), {name: place(at) for name, at in optimizer.balls.items()}

    def step(carry: tuple[Array, optax.OptState], _: None) -> Any:
        params, state = carry
        slope = gradient(params)
        updates, state = rule.update(slope, state, params, value=loss(params), grad=slope, value_fn=loss)
        params = optax.apply_updates(params, updates)
        return (params, state), shown(params, state)

    state = rule.init(start)
    _, walked = jax.lax.scan(step, (start, state), length=steps)
    points, balls = jax.tree.map(
        lambda first, rest: jnp.concatenate([first[None], rest]), shown(start, state), walked
    )
    losses, slopes = jax.vmap(jax.value_and_grad(loss))(points)
    return Run(points, losses, jnp.linalg.norm(slopes, axis=-1), balls)


def as_descent(setting: Setting, run: Run) -> Descent:
    """A run on the host, with the steps on which it leaves the reals."""
    lost = ~(np.isfinite(run.points).all(-1) & np.isfinite(run.losses))
    return Descent(
        setting=setting,
        points=run.points,
        losses=run.losses,
        gradient_norms=run.gradient_norms,
        balls=run.balls,
        diverged_at=np.where(lost.any(-1), lost.argmax(-1), -1),
    )
