"""The plane in which iterates spread most."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from ravine.core.pytree import Mask, Params, norm, trained_leaves, unflat
from ravine.landscapes.geometry._stack import combinations, gram, stacked, taken

_ROUNDING = 4 * float(np.finfo(np.float32).eps)
"""Iterates are stored in float32: how far one may be off a line that it lies on, relative to its norm."""


class Principal(NamedTuple):
    """The first two principal directions of iterates about an origin.

    Attributes:
        origin: The point that the displacements are from.
        u: The first direction, of length 1.
        v: The second one, of length 1 and orthogonal to the first.
        shares: The share of the squared displacements that each direction explains, in falling order; the
            first two are those of `u` and `v`.
    """

    origin: Params
    u: Params
    v: Params
    shares: Float64[np.ndarray, " components"]

    @property
    def explained(self) -> float:
        """The share of the squared displacements that lies in the plane."""
        return float(self.shares[:2].sum())


def principal(
    iterates: Params | Sequence[Params],
    mask: Mask,
    *,
    origin: Params | None = None,
    centred: bool = False,
) -> Principal:
    """The two directions that explain most of the iterates' displacements from an origin.

    Only inner products of iterates are needed, so that the cost grows with the square of their number
    and not of the parameters'. Each direction points to where the iterate farthest along it lies.

    Args:
        iterates: In their order, as a sequence or stacked; those of several runs one after the other.
        mask: The trained leaves.
        origin: The last iterate unless given.
        centred: True if the mean displacement is taken off first, so that the shares are of the variance
            as in the usual principal component analysis. The plane drawn goes through the origin, and
            of all such planes the one without centring lies closest to the iterates.

    Raises:
        ValueError: the iterates are not finite, or fewer than three are distinct, or all lie on one line.

    Reference:
        H. Li et al., Visualizing the Loss Landscape of Neural Nets, 2018, section 7.2.
    """
    stack = stacked(iterates, mask)
    origin = taken(stack, -1) if origin is None else origin
    products = gram(stack, origin, mask)
    _check_finite(products)
    if centred:
        products = products - products.mean(0) - products.mean(1)[:, None] + products.mean()
    values, coefficients = np.linalg.eigh(products)
    values, coefficients = np.maximum(values[::-1], 0.0), coefficients[:, ::-1].T
    _check_spread(values, stack, origin, mask)
    u, v = _unit_directions(coefficients[:2], stack, origin, mask)
    return Principal(
        origin=origin,
        u=unflat(u, origin, mask),
        v=unflat(v, origin, mask),
        shares=values / values.sum(),
    )


def _unit_directions(
    coefficients: Float64[np.ndarray, "2 iterates"], stack: Params, origin: Params, mask: Mask
) -> Float64[np.ndarray, "2 size"]:
    """Of length 1 and orthogonal to rounding, and of a sign that does not depend on the eigensolver."""
    farthest = np.abs(coefficients).argmax(axis=1)
    signs = np.sign(coefficients[np.arange(2), farthest])
    u, v = combinations(coefficients * signs[:, None], stack, origin, mask)
    u = u / np.linalg.norm(u)
    v = v - (v @ u) * u
    return np.stack([u, v / np.linalg.norm(v)])


def _check_finite(products: Float64[np.ndarray, "iterates iterates"]) -> None:
    lost = ~np.isfinite(products.diagonal())
    if lost.all():
        raise ValueError(
            "The plane of iterates needs a finite origin; it is not, so take a smaller learning rate."
        )
    if lost.any():
        raise ValueError(
            f"The plane of iterates needs finite ones; iterate {lost.argmax()} of {len(lost)} is not, so "
            "leave out those from there on."
        )


def _check_spread(
    values: Float64[np.ndarray, " iterates"], stack: Params, origin: Params, mask: Mask
) -> None:
    """Refuse displacements that span no plane: their second extent is no more than rounding."""
    reach = np.sqrt(values[0])
    rounding = len(values) * (_ROUNDING * (norm(origin, mask) + reach)) ** 2
    if len(values) >= 2 and values[1] > max(rounding, 1e-14 * len(values) * values[0]):
        return
    points = (trained_leaves(taken(stack, index), mask) for index in range(len(values)))
    distinct = len({b"".join(leaf.tobytes() for leaf in leaves) for leaves in points})
    raise ValueError(
        "A plane of iterates needs at least 3 distinct ones that do not lie on one line; got "
        f"{len(values)}, of which {distinct} differ: keep more iterates, or train for more steps."
    )
