"""Where the gradient of a loss over the plane vanishes: a damped Newton method from many starts at once."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Float64

from ravine._quickly import RUN_FOR_SECONDS, jit_quickly
from ravine.landscapes._landscape import Box, Loss

BATCH = 576
"""Points at once."""

_LONGEST = 0.25
"""Of a step, in half sides of the box."""


class Places(NamedTuple):
    """Points of the plane with the loss, its gradient and its Hessian there."""

    points: Float64[np.ndarray, "count 2"]
    losses: Float64[np.ndarray, " count"]
    gradients: Float64[np.ndarray, "count 2"]
    hessians: Float64[np.ndarray, "count 2 2"]

    def at(self, which: np.ndarray) -> "Places":
        """Those that a mask or indices choose."""
        return Places(*(array[which] for array in self))


def places(loss: Loss, points: Float64[np.ndarray, "count 2"]) -> Places:
    """The loss, its gradient and its Hessian at points, in float64 and in batches of one size."""
    if len(points) == 0:
        return Places(points, np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2, 2)))
    padded = np.resize(points, (-(-len(points) // BATCH) * BATCH, 2)).reshape(-1, BATCH, 2)
    with jax.enable_x64(True):
        parts = [[np.asarray(array) for array in _derivatives(loss, batch)] for batch in padded]
    found = [np.concatenate(arrays)[: len(points)] for arrays in zip(*parts, strict=True)]
    return Places(points, *found)


def newton_steps(now: Places, box: Box) -> Float64[np.ndarray, " count"]:
    """How far Newton's method would still go, in half sides; along a valley floor it goes nowhere."""
    half = np.ptp(box, axis=1) / 2
    return np.abs(_move(now, half, np.full(len(now.points), 1e-12))).max(axis=1)


def stationary(loss: Loss, starts: Float64[np.ndarray, "count 2"], box: Box, *, steps: int) -> Places:
    """Levenberg and Marquardt's method for a vanishing gradient, from every start.

    It ends at minima, saddles and maxima alike. Lengths are measured in half sides of the box, so that
    both variables count the same; a step is taken only where the gradient shrinks.
    """
    half = np.ptp(box, axis=1) / 2
    now = places(loss, starts)
    damping = np.full(len(starts), 1e-3)
    for _ in range(steps):
        after = places(loss, now.points + half * _move(now, half, damping))
        better = _length(after, half) < _length(now, half)
        damping = np.where(better, np.maximum(damping / 10, 1e-24), np.minimum(damping * 4, 1e8))
        now = Places(*(_where(better, new, old) for new, old in zip(after, now, strict=True)))
    return now


def _move(now: Places, half: Float64[np.ndarray, "2"], damping: Float64[np.ndarray, " count"]) -> np.ndarray:
    """The step -(H^2 + damping |H|^2)^-1 H g in half sides, no longer than the longest allowed."""
    bend, slope = now.hessians * half[:, None] * half, now.gradients * half
    with np.errstate(all="ignore"):
        values, vectors = np.linalg.eigh(np.where(np.isfinite(bend), bend, 0.0))
        along = np.einsum("nij,ni->nj", vectors, slope)
        squares = values**2 + (damping * (values**2).sum(axis=1))[:, None]
        steps = np.where(squares > 0.0, -values * along / squares, 0.0)
        move = np.einsum("nij,nj->ni", vectors, np.where(np.isfinite(steps), steps, 0.0))
    longest = np.abs(move).max(axis=1, keepdims=True)
    return move * (_LONGEST / np.maximum(longest, _LONGEST))


def _length(at: Places, half: Float64[np.ndarray, "2"]) -> Float64[np.ndarray, " count"]:
    with np.errstate(all="ignore"):
        return np.hypot(*(at.gradients * half).T)


def _where(
    better: Bool[np.ndarray, " count"], new: np.ndarray, old: np.ndarray
) -> Float64[np.ndarray, "count ..."]:
    return np.where(better.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def _derivatives_at(loss: Loss, points: Float[Array, "count 2"]) -> tuple[Array, Array, Array]:
    def one(point: Float[Array, "2"]) -> tuple[Array, Array, Array]:
        value, slope = jax.value_and_grad(loss)(point)
        bend = jax.vmap(lambda axis: jax.jvp(jax.grad(loss), (point,), (axis,))[1])(jnp.eye(2))
        return value, slope, bend

    return jax.vmap(one)(points)


_derivatives = jit_quickly(_derivatives_at, RUN_FOR_SECONDS, static_argnums=0)
