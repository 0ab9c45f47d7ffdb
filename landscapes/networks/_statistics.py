"""Stored statistics and counters among parameters, told by the names and types that frameworks give them."""

import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from ravine.core.pytree import Params, named_leaves

STORED = (
    # PyTorch: batch and instance norm, averaged models, rotary embeddings.
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "n_averaged",
    "inv_freq",
    # Keras.
    "moving_mean",
    "moving_variance",
    "seed_generator_state",
)
"""Names of leaves, whole ones."""

COUNTERS = ("num_batches_tracked", "n_averaged")
"""Counters among the stored leaves: integers, without which a checkpoint can be read."""

STORED_WITHIN = (
    # flax.linen: a collection.
    "batch_stats",
    # Equinox: places of a layer's state.
    "ema_state_index",
    "batch_state_index",
    "uv_index",
    # Haiku: the moving averages of batch norm.
    "mean_ema",
    "var_ema",
    # PyTorch: observers of quantisation.
    "activation_post_process",
    "weight_fake_quant",
)
"""Names on the way to a leaf, whole ones: all that lies within is stored."""

_PARAMETRIZED = re.compile(r"(.*\bparametrizations\.\w+\.\d+\.)(_[uv]|base)")
"""The vectors of PyTorch's spectral norm and the base of its orthogonal weights, trained elsewhere."""

_BESIDE_ORIGINAL = re.compile(r"(.*)_([uv]|mask)")
"""Vectors of the older spectral norm, and masks of pruning: they stand beside the weight's `_orig`."""

_NORMS = (
    ({"mean", "var"}, {"scale", "bias"}),  # flax.nnx
    ({"mean", "variance"}, {"scale", "shift"}),  # our own networks
)
"""Leaves of a batch norm: its statistics, and those one of which at least lies beside them in the same shape.

A pair of a mean and a variance alone may well be trained, and so may leaves that lie within nothing.
"""


_PARAMETER, _STORED, _UNTOLD = "parameter", "stored", "untold"


def real_leaves(params: Params) -> Params:
    """Mask the leaves that hold real numbers, as a pytree of booleans."""
    return jax.tree.map(_is_real, params)


def parameters_by_name(params: Params) -> Params:
    """Mask the parameters, as a pytree of booleans: leaves that hold real numbers and are not stored.

    Where a framework tells by a type, that counts: Equinox's `State`, and variables of flax.nnx, which are
    parameters where they are a `Param`. Any other leaf is stored that has one of the `STORED` names, lies
    within one of `STORED_WITHIN`, is a power iteration of PyTorch's spectral norm or a mask of its pruning,
    or a statistic in a batch norm of flax.nnx or of our own. Names are compared whole, between dots and
    slashes.
    """
    leaves, structure = named_leaves(params)
    by_name = _stored_names({name: jnp.shape(leaf) for name, leaf in leaves if hasattr(leaf, "shape")})
    by_type = jax.tree.leaves(_declared(params))
    found = [
        _is_real(leaf) and kind is not _STORED and (kind is _PARAMETER or name not in by_name)
        for (name, leaf), kind in zip(leaves, by_type, strict=True)
    ]
    return structure.unflatten(found)


def _is_real(leaf: Any) -> bool:
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.inexact)


def _stored_names(shapes: Mapping[str, tuple[int, ...]]) -> set[str]:
    parts = {name: _parts(name) for name in shapes}
    found = {name for name, its in parts.items() if its[-1] in STORED or set(its) & set(STORED_WITHIN)}
    found |= {name for name in shapes if _is_of_reparametrization(name, shapes)}
    return found | _of_norms(shapes, parts)


def _parts(name: str) -> list[str]:
    """The names on the way to a leaf; flax.nnx adds one for the value of its variables."""
    parts = re.split(r"[./]", name)
    return parts[:-1] if len(parts) > 1 and parts[-1] == "value" else parts


def _is_of_reparametrization(name: str, names: Collection[str]) -> bool:
    beside = _BESIDE_ORIGINAL.fullmatch(name)
    return bool(_PARAMETRIZED.fullmatch(name) or (beside and f"{beside[1]}_orig" in names))


def _of_norms(shapes: Mapping[str, tuple[int, ...]], parts: Mapping[str, list[str]]) -> set[str]:
    """The statistics of batch norms that are told by their leaves together."""
    layers: dict[tuple[str, ...], dict[str, str]] = {}
    for name, its in parts.items():
        layers.setdefault(tuple(its[:-1]), {})[its[-1]] = name
    found: set[str] = set()
    for way, layer in layers.items():
        for statistics, beside in _NORMS:
            alike = len({shapes[name] for name in layer.values()}) == 1
            if way and alike and statistics < set(layer) <= statistics | beside:
                found |= {layer[part] for part in statistics}
    return found


def _declared(params: Params) -> Params:
    """Name what a framework's types make of each leaf, as a pytree of texts."""
    nnx: Any = sys.modules.get("flax.nnx")

    def is_typed(node: Any) -> bool:
        return isinstance(node, eqx.nn.State | eqx.nn.StateIndex) or (
            nnx is not None and isinstance(node, nnx.Variable)
        )

    def kind(node: Any) -> str:
        if not is_typed(node):
            return _UNTOLD
        return _PARAMETER if nnx is not None and isinstance(node, nnx.Param) else _STORED

    return jax.tree.map(lambda node: jax.tree.map(lambda _: kind(node), node), params, is_leaf=is_typed)
