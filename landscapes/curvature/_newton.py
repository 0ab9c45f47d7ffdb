"""Newton's method for the zeros of a gradient over the plane, and what the loss does close by."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Float64

from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
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
        """Return the points that a mask or indices select."""
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
    """Measure how far Newton's method would still go, in half sides; along a valley floor it goes nowhere."""
    half = np.ptp(box, axis=1) / 2
    return np.abs(_move(now, half, np.full(len(now.points), 1e-12))).max(axis=1)


def stationary(loss: Loss, starts: Float64[np.ndarray, "count 2"], box: Box, *, steps: int) -> Places:
    """Levenberg and Marquardt's method for a vanishing gradient, from every start.

    It ends at minima, saddles and maxima alike, at the latest after `steps`. Lengths are measured in half
    sides of the box, so that both variables count the same; a step is taken only where the gradient shrinks.
    """
    half = np.ptp(box, axis=1) / 2
    now = places(loss, starts)
    length = _length(now, half)
    damping = np.full(len(starts), 1e-3)
    for _ in range(steps):
        points = now.points + half * _move(now, half, damping)
        if (points == now.points).all():
            break
        after = places(loss, points)
        shorter = _length(after, half)
        better = shorter < length
        length = np.where(better, shorter, length)
        damping = np.where(better, np.maximum(damping / 10, 1e-24), np.minimum(damping * 4, 1e8))
        now = Places(*(_where(better, new, old) for new, old in zip(after, now, strict=True)))
    return now


def _move(now: Places, half: Float64[np.ndarray, "2"], damping: Float64[np.ndarray, " count"]) -> np.ndarray:
    """The step -(H^2 + damping |H|^2)^-1 H g in half sides, no longer than the longest allowed."""
    hessian, slope = now.hessians * half[:, None] * half, now.gradients * half
    with np.errstate(all="ignore"):
        values, vectors = np.linalg.eigh(np.where(np.isfinite(hessian), hessian, 0.0))
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
        hessian = jax.vmap(lambda axis: jax.jvp(jax.grad(loss), (point,), (axis,))[1])(jnp.eye(2))
        return value, slope, hessian

    return jax.vmap(one)(points)


_derivatives = fast_compile_jit(_derivatives_at, RUN_FOR_SECONDS, static_argnums=0)


_SMALL_GRADIENT = 1e-8
_SMALL_STEP = 1e-6
_CIRCLE = 1e-2
_ALONG = 1e-3
_SAME_LOSS = 1e-9
_BESIDE = 1e-6
_HESSIAN_BESIDE = 1e-7
_STEPS = 60


class Region(NamedTuple):
    """The box in which critical points are looked for. Lengths near them are measured in half its sides.

    Attributes:
        loss: Of a point of the plane.
        box: The region.
        variables: 1 if the loss is one of x alone.
        steepness: A typical gradient in the region, per half side.
        relief: The range of typical losses.
    """

    loss: Loss
    box: Box
    variables: int
    steepness: float
    relief: float

    @classmethod
    def of(cls, loss: Loss, box: Box, variables: int, sample: Places) -> "Region":
        """The region that a sample of its points tells of."""
        with np.errstate(all="ignore"):
            slopes = np.hypot(*(sample.gradients * np.ptp(box, axis=1) / 2).T)
        slopes = slopes[np.isfinite(slopes)]
        losses = sample.losses[np.isfinite(sample.losses)]
        typical = np.median(slopes) if len(slopes) else 0.0
        steepness = typical if typical > 0.0 else slopes.mean() if len(slopes) else 0.0
        relief = np.ptp(losses) if len(losses) else 0.0
        return cls(loss, box, variables, float(steepness), float(relief))

    @property
    def half(self) -> Float64[np.ndarray, "2"]:
        """Half the sides of the box."""
        return np.ptp(self.box, axis=1) / 2

    @property
    def axes(self) -> Float64[np.ndarray, "variables 2"]:
        """The unit vectors of the variables."""
        return np.eye(2)[: self.variables]

    def search(self, starts: Float64[np.ndarray, "count 2"]) -> Places:
        """Search for a vanishing gradient, from many starts."""
        return stationary(self.loss, starts, self.box, steps=_STEPS)

    def curvatures(self, at: Places) -> tuple[np.ndarray, np.ndarray]:
        """The eigenvalues of the Hessians in rising order, and their eigenvectors as rows."""
        values, vectors = np.linalg.eigh(at.hessians[:, : self.variables, : self.variables])
        return values, np.swapaxes(vectors, 1, 2) @ self.axes


def are_critical(region: Region, at: Places) -> Bool[np.ndarray, " count"]:
    """Mask searches that ended inside the box at a vanishing gradient, with nowhere further to go."""
    low, high = np.transpose(region.box)
    slack = 1e-9 * region.half
    with np.errstate(all="ignore"):
        slopes = np.hypot(*(at.gradients * region.half).T)
        inside = ((at.points >= low - slack) & (at.points <= high + slack)).all(axis=1)
        curvatures = np.abs(at.hessians * region.half[:, None] * region.half).max(axis=(1, 2))
        flat = slopes <= np.maximum(_SMALL_GRADIENT * region.steepness, 1e-12 * curvatures)
        return inside & flat & np.isfinite(at.losses) & (newton_steps(at, region.box) < _SMALL_STEP)


def are_flat(region: Region, at: Places) -> Bool[np.ndarray, " count"]:
    """Mask points around which the loss is constant, as on a plateau."""
    rises = _rises(region, at, _CIRCLE)
    rounding = 1e-15 * np.abs(at.losses) + 1e-14 * region.relief
    return np.abs(rises).max(axis=1) <= rounding


def are_kinks(region: Region, at: Places) -> Bool[np.ndarray, " count"]:
    """Mask points where the gradient jumps: from side to side it changes by other than the Hessian says."""
    kinked = np.zeros(len(at.points), bool)
    for axis in region.axes:
        shift = _BESIDE * region.half * axis
        ahead, behind = (places(region.loss, at.points + sign * shift).gradients for sign in (1, -1))
        change = (ahead - behind) * region.half
        expected = 2.0 * at.hessians @ shift * region.half
        size, error = np.hypot(*change.T), np.hypot(*(change - expected).T)
        kinked |= (error > 0.1 * size) & (size > 1e-3 * region.steepness)
    return kinked


def signs_around(region: Region, at: Places) -> Float64[np.ndarray, " count"]:
    """1 where the loss rises to all sides of a point, -1 where it falls, 0 else."""
    rises = np.concatenate([_rises(region, at, radius) for radius in (1e-5, 1e-3)], axis=1)
    lowest, highest = rises.min(axis=1), rises.max(axis=1)
    return np.where(lowest > 0.0, 1.0, np.where(highest < 0.0, -1.0, 0.0))


def zeros_of_hessians(region: Region, at: Places) -> Float64[np.ndarray, " count"]:
    """Below which an eigenvalue is 0: rounding, or what the Hessian changes by right beside a point."""
    changes = 1e-9 * np.abs(at.hessians).max(axis=(1, 2))
    for axis in region.axes:
        for sign in (1, -1):
            beside = places(region.loss, at.points + sign * _HESSIAN_BESIDE * region.half * axis)
            changes = np.maximum(changes, np.abs(beside.hessians - at.hessians).max(axis=(1, 2)))
    return changes


def are_isolated(region: Region, at: Places) -> Bool[np.ndarray, " count"]:
    """Mask points at whose loss no search from beside them, where the loss is flattest, ends."""
    values, vectors = region.curvatures(at)
    flattest = vectors[np.arange(len(values)), np.abs(values).argmin(axis=1)]
    alone = np.ones(len(values), bool)
    for sign in (1, -1):
        end = region.search(at.points + sign * _ALONG * region.half * flattest)
        away = np.abs((end.points - at.points) / region.half).max(axis=1)
        near = (away > _ALONG / 4) & (away < 2 * _ALONG) & are_critical(region, end)
        alone &= ~(near & (np.abs(end.losses - at.losses) <= _SAME_LOSS * region.relief))
    return alone


def _rises(region: Region, at: Places, radius: float) -> Float64[np.ndarray, "count directions"]:
    """Measure how much higher the loss is on a small ellipse around points."""
    turns = np.arange(16) * np.pi / 8 + 0.1
    directions = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    if region.variables == 1:
        directions = np.array([[1.0, 0.0], [-1.0, 0.0]])
    around = at.points[:, None] + radius * region.half * directions
    losses = places(region.loss, around.reshape(-1, 2)).losses
    return losses.reshape(len(at.points), len(directions)) - at.losses[:, None]
