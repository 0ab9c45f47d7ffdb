"""A curve of low loss between two solutions: a quadratic Bezier curve whose control point is trained."""

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
        control_point: The point that the curve is drawn towards.
        losses: The training loss of each step: the loss at one random point of the curve.
    """

    control_point: Params
    losses: Float[np.ndarray, " steps"]


def bezier(t: Float[np.ndarray, " points"]) -> Float64[np.ndarray, "points 2"]:
    """The curve's coordinates for `t` from 0 to 1, in the plane of its ends and its control point.

    The plane has its origin at the first end and the directions `control - first` and `second - first`.
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
    """Train the control point of the curve (1-t)^2 first + 2t(1-t) control + t^2 second.

    The mean loss over t, uniform on [0, 1], falls by steps that each see one t and one batch. The control
    point starts halfway between the ends.

    Args:
        loss: Of the parameters and a batch of `examples`, in jax.numpy.
        first: The point at t = 0.
        second: The point at t = 1.
        rule: Of the updates, as an optax transformation.
        mask: The trained leaves.
        examples: Arrays whose first axis counts the examples, such as inputs and labels.
        batch_size: Examples a step; all of them unless given.
        steps: Updates of the control point.
        seed: Of t and of the batches.
        on_step: Called with the number of steps done.

    Raises:
        ValueError: there is no step, the batch size is no number of examples, or the loss is not finite.

    Reference:
        T. Garipov, P. Izmailov, D. Podoprikhin, D. Vetrov and A. G. Wilson, Loss Surfaces, Mode
        Connectivity, and Fast Ensembling of DNNs, 2018.
    """
    if steps < 1:
        raise ValueError(f"The control point of a curve is trained for at least 1 step; got {steps}.")
    ts = np.random.default_rng((seed, 1)).uniform(size=steps).astype(np.float32)
    rows = _rows(examples, batch_size, steps, seed)
    ends = jax.tree.map(jnp.asarray, (first, second))
    halfway = jax.tree.map(jnp.asarray, mixed([(0.5, first), (0.5, second)]))
    control, fixed = eqx.partition(halfway, mask)
    examples = jax.tree.map(jnp.asarray, examples)
    if batch_size is not None:
        examples = jax.tree.map(np.asarray, examples)  # numpy takes a batch fifty times quicker
    step = jax.jit(partial(_step, loss, optax.with_extra_args_support(rule)))
    state, losses = rule.init(control), np.zeros(steps, np.float32)
    for index in range(steps):
        batch = jax.tree.map(lambda array, at=index: array[rows[at]], examples)
        control, state, value = step(control, state, fixed, ends, ts[index], batch)
        losses[index] = value
        if not np.isfinite(losses[index]):
            raise ValueError(
                f"The loss on the curve is not finite in step {index + 1} of {steps}: take a smaller rate."
            )
        if on_step:
            on_step(index + 1)
    return Connection(control_point=jax.tree.map(np.asarray, eqx.combine(control, fixed)), losses=losses)


def _rows(examples: tuple[Any, ...], size: int | None, steps: int, seed: int) -> list[Any]:
    """Return the rows of the examples that each step sees."""
    if not examples or size is None:
        return [slice(None)] * steps
    return list(minibatches(len(examples[0]), size=size, steps=steps, seed=seed)[:, 0])


def _step(
    loss: Callable[..., Float[Array, ""]],
    rule: optax.GradientTransformationExtraArgs,
    control: Params,
    state: Any,
    fixed: Params,
    ends: tuple[Params, Params],
    t: Float[Array, ""],
    batch: tuple[Any, ...],
) -> tuple[Params, Any, Float[Array, ""]]:
    def value_fn(control: Params) -> Float[Array, ""]:
        return loss(_on_curve(ends, eqx.combine(control, fixed), t), *batch)

    value, slope = jax.value_and_grad(value_fn)(control)
    updates, state = rule.update(slope, state, control, value=value, grad=slope, value_fn=value_fn)
    return optax.apply_updates(control, updates), state, value


def _on_curve(ends: tuple[Params, Params], control: Params, t: Float[Array, ""]) -> Params:
    def of(first: Array, control: Array, second: Array) -> Array:
        if not eqx.is_inexact_array(first):
            return first
        point = (1 - t) ** 2 * first + 2 * t * (1 - t) * control + t**2 * second
        return point.astype(first.dtype)

    return jax.tree.map(of, ends[0], control, ends[1])
