"""Fingerprints: a short text for what a function computes, from its jaxpr and the constants in it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import Enum
from functools import update_wrapper
from types import FunctionType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from ravine.core.cache import Facts, code_fingerprint

_NAMES = ("name",)
"""Parameters of an equation that only say what a function is called."""

_RULES = ("jvp_jaxpr_fun", "fwd_jaxpr_thunk", "bwd", "out_trees")
"""Parameters that hold a function's own derivative, whose equations are in the jaxpr where it is taken."""


class _OpaqueError(Exception):
    """A part that Python alone could run."""


def fingerprint(function: Callable[..., Any], *args: Any) -> str:
    """Tell by a digest what `function` computes from arguments of these shapes.

    Two functions with one digest compute the same numbers, whatever they are called and close over. Their
    derivatives need not be the same: where those are computed, it is them that are to be told.

    Args:
        function: Traceable by JAX. It is traced again each time, so that a constant which has changed shows.
        args: Arrays or `jax.ShapeDtypeStruct`, of which only shapes and types count.

    Returns:
        64 hexadecimal digits; empty where a part runs outside JAX, as a callback does, and cannot be told.

    Example:
        >>> import jax.numpy as jnp
        >>> fingerprint(lambda x: 2 * x, 1.0) == fingerprint(lambda y: y * 1 * 2, 1.0)
        False
        >>> fingerprint(jnp.sin, 1.0) == fingerprint(lambda y: jnp.sin(y), 1.0)
        True
    """
    # A function of its own each time: JAX keeps the jaxpr of one that it knows.
    closed, shape = jax.make_jaxpr(lambda *own: function(*own), return_shape=True)(*args)
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(shape)]
    digest = hashlib.sha256(repr(paths).encode())
    try:
        for part in _closed_parts(closed):
            digest.update(part)
            digest.update(b"\0")
    except _OpaqueError:
        return ""
    return digest.hexdigest()


class Identified:
    """A function that equals another one where both compute the same, so that JAX keeps one program for both.

    JAX keeps a program by the function that it was compiled for, and cannot see that a constant in it has
    changed since. The first two derivatives count as well as the values.
    """

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        """Tell `function` by what it computes from such arguments; one that fails is like no other."""
        update_wrapper(self, function)
        self._function = function
        self._digested: Any = ""
        with suppress(Exception):
            self._digested = fingerprint(_with_derivatives(function), *args)
        self._digested = self._digested or object()

    def __call__(self, *args: Any) -> Any:
        """Call the function."""
        return self._function(*args)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identified) and self._digested == other._digested

    def __hash__(self) -> int:
        return hash(self._digested)


def _with_derivatives(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: (function(*args), jax.grad(function)(*args), jax.hessian(function)(*args))


def equations(jaxpr: Jaxpr) -> Iterator[JaxprEqn]:
    """Go through all equations, those of inner functions too."""
    for eqn in jaxpr.eqns:
        yield eqn
        for inner in jax.tree.leaves(list(eqn.params.values()), is_leaf=_is_jaxpr):
            if _is_jaxpr(inner):
                yield from equations(getattr(inner, "jaxpr", inner))


def calls_host(jaxpr: Jaxpr) -> bool:
    """Tell whether a function outside JAX is called."""
    return any("callback" in eqn.primitive.name for eqn in equations(jaxpr))


def _is_jaxpr(value: Any) -> bool:
    return isinstance(value, ClosedJaxpr | Jaxpr)


def _closed_parts(closed: ClosedJaxpr) -> Iterator[bytes]:
    yield from _jaxpr_parts(closed.jaxpr)
    for const in closed.consts:
        yield from _array_parts(const)


def _jaxpr_parts(jaxpr: Jaxpr) -> Iterator[bytes]:
    """Equations in their order, variables as numbers."""
    numbers: dict[Any, int] = {}

    def named(atom: Any) -> Iterator[bytes]:
        if isinstance(atom, Literal):
            yield _type(atom.aval)
            yield from _array_parts(atom.val)
        else:
            yield f"{numbers.setdefault(atom, len(numbers))} ".encode() + _type(atom.aval)

    for atom in (*jaxpr.constvars, *jaxpr.invars):
        yield from named(atom)
    for eqn in jaxpr.eqns:
        yield eqn.primitive.name.encode()
        if "callback" in eqn.primitive.name:
            raise _OpaqueError
        for atom in (*eqn.invars, *eqn.outvars):
            yield from named(atom)
        for key in sorted(set(eqn.params) - {*_NAMES, *_RULES}):
            yield key.encode()
            yield from _parts(eqn.params[key])
    for atom in jaxpr.outvars:
        yield from named(atom)


def _type(aval: Any) -> bytes:
    return f"{aval} {getattr(aval, 'weak_type', '')}".encode()


def _parts(value: Any) -> Iterator[bytes]:
    """A parameter of an equation."""
    match value:
        case ClosedJaxpr():
            yield from _closed_parts(value)
        case Jaxpr():
            yield from _jaxpr_parts(value)
        case None | bool() | int() | float() | complex() | str() | bytes() | Enum() | np.dtype():
            yield repr(value).encode()
        case np.ndarray() | np.generic() | jax.Array():
            yield from _array_parts(value)
        case tuple() | list():
            yield f"{type(value).__name__} {len(value)}".encode()
            for part in value:
                yield from _parts(part)
        case Mapping():
            yield f"mapping {len(value)}".encode()
            for key in sorted(value, key=repr):
                yield repr(key).encode()
                yield from _parts(value[key])
        case _:
            yield _text(value)


def _text(value: Any) -> bytes:
    """Describe what else an equation holds, such as a sharding: its text, unless that is but an address."""
    if isinstance(value, FunctionType):
        if not value.__module__.startswith("jax.") or "<" in value.__qualname__:
            raise _OpaqueError
        return f"{value.__module__}.{value.__qualname__}".encode()
    text = repr(value)
    if " at 0x" in text:
        raise _OpaqueError
    return text.encode()


def _array_parts(value: Any) -> Iterator[bytes]:
    if jnp.issubdtype(getattr(value, "dtype", np.float32), jax.dtypes.prng_key):
        yield str(value.dtype).encode()
        value = jax.random.key_data(value)
    array = np.ascontiguousarray(value)
    yield f"{array.dtype} {np.shape(value)}".encode()
    yield array.tobytes()


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
"""Settings of JAX that can change while a program runs, and that change numbers."""


def fingerprint_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts, with digests in place of arrays, and what computes with them."""
    digested = {name: _digested(fact) for name, fact in facts.items()}
    return {**digested, "made_by": [*code_fingerprint(), *jax_settings()]}


def jax_settings() -> list[str]:
    """The kind of device that computes, and the settings of JAX."""
    return [jax.default_backend(), *(f"{name}={getattr(jax.config, name, '')}" for name in _SETTINGS)]


def cache_key(facts: Facts) -> str:
    """Hash facts into the name of a file or folder."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]


def _digested(fact: object) -> object:
    if fact is None or isinstance(fact, str | int | float):
        return fact
    return [_digest_of_array(np.asarray(leaf)) for leaf in jax.tree.leaves(fact)]


def _digest_of_array(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
