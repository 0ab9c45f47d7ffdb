"""All that a run's numbers depend on, as texts and numbers."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from ravine.landscapes._makers import LIBRARIES, makers

_MADE_BY = ("landscapes", "optimizers")

_SETTINGS = (
    "jax_enable_x64",
    "jax_default_matmul_precision",
    "jax_default_prng_impl",
    "jax_threefry_partitionable",
    "jax_random_seed_offset",
    "jax_softmax_custom_jvp",
    "jax_disable_jit",
    "jax_numpy_dtype_promotion",
    "jax_default_dtype_bits",
)
"""What of JAX can be set while a program runs, and changes numbers."""


def made_from(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, with digests in place of arrays, and what computes with them."""
    told = {name: _told(fact) for name, fact in facts.items()}
    return {**told, "made_by": [*makers(_MADE_BY, LIBRARIES), *set_in_jax()]}


def set_in_jax() -> list[str]:
    """The kind of device that computes, and the settings of JAX."""
    return [jax.default_backend(), *(f"{name}={getattr(jax.config, name, '')}" for name in _SETTINGS)]


def key_of(facts: Mapping[str, Any]) -> str:
    """What tells these facts from all others, as the name of a file or folder."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]


def _told(fact: Any) -> Any:
    if fact is None or isinstance(fact, str | int | float):
        return fact
    return [_digest(np.asarray(leaf)) for leaf in jax.tree.leaves(fact)]


def _digest(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
