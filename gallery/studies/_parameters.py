"""Parameters among the numbers of a file: leaf by leaf under their names, and what tells them from others."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np

from ravine.landscapes.networks import Params
from ravine.landscapes.networks._leaves import is_array, is_floating, is_key, named_leaves

Arrays: TypeAlias = dict[str, np.ndarray]

_PLAIN = "biufc"
"""The kinds of numbers that NumPy knows by itself."""


def arrays_of(name: str, params: Params, *, moving: bool = False) -> Arrays:
    """The leaves of parameters as arrays, such as "origin/layers.0.weight".

    Numbers that NumPy has not, such as bfloat16, are float32. A name that is taken has its place after it.

    Args:
        name: Of the parameters.
        params: Any pytree; leaves that are no numbers are left out.
        moving: Whether only leaves of real numbers are wanted, as of a direction.
    """
    arrays: Arrays = {}
    for place, (leaf_name, leaf) in enumerate(named_leaves(params)[0]):
        if is_array(leaf) and not is_key(leaf) and (is_floating(leaf) or not moving):
            key = f"{name}/{leaf_name}"
            arrays[f"{key}#{place}" if key in arrays else key] = _readable(np.asarray(leaf))
    return arrays


def trained_of(mask: Any, params: Params) -> Arrays:
    """Whether each of the leaves is trained, as "trained/layers.0.weight"."""
    known = arrays_of("trained", params)
    return {key: flag for key, flag in arrays_of("trained", mask).items() if key in known}


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """The SHA-256 of the arrays' bytes, one after the other, in hexadecimal digits."""
    found = sha256()
    for array in arrays.values():
        found.update(array.tobytes())
    return found.hexdigest()


def _readable(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in _PLAIN:
        return array
    return array.astype(np.float32 if is_floating(array) else np.int64)
