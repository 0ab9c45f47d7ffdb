"""The density of a large matrix's eigenvalues."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from ravine.landscapes.slices._lanczos import Product, lanczos

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
