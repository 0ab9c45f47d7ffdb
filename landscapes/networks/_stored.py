"""Stored statistics and counters among parameters, told by the names and types that frameworks give them."""

import re
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from ravine.landscapes.networks._leaves import Params, named_leaves

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
"""Those among them that are integers, without which a checkpoint is read."""

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

_POWER_ITERATION = re.compile(r"(.*\bparametrizations\.\w+\.\d+\.)_[uv]")
"""The vectors of PyTorch's spectral norm; elsewhere `_u` may be trained."""

_HOOKED_ITERATION = re.compile(r"(.*)_[uv]")
"""Those of its older form, which stand beside the weights under the same name with `_orig`."""

_NORMS = (
    ({"mean", "var"}, {"scale", "bias"}),  # flax.nnx
    ({"mean", "variance"}, {"scale", "shift"}),  # our own networks
)
"""Leaves of a batch norm: its statistics, and those one of which at least lies beside them in the same shape.

A pair of a mean and a variance alone may well be trained, and so may leaves that lie within nothing.
"""


def real_leaves(params: Params) -> Params:
    """Which leaves hold real numbers, as a pytree of booleans."""
    return jax.tree.map(_is_real, params)


def parameters_by_name(params: Params) -> Params:
    """Which leaves are parameters, as a pytree of booleans: those that hold real numbers and are not stored.

    A stored leaf has one of the `STORED` names, lies within one of `STORED_WITHIN`, is a power iteration of
    PyTorch's spectral norm or a statistic in a batch norm of flax.nnx or of our own, or is kept by its
    framework as something else: in Equinox's `State`, or in a variable of flax.nnx that is no `Param`.
    Names are compared whole, between dots and slashes.
    """
    leaves, structure = named_leaves(params)
    by_name = _stored_names({name: jnp.shape(leaf) for name, leaf in leaves if hasattr(leaf, "shape")})
    by_type = jax.tree.leaves(_stored_types(params))
    found = [
        _is_real(leaf) and not stored and name not in by_name
        for (name, leaf), stored in zip(leaves, by_type, strict=True)
    ]
    return structure.unflatten(found)


def _is_real(leaf: Any) -> bool:
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.inexact)


def _stored_names(shapes: Mapping[str, tuple[int, ...]]) -> set[str]:
    parts = {name: _parts(name) for name in shapes}
    found = {name for name, its in parts.items() if its[-1] in STORED or set(its) & set(STORED_WITHIN)}
    found |= {name for name in shapes if _is_power_iteration(name, shapes)}
    return found | _of_norms(shapes, parts)


def _parts(name: str) -> list[str]:
    """The names on the way to a leaf; flax.nnx adds one for the value of its variables."""
    parts = re.split(r"[./]", name)
    return parts[:-1] if len(parts) > 1 and parts[-1] == "value" else parts


def _is_power_iteration(name: str, names: Collection[str]) -> bool:
    hooked = _HOOKED_ITERATION.fullmatch(name)
    return bool(_POWER_ITERATION.fullmatch(name) or (hooked and f"{hooked[1]}_orig" in names))


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


def _stored_types(params: Params) -> Params:
    """Which leaves their framework keeps as something else than a parameter, as a pytree of booleans."""
    kept = _kept_kind()
    return jax.tree.map(lambda node: jax.tree.map(lambda _: kept(node), node), params, is_leaf=kept)


def _kept_kind() -> Callable[[Any], bool]:
    nnx: Any = sys.modules.get("flax.nnx")

    def kept(node: Any) -> bool:
        if isinstance(node, eqx.nn.State | eqx.nn.StateIndex):
            return True
        return nnx is not None and isinstance(node, nnx.Variable) and not isinstance(node, nnx.Param)

    return kept
