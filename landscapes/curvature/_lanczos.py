"""Extreme eigenvalues and spectral density of a symmetric matrix that is known by its products."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Float64

Vector: TypeAlias = Float[np.ndarray, " size"]
Product: TypeAlias = Callable[[Vector], Vector]

_BREAKDOWN = 1e-13
"""The norm of a residual, relative to the largest seen, below which it is taken for rounding."""

_CHECK_EVERY = 5


class NotFiniteError(ValueError):
    """The matrix has an entry that is not a finite number."""

    def __init__(self) -> None:
        super().__init__("The Hessian at this point is not finite, so it has no eigenvalues.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Ritz:
    """The eigenpairs of a matrix within a Krylov space.

    Attributes:
        values: In rising order.
        weights: The squared first components of the tridiagonal matrix's eigenvectors: how the start
            vector is spread over the eigenvalues. They sum to 1.
        residuals: |A x - value x| of each pair: an eigenvalue of the matrix is no farther than that.
        basis: Orthonormal vectors of the space.
        components: Of each eigenvector in the basis, one a column.
    """

    values: Float64[np.ndarray, " steps"]
    weights: Float64[np.ndarray, " steps"]
    residuals: Float64[np.ndarray, " steps"]
    basis: Float64[np.ndarray, "steps size"]
    components: Float64[np.ndarray, "steps steps"]

    def vector(self, index: int) -> Float64[np.ndarray, " size"]:
        """The eigenvector, of length 1, that belongs to a value."""
        vector = self.components[:, index] @ self.basis
        return vector / np.linalg.norm(vector)

    def extremes_converged(self, *, top: int, bottom: int, tolerance: float) -> bool:
        """Tell whether the residuals at both ends are small against the largest value."""
        if len(self.values) < min(top + bottom, self.basis.shape[1]):
            return False
        ends = np.concatenate([self.residuals[:bottom], self.residuals[len(self.residuals) - top :]])
        return bool((ends <= tolerance * np.abs(self.values).max()).all())


def lanczos(
    product: Product,
    start: Vector,
    *,
    steps: int,
    top: int = 0,
    bottom: int = 0,
    tolerance: float = 0.0,
    seed: int = 0,
) -> Ritz:
    """Lanczos' method with full reorthogonalisation, in float64 but for the products.

    Where the space that the start spans is used up, as with multiple eigenvalues, a random vector
    orthogonal to it begins another one, of weight 0. The basis takes `steps * size` numbers of memory.

    Args:
        product: The matrix times a vector.
        start: The first vector, not 0; its length does not matter.
        steps: Products at most; no more than the vector's size are taken.
        top: The number of largest values that must converge for an early stop.
        bottom: The number of smallest ones.
        tolerance: On their residuals, relative to the largest absolute value; 0 for all steps.
        seed: Of the random vectors.

    Raises:
        ValueError: the start is 0, or there is no step.
        NotFiniteError: a product is not finite.

    Reference:
        C. Lanczos, An iteration method for the solution of the eigenvalue problem of linear differential
        and integral operators, 1950; reorthogonalised twice, as in B. N. Parlett, The Symmetric
        Eigenvalue Problem, 1980.
    """
    steps = min(steps, len(start))
    if steps < 1:
        raise ValueError(f"Lanczos' method takes at least 1 step; got {steps}.")
    rng = np.random.default_rng(seed)
    basis = np.empty((steps, len(start)))
    diagonal, beside = np.zeros(steps), np.zeros(steps)
    following, step = np.asarray(start, np.float64), 0
    due = _CHECK_EVERY if tolerance > 0.0 else steps
    while True:
        basis[step] = _unit(_orthogonal(following, basis[:step]))
        image = _checked(product(basis[step]))
        diagonal[step] = image @ basis[step]
        known = slice(step + 1)
        following = _orthogonal(image, basis[known])
        beside[step] = np.linalg.norm(following)
        if beside[step] <= _BREAKDOWN * np.abs([diagonal[known], beside[known]]).max():
            beside[step] = 0.0
            following = rng.normal(size=len(start))
        step += 1
        if step == min(due, steps):
            found = _eigenpairs(diagonal[known], beside[known], basis[known])
            if step == steps or found.extremes_converged(top=top, bottom=bottom, tolerance=tolerance):
                return found
            due += max(_CHECK_EVERY, step // 8)


def _eigenpairs(
    diagonal: Float64[np.ndarray, " steps"],
    beside: Float64[np.ndarray, " steps"],
    basis: Float64[np.ndarray, "steps size"],
) -> Ritz:
    matrix = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    values, components = np.linalg.eigh(matrix)
    return Ritz(
        values=values,
        weights=components[0] ** 2,
        residuals=np.abs(beside[-1] * components[-1]) * (len(basis) < basis.shape[1]),
        basis=basis,
        components=components,
    )


def _orthogonal(vector: Vector, basis: Float64[np.ndarray, "count size"]) -> Float64[np.ndarray, " size"]:
    """The part of a vector that is orthogonal to the basis; twice is enough for that to hold to rounding."""
    for _ in range(2):
        vector = vector - (basis @ vector) @ basis
    return vector


def _unit(vector: Float64[np.ndarray, " size"]) -> Float64[np.ndarray, " size"]:
    length = np.linalg.norm(vector)
    if length == 0.0:
        raise ValueError("Lanczos' method starts from a vector that is not 0; got one that is.")
    return vector / length


def _checked(image: Vector) -> Float64[np.ndarray, " size"]:
    image = np.asarray(image, np.float64)
    if not np.isfinite(image).all():
        raise NotFiniteError
    return image


_GRID = 1024
_WIDTH = 0.01
"""The standard deviation of the smoothing, relative to the spectrum's range."""


class Density(NamedTuple):
    """A density of eigenvalues on a grid.

    Attributes:
        values: Eigenvalues, evenly spaced and rising.
        weights: The density there; its integral by the trapezoidal rule is 1.
    """

    values: Float64[np.ndarray, " grid"]
    weights: Float64[np.ndarray, " grid"]


class Quadrature(NamedTuple):
    """Places and shares of eigenvalues: sums over them stand for means over the whole spectrum."""

    values: Float64[np.ndarray, " nodes"]
    weights: Float64[np.ndarray, " nodes"]


def lanczos_quadrature(
    product: Product,
    size: int,
    *,
    steps: int,
    probes: int,
    seed: int,
    on_probe: Callable[[int], None] | None = None,
) -> Quadrature:
    """Stochastic Lanczos quadrature: the mean over random probes of their spectral weights.

    Args:
        product: The symmetric matrix times a vector.
        size: Of its vectors.
        steps: Products a probe; moments up to twice as many are exact for a probe.
        probes: Random vectors of signs.
        seed: Of the probes.
        on_probe: Called with the number of probes done.

    Reference:
        S. Ubaru, J. Chen and Y. Saad, Fast estimation of tr(f(A)) via stochastic Lanczos quadrature, 2017;
        B. Ghorbani, S. Krishnan and Y. Xiao, An investigation into neural net optimization via Hessian
        eigenvalue density, 2019.
    """
    rng = np.random.default_rng(seed)
    values, weights = [], []
    for probe in range(probes):
        found = lanczos(product, rng.choice([-1.0, 1.0], size), steps=steps, seed=seed)
        values.append(found.values)
        weights.append(found.weights / probes)
        if on_probe:
            on_probe(probe + 1)
    return Quadrature(np.concatenate(values), np.concatenate(weights))


def smoothed(nodes: Quadrature) -> Density:
    """The density of places and shares, each blurred to a normal distribution."""
    low, high = nodes.values.min(), nodes.values.max()
    reach = high - low if high > low else max(abs(high), 1.0)
    width = _WIDTH * reach
    grid = np.linspace(low - 5 * width, high + 5 * width, _GRID)
    bells = np.exp(-0.5 * ((grid[:, None] - nodes.values) / width) ** 2)
    density = bells @ nodes.weights
    return Density(grid, density / np.trapezoid(density, grid))
