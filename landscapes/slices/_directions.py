"""Random directions whose filters are as long as the weights' own."""

from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float64, Key

from ravine.landscapes.networks._objective import Params
from ravine.landscapes.slices._vectors import Mask, zeros

_TINY = 1e-10
"""Keeps a filter of zeros from a division by zero."""


def filter_normalised(key: Key[Array, ""], params: Params, mask: Mask) -> Params:
    """A normal random direction, each of whose filters has the norm of the weights' filter.

    A filter is what makes one output: a row of a dense weight [out, in], or a kernel [in, height, width]
    of a convolution [out, in, height, width]. Trained leaves of one dimension or none, such as biases
    and the scales of batch norm, and leaves that are not trained get the direction 0.

    Args:
        key: Of the randomness. A leaf's direction depends on this and on its place alone.
        params: The point that the direction is for.
        mask: The trained leaves.

    Reference:
        H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, Visualizing the Loss Landscape of Neural
        Nets, 2018, section 4.
    """
    leaves, structure = jax.tree.flatten(params)
    keys = jax.tree.unflatten(structure, list(jax.random.split(key, max(1, len(leaves)))[: len(leaves)]))

    def along(leaf: Any, trained: bool, key: Key[Array, ""]) -> Any:
        if not trained or np.ndim(leaf) <= 1:
            return zeros(leaf)
        leaf = np.asarray(leaf)
        noise = np.asarray(jax.random.normal(key, leaf.shape)).astype(np.float64)
        scale = _filter_norms(leaf.astype(np.float64)) / (_filter_norms(noise) + _TINY)
        return (noise * scale).astype(leaf.dtype)

    return jax.tree.map(along, params, mask, keys)


def _filter_norms(weights: Float64[np.ndarray, "out *rest"]) -> Float64[np.ndarray, "out *ones"]:
    axes = tuple(range(1, weights.ndim))
    return np.sqrt((weights**2).sum(axis=axes, keepdims=True))
