"""Walks of many optimizers over a loss, each of them batched; all of it can be traced by JAX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, cast

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from ravine.optimizers._process import Process
from ravine.optimizers._program import Program

Loss: TypeAlias = Callable[[Array], Array]


class Sampling(NamedTuple):
    """The part of a loss that each step sees, such as the loss on a minibatch.

    Attributes:
        loss: Of a point and a sample, such as the rows of a minibatch.
        samples: Arrays whose first axis is the step and whose second one counts draws within a step: the
            first draw is what an update rule sees, the others are for methods with several workers.

    Example:
        >>> import numpy as np
        >>> from ravine.optimizers import descend, load
        >>> rows = np.linspace(-1, 1, 12).reshape(6, 1, 2)  # six steps, one draw each
        >>> (run,) = descend(
        ...     lambda point: (point**2).sum(),
        ...     [load("sgd")],
        ...     (1.0, 2.0),
        ...     steps=6,
        ...     sampling=Sampling(lambda point, row: ((point - row) ** 2).sum(), rows),
        ... )
        >>> run.points.shape
        (7, 2)
    """

    loss: Callable[[Array, Any], Array]
    samples: Any

    def check(self, *, steps: int, draws: int) -> None:
        """Refuse samples for fewer or more steps than there are, or fewer draws than a method takes.

        Args:
            steps: The number of steps of the descent.
            draws: The number of minibatches that a step draws, as `draws_of` tells.

        Raises:
            ValueError: naming what there should be.
        """
        for array in jax.tree.leaves(self.samples):
            if np.ndim(array) < 2 or len(array) != steps or array.shape[1] < draws:
                raise ValueError(
                    f"Samples have {steps} steps and at least {draws} draws as their first two axes; "
                    f"got an array of shape {np.shape(array)}."
                )

    @classmethod
    def none(cls, loss: Loss, *, steps: int) -> "Sampling":
        """The sampling in which every step sees the whole loss.

        Args:
            loss: A function of one point.
            steps: The number of steps of the descent.
        """
        return cls(loss=_Whole(loss), samples=np.zeros((steps, 1)))


@dataclass(frozen=True)
class _Whole:
    """A loss that no sample changes."""

    loss: Loss

    def __call__(self, point: Array, sample: Array) -> Array:
        del sample
        return self.loss(point)


class Walk(NamedTuple):
    """The iterates of one optimizer and what it shows beside them, on the device or on the host.

    `markers` may hold an axis that numbers them before the last one. `evaluations` counts those of the loss,
    the gradient and the Hessian, and is None for a rule that takes one gradient a step.
    """

    points: Float[Array | np.ndarray, "*batch steps+1 2"]
    markers: Mapping[str, Float[Array | np.ndarray, "... 2"]]
    series: Mapping[str, Float[Array | np.ndarray, "*batch steps"]]
    evaluations: Float[Array | np.ndarray, "*batch steps+1 3"] | None


class _Seen(NamedTuple):
    """The loss as one step sees it."""

    values: Float[Array, " lanes"]
    slopes: Float[Array, "lanes 2"]
    sample: Any
    loss: Callable[[Array, Any], Array]


def walk_all(
    programs: Sequence[Program],
    sampled: Callable[[Array, Any], Array],
    traced: Sequence[Mapping[str, Any]],
    starts: Sequence[Float[Array, "lanes 2"]],
    samples: Any,
) -> list[Walk]:
    """Walk every program in all its lanes, one step of all of them after the other.

    The gradients of a step are taken in one go, so that the loss is compiled once for all programs.
    """
    sampled = jax.jit(sampled)
    walkers = [_Walker(program, values) for program, values in zip(programs, traced, strict=True)]
    carries = [walker.init(start) for walker, start in zip(walkers, starts, strict=True)]

    def step(carries: list[Any], sample: Any) -> tuple[list[Any], list[Walk]]:
        at = jnp.concatenate([params for params, _ in carries])
        first = jax.tree.map(lambda draws: draws[0], sample)
        values, slopes = jax.vmap(jax.value_and_grad(lambda point: sampled(point, first)))(at)
        ends = np.cumsum([len(params) for params, _ in carries])[:-1].tolist()
        parts = zip(jnp.split(values, ends), jnp.split(slopes, ends), strict=True)
        seen = [_Seen(*part, sample, sampled) for part in parts]
        moved = [walker.step(carry, part) for walker, carry, part in zip(walkers, carries, seen, strict=True)]
        shown = [
            walker.shown(before, after) for walker, before, after in zip(walkers, carries, moved, strict=True)
        ]
        return moved, shown

    _, walks = jax.lax.scan(step, carries, _with_one_more(samples))
    return [_lanes_first(walk) for walk in walks]


def _with_one_more(samples: Any) -> Any:
    """The samples, and one more: the last point is shown before the step that would follow it."""
    return jax.tree.map(lambda array: jnp.concatenate([array, array[-1:]]), samples)


def _lanes_first(walk: Walk) -> Walk:
    walk = jax.tree.map(lambda array: jnp.moveaxis(array, 1, 0), walk)
    return walk._replace(series={name: values[:, :-1] for name, values in walk.series.items()})


class _Walker:
    """An optimizer in all its lanes: what it carries from step to step is its parameters and its state."""

    def __init__(self, program: Program, traced: Mapping[str, Any]) -> None:
        self._optimizer = program.optimizer
        self._program = program
        self._traced = traced

    def init(self, starts: Float[Array, "lanes 2"]) -> tuple[Array, Any]:
        """The parameters and the state before the first step."""

        def one(traced: Mapping[str, Any], start: Array) -> tuple[Array, Any]:
            return start, self._program.build(traced).init(start)

        return jax.vmap(one)(self._traced, starts)

    def step(self, carry: tuple[Array, Any], seen: _Seen) -> tuple[Array, Any]:
        """The parameters and the state after a step."""

        def one(traced: Mapping[str, Any], params: Array, state: Any, value: Array, slope: Array) -> Any:
            method = self._program.build(traced)
            if isinstance(method, Process):
                state = method.step(state, _gradient(seen))
                return _of_state(state, self._optimizer.iterate), state
            first = jax.tree.map(lambda draws: draws[0], seen.sample)
            updates, state = method.update(
                slope,
                state,
                params,
                value=value,
                grad=slope,
                value_fn=lambda point: seen.loss(point, first),
            )
            return cast("Array", optax.apply_updates(params, updates)), state

        return jax.vmap(one)(self._traced, *carry, seen.values, seen.slopes)

    def shown(self, before: tuple[Array, Any], after: tuple[Array, Any]) -> Walk:
        """The points and numbers that are shown between two steps."""
        program, counts = self._program, self._program.evaluations
        params, state = before

        def place(field: str | None) -> Array:
            return params if field in (None, "params") else _of_state(state, field)

        return Walk(
            points=place(program.iterate),
            markers={name: place(field) for name, field in program.markers.items()},
            series={name: _of_state(after[1], field) for name, field in program.series.items()},
            evaluations=_of_state(state, counts) if counts else None,
        )


def _of_state(state: Any, field: str | None) -> Array:
    """A field of the rule's own state, or else of a state inside it."""
    if field in getattr(state, "_fields", ()):
        return getattr(state, cast("str", field))
    return optax.tree.get(state, field)


def _gradient(seen: _Seen) -> Callable[..., Array]:
    def gradient(point: Array, draw: int = 0) -> Array:
        sample = jax.tree.map(lambda draws: draws[draw], seen.sample)
        return jax.grad(seen.loss)(point, sample)

    return gradient


def at_points(function: Callable[[Array], Array], walks: Sequence[Walk]) -> list[Array]:
    """A function of a point, such as the loss or its gradient, along each walk: all of them in one go."""
    values = jax.vmap(jax.vmap(function))(jnp.concatenate([walk.points for walk in walks]))
    return jnp.split(values, np.cumsum([len(walk.points) for walk in walks])[:-1].tolist())
