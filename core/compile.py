"""Compiling with less care, for programs that do not run long enough to repay more."""

import os
from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import Any

import jax
from jax.core import Tracer

RUN_ONCE: Mapping[str, Any] = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
"""Seven times quicker to compile, and a few hundredths of a second slower to run."""

RUN_FOR_SECONDS: Mapping[str, Any] = {"xla_backend_optimization_level": 1}
"""A third of the time to compile, and no slower to run."""


def fast_compile_jit(
    function: Callable[..., Any], options: Mapping[str, Any], *, static_argnums: int | tuple[int, ...] = ()
) -> Callable[..., Any]:
    """`function` under `jax.jit` with compiler options; a part of what is traced where that calls it."""
    compiled = cache(partial(_jit, function, tuple(options.items()), static_argnums))

    @wraps(function)
    def called(*args: Any) -> Any:
        is_traced = any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(args))
        return function(*args) if is_traced else compiled()(*args)

    return called


def _jit(
    function: Callable[..., Any], options: tuple[tuple[str, Any], ...], static_argnums: int | tuple[int, ...]
) -> Callable[..., Any]:
    return jax.jit(function, static_argnums=static_argnums, compiler_options=_known(options))


@cache
def _known(options: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """The options that this version of XLA has, whose names are not promised, but for those in XLA_FLAGS."""
    given = os.environ.get("XLA_FLAGS", "")
    return {name: value for name, value in options if name not in given and _is_known(name, value)}


def _is_known(name: str, value: Any) -> bool:
    try:
        jax.jit(lambda: 0, compiler_options={name: value}).lower().compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True
