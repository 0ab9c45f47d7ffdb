"""Parameters of any form: their leaves by name, and pytrees as vectors with inner products."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float64

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
    """Tell whether a leaf is numbers or an array of them; a function, say, is not."""
    return isinstance(leaf, bool | int | float) or (hasattr(leaf, "shape") and hasattr(leaf, "dtype"))


def is_floating(leaf: Any) -> bool:
    """Tell whether a leaf holds floating-point numbers, those of machine learning such as bfloat16 too."""
    return not is_key(leaf) and bool(jnp.issubdtype(dtype_of(leaf), np.floating))


def is_complex(leaf: Any) -> bool:
    """Tell whether a leaf holds complex numbers."""
    return not is_key(leaf) and bool(jnp.issubdtype(dtype_of(leaf), np.complexfloating))


def is_key(leaf: Any) -> bool:
    """Tell whether a leaf holds keys of random numbers, which NumPy has not."""
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def dtype_of(leaf: Any) -> np.dtype:
    """The type of a leaf's numbers."""
    return np.dtype(leaf.dtype) if hasattr(leaf, "dtype") else np.asarray(leaf).dtype


Mask: TypeAlias = Any
"""The trained leaves: a pytree of booleans of the parameters' structure."""


def inner(a: Params, b: Params, mask: Mask) -> float:
    """The inner product over the trained leaves."""
    return float(flat(a, mask) @ flat(b, mask))


def norm(a: Params, mask: Mask) -> float:
    """The Euclidean norm over the trained leaves."""
    return float(np.linalg.norm(flat(a, mask)))


def minus(a: Params, b: Params) -> Params:
    """`a - b` in all leaves that hold real numbers, 0 in the others."""
    return _on_real_leaves(np.subtract, a, b)


def plus(a: Params, b: Params, scale: float = 1.0) -> Params:
    """`a + scale b` in all leaves that hold real numbers, `a` in the others."""
    return mixed([(1.0, a), (scale, b)])


def mixed(parts: Sequence[tuple[float, Params]]) -> Params:
    """The sum of `weight * params` in all leaves that hold real numbers, the first's own in the others."""
    weights = [weight for weight, _ in parts]

    def mix(first: Any, *others: Any) -> Any:
        first = on_host(first)
        if not is_floating(first):
            return first
        total = np.zeros(first.shape)
        with np.errstate(over="ignore", invalid="ignore"):
            for weight, leaf in zip(weights, (first, *others), strict=True):
                total += weight * _double(leaf)
            return total.astype(first.dtype)

    return jax.tree.map(mix, *(params for _, params in parts))


def flat(a: Params, mask: Mask) -> Float64[np.ndarray, " size"]:
    """The trained leaves in their order, as one vector."""
    parts = [_double(leaf).ravel() for leaf in trained_leaves(a, mask)]
    return np.concatenate(parts) if parts else np.zeros(0)


def unflat(vector: Float64[np.ndarray, " size"], like: Params, mask: Mask) -> Params:
    """The direction whose trained leaves are `vector`: of the form and types of `like`, 0 elsewhere."""
    ends = np.cumsum([np.size(leaf) for leaf in trained_leaves(like, mask)])[:-1]
    parts = iter(np.split(vector, ends))

    def leaf_of(leaf: Any, trained: bool) -> Any:
        if not trained:
            return zeros(leaf)
        return next(parts).reshape(np.shape(leaf)).astype(np.asarray(leaf).dtype)

    return jax.tree.map(leaf_of, like, mask)


def trained_leaves(a: Params, mask: Mask) -> list[Any]:
    """The leaves that are trained, in their order.

    Raises:
        ValueError: `a` and `mask` differ in structure.
    """
    leaves, structure = jax.tree.flatten(a)
    return [leaf for leaf, trained in zip(leaves, structure.flatten_up_to(mask), strict=True) if trained]


def _on_real_leaves(function: Callable[..., np.ndarray], a: Params, b: Params) -> Params:
    def of(a: Any, b: Any) -> Any:
        return function(np.asarray(a), np.asarray(b)) if is_floating(a) else zeros(a)

    return jax.tree.map(of, a, b)


def _double(leaf: Any) -> np.ndarray:
    return np.asarray(leaf).astype(np.float64)


def zeros(leaf: Any) -> Any:
    """The leaf of a direction that leaves it as it is; of random keys, which never move, the leaf itself."""
    return leaf if is_key(leaf) else np.zeros_like(np.asarray(leaf))


def on_host(leaf: Any) -> Any:
    """The leaf as an array of NumPy's, which has no random keys."""
    return leaf if is_key(leaf) else np.asarray(leaf)
