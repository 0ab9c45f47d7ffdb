"""The eigenvalues of the Hessian at a point, and what they tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float64

from ravine.core.pytree import Mask, Params, flat, unflat
from ravine.landscapes.curvature._hessian import (
    Kind,
    allows_double,
    full_hessian,
    gradient,
    hessian_product,
    in_double,
    kind_of,
)
from ravine.landscapes.curvature._lanczos import (
    Density,
    NotFiniteError,
    Quadrature,
    lanczos,
    lanczos_quadrature,
    smoothed,
)
from ravine.landscapes.networks import Objective

EXACT_UP_TO = 500
"""Trained parameters for which the whole Hessian is computed."""

_ZERO_DOUBLE = 1e-10
_ZERO_SINGLE = 1e-5
"""Relative to the largest absolute eigenvalue: what is below it is rounding in that precision."""

_TOLERANCE = 1e-4
_MOST_STEPS = 4
"""Lanczos steps for the ends of the spectrum, at most, in units of those for its density."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spectrum:
    """The spectrum of a loss's Hessian at a point, over the trained parameters.

    Attributes:
        top: The largest eigenvalues, the largest first.
        bottom: The smallest ones, the smallest first.
        top_vectors: Their eigenvectors as directions of length 1.
        bottom_vectors: The eigenvectors of `bottom`.
        residuals: |H v - value v| of `top` and then of `bottom`: an eigenvalue is no farther than that.
        density: Of all eigenvalues.
        index: The number of negative eigenvalues; see `index_exact`.
        index_exact: True if they were counted; if not, the index is estimated from the density.
        kind: The kind of critical point by the eigenvalues; `gradient_norm` tells whether it is critical.
        zero: The largest absolute eigenvalue that counts as 0 for the index and the kind.
        gradient_norm: Of the loss at the point.
        size: The number of trained parameters.
        exact: True if the whole Hessian was computed, rather than parts of its spectrum.
    """

    top: Float64[np.ndarray, " top"]
    bottom: Float64[np.ndarray, " bottom"]
    top_vectors: tuple[Params, ...]
    bottom_vectors: tuple[Params, ...]
    residuals: Float64[np.ndarray, " ends"]
    density: Density
    index: int
    index_exact: bool
    kind: Kind
    zero: float
    gradient_norm: float
    size: int
    exact: bool


class _Ends(NamedTuple):
    """Eigenpairs at both ends of a spectrum, the largest values first and then the smallest first."""

    values: Float64[np.ndarray, " ends"]
    vectors: Float64[np.ndarray, "ends size"]
    residuals: Float64[np.ndarray, " ends"]


def spectrum(
    objective: Objective,
    params: Params,
    *,
    top: int = 10,
    bottom: int = 10,
    steps: int = 80,
    probes: int = 4,
    seed: int = 0,
    on_probe: Callable[[int], None] | None = None,
) -> Spectrum:
    """The spectrum of the training loss's Hessian at a point.

    Up to 500 trained parameters it is exact, in float64 where the objective allows it. Beyond, it comes
    from Lanczos' method in float32: both ends until their residuals are below 1e-4 of the largest absolute
    eigenvalue, and the density by stochastic Lanczos quadrature. An eigenvalue that occurs several times
    is then found once.

    Args:
        objective: The loss.
        params: The point.
        top: The number of largest eigenvalues.
        bottom: The number of smallest ones.
        steps: Hessian products for each probe of the density.
        probes: Random vectors that the density is a mean over.
        seed: Of the random vectors.
        on_probe: Called with the number of probes done.

    Raises:
        ValueError: a number is less than 1, or no parameter is trained.
        NotFiniteError: the Hessian is not finite, as where a weight is NaN.
    """
    _check_counts(top=top, bottom=bottom, steps=steps, probes=probes)
    mask = objective.trained(params)
    size = len(flat(params, mask))
    if size == 0:
        raise ValueError("A spectrum needs trained parameters; this objective has none.")
    top, bottom = min(top, size), min(bottom, size)
    if size <= EXACT_UP_TO:
        return _exact(objective, params, top, bottom)
    product = hessian_product(objective, params)
    start = np.random.default_rng(seed).normal(size=size)
    most = max(_MOST_STEPS * steps, 2 * (top + bottom))
    found = lanczos(product, start, steps=most, top=top, bottom=bottom, tolerance=_TOLERANCE, seed=seed)
    nodes = lanczos_quadrature(product, size, steps=steps, probes=probes, seed=seed, on_probe=on_probe)
    which = _which(len(found.values), top, bottom)
    vectors = np.stack([found.vector(index) for index in which])
    ends = _Ends(found.values[which], vectors, found.residuals[which])
    return _of(objective, params, ends, nodes, bottom=bottom, zero=_ZERO_SINGLE, exact=False)


def _exact(objective: Objective, params: Params, top: int, bottom: int) -> Spectrum:
    double = allows_double(objective, params)
    with jax.enable_x64(double):
        matrix = full_hessian(objective, in_double(params) if double else params)
    if not np.isfinite(matrix).all():
        raise NotFiniteError
    values, vectors = np.linalg.eigh(matrix.astype(np.float64))
    which = _which(len(values), top, bottom)
    nodes = Quadrature(values, np.full(len(values), 1.0 / len(values)))
    ends = _Ends(values[which], vectors.T[which], np.zeros(len(which)))
    zero = _ZERO_DOUBLE if double else _ZERO_SINGLE
    return _of(objective, params, ends, nodes, bottom=bottom, zero=zero, exact=True)


def _which(count: int, top: int, bottom: int) -> list[int]:
    """The places of both ends among rising values."""
    rising = list(range(count))
    return rising[::-1][:top] + rising[:bottom]


def _of(
    objective: Objective,
    params: Params,
    ends: _Ends,
    nodes: Quadrature,
    *,
    bottom: int,
    zero: float,
    exact: bool,
) -> Spectrum:
    top = len(ends.values) - bottom
    zero = zero * float(np.abs(nodes.values).max())
    mask = objective.trained(params)
    size = ends.vectors.shape[1]
    scale = float(np.abs(ends.values).max())
    converged = bool((ends.residuals[top:] <= max(_TOLERANCE * scale, zero)).all())
    index, counted = _index(ends.values[top:], nodes, size, zero, exact=exact)
    return Spectrum(
        top=ends.values[:top],
        bottom=ends.values[top:],
        top_vectors=_directions(ends.vectors[:top], params, mask),
        bottom_vectors=_directions(ends.vectors[top:], params, mask),
        residuals=ends.residuals,
        density=smoothed(nodes),
        index=index,
        index_exact=counted and converged,
        kind=kind_of(np.concatenate([ends.values, nodes.values]) if exact else ends.values, zero),
        zero=zero,
        gradient_norm=float(np.linalg.norm(gradient(objective, params).astype(np.float64))),
        size=size,
        exact=exact,
    )


def _index(
    bottom: Float64[np.ndarray, " bottom"], nodes: Quadrature, size: int, zero: float, *, exact: bool
) -> tuple[int, bool]:
    """Count the negative eigenvalues, and tell whether that count is exact."""
    if exact:
        return int((nodes.values < -zero).sum()), True
    found = int((bottom < -zero).sum())
    if found < len(bottom):
        return found, True
    share = float(nodes.weights[nodes.values < -zero].sum())
    return max(found, round(share * size)), False


def _directions(vectors: Float64[np.ndarray, "count size"], like: Params, mask: Mask) -> tuple[Params, ...]:
    """Of a sign that does not depend on the eigensolver: the largest component is positive."""
    signs = [np.sign(vector[np.abs(vector).argmax()]) for vector in vectors]
    return tuple(unflat(sign * vector, like, mask) for sign, vector in zip(signs, vectors, strict=True))


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"The number '{name}' of a spectrum is at least 1; got {count}.")
