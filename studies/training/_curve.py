"""A curve of low loss between two solutions: a quadratic Bezier curve whose bend is trained."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Float64

from ravine.core.pytree import Mask, Params, mixed
from ravine.landscapes import minibatches


class Connection(NamedTuple):
    """A trained curve between two points.

    Attributes:
        bend: The point that the curve is drawn towards.
        losses: What each step of its training saw: the loss at one random point of the curve.
    """

    bend: Params
    losses: Float[np.ndarray, " steps"]


def bezier(t: Float[np.ndarray, " points"]) -> Float64[np.ndarray, "points 2"]:
    """The curve's coordinates for `t` from 0 to 1, in the plane of its ends and its bend.

    The plane has its origin at the first end and the directions `bend - first` and `second - first`.
    """
    t = np.asarray(t, np.float64)
    return np.stack([2.0 * t * (1.0 - t), t**2], axis=1)


def connect(
    loss: Callable[..., Float[Array, ""]],
    first: Params,
    second: Params,
    rule: optax.GradientTransformation,
    *,
    mask: Mask,
    examples: tuple[Any, ...] = (),
    batch_size: int | None = None,
    steps: int = 600,
    seed: int = 0,
    on_step: Callable[[int], None] | None = None,
) -> Connection:
    """Train the bend of the curve (1-t)^2 first + 2t(1-t) bend + t^2 second.

    The mean loss over t, uniform on [0, 1], falls by steps that each see one t and one batch. The bend
    starts halfway between the ends.

    Args:
        loss: Of the parameters and a batch of `examples`, in jax.numpy.
        first: Where the curve begins, at t = 0.
        second: Where it ends.
        rule: Of the updates, as an optax transformation.
        mask: The trained leaves.
        examples: Arrays whose first axis counts the examples, such as inputs and labels.
        batch_size: Examples a step; all of them unless given.
        steps: Updates of the bend.
        seed: Of t and of the batches.
        on_step: Called with the number of steps done.

    Raises:
        ValueError: there is no step, the batch size is no number of examples, or the loss leaves the reals.

    Reference:
        T. Garipov, P. Izmailov, D. Podoprikhin, D. Vetrov and A. G. Wilson, Loss Surfaces, Mode
        Connectivity, and Fast Ensembling of DNNs, 2018.
    """
    if steps < 1:
        raise ValueError(f"The bend of a curve is trained for at least 1 step; got {steps}.")
    ts = np.random.default_rng((seed, 1)).uniform(size=steps).astype(np.float32)
    rows = _rows(examples, batch_size, steps, seed)
    ends = jax.tree.map(jnp.asarray, (first, second))
    halfway = jax.tree.map(jnp.asarray, mixed([(0.5, first), (0.5, second)]))
    bend, fixed = eqx.partition(halfway, mask)
    examples = jax.tree.map(jnp.asarray, examples)
    if batch_size is not None:
        examples = jax.tree.map(np.asarray, examples)  # numpy takes a batch fifty times quicker
    step = jax.jit(partial(_step, loss, optax.with_extra_args_support(rule)))
    state, losses = rule.init(bend), np.zeros(steps, np.float32)
    for index in range(steps):
        batch = jax.tree.map(lambda array, at=index: array[rows[at]], examples)
        bend, state, value = step(bend, state, fixed, ends, ts[index], batch)
        losses[index] = value
        if not np.isfinite(losses[index]):
            raise ValueError(
                f"The loss on the curve left the reals in step {index + 1} of {steps}: take a smaller rate."
            )
        if on_step:
            on_step(index + 1)
    return Connection(bend=jax.tree.map(np.asarray, eqx.combine(bend, fixed)), losses=losses)


def _rows(examples: tuple[Any, ...], size: int | None, steps: int, seed: int) -> list[Any]:
    """Which examples each step sees."""
    if not examples or size is None:
        return [slice(None)] * steps
    return list(minibatches(len(examples[0]), size=size, steps=steps, seed=seed)[:, 0])


def _step(
    loss: Callable[..., Float[Array, ""]],
    rule: optax.GradientTransformationExtraArgs,
    bend: Params,
    state: Any,
    fixed: Params,
    ends: tuple[Params, Params],
    t: Float[Array, ""],
    batch: tuple[Any, ...],
) -> tuple[Params, Any, Float[Array, ""]]:
    def value_fn(bend: Params) -> Float[Array, ""]:
        return loss(_on_curve(ends, eqx.combine(bend, fixed), t), *batch)

    value, slope = jax.value_and_grad(value_fn)(bend)
    updates, state = rule.update(slope, state, bend, value=value, grad=slope, value_fn=value_fn)
    return optax.apply_updates(bend, updates), state, value


def _on_curve(ends: tuple[Params, Params], bend: Params, t: Float[Array, ""]) -> Params:
    def of(first: Array, bend: Array, second: Array) -> Array:
        if not eqx.is_inexact_array(first):
            return first
        point = (1 - t) ** 2 * first + 2 * t * (1 - t) * bend + t**2 * second
        return point.astype(first.dtype)

    return jax.tree.map(of, ends[0], bend, ends[1])
