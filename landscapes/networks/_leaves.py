"""The leaves of a pytree by their names, such as "layers.0.weight"."""

from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

Params: TypeAlias = Any
"""Any pytree of arrays."""

_ONLY = "parameters"
"""The name of the one leaf of a pytree that is nothing else."""


def named_leaves(params: Params) -> tuple[list[tuple[str, Any]], Any]:
    """Each leaf with its name, in the pytree's order, and the pytree's structure."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(params)
    names = [jax.tree_util.keystr(path, simple=True, separator=".") or _ONLY for path, _ in leaves]
    return [(name, leaf) for name, (_, leaf) in zip(names, leaves, strict=True)], structure


def is_array(leaf: Any) -> bool:
    """Whether a leaf is numbers or an array of them; a function, say, is not."""
    return isinstance(leaf, bool | int | float) or (hasattr(leaf, "shape") and hasattr(leaf, "dtype"))


def is_floating(leaf: Any) -> bool:
    """Whether a leaf holds floating-point numbers, those of machine learning such as bfloat16 too."""
    return not is_key(leaf) and bool(jnp.issubdtype(dtype_of(leaf), np.floating))


def is_complex(leaf: Any) -> bool:
    """Whether a leaf holds complex numbers."""
    return not is_key(leaf) and bool(jnp.issubdtype(dtype_of(leaf), np.complexfloating))


def is_key(leaf: Any) -> bool:
    """Whether a leaf holds keys of random numbers, which NumPy has not."""
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def dtype_of(leaf: Any) -> np.dtype:
    """The type of a leaf's numbers."""
    return np.dtype(leaf.dtype) if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
