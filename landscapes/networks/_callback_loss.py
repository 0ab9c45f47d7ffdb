"""A loss that runs outside JAX, as a function that JAX can trace and differentiate twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.buffer_callback import buffer_callback
from jaxtyping import Array, Float, Float32

Arrays: TypeAlias = Mapping[str, np.ndarray]
"""float32 arrays by name."""

_ONE_AT_A_TIME = Lock()
"""JAX calls from several threads, and a framework's modules and random state are one for all."""


class HostLoss(Protocol):
    """Measures at a point, the first of them the loss, and its derivatives by some of the arrays."""

    @property
    def trained(self) -> tuple[str, ...]: ...

    @property
    def count(self) -> int: ...

    def measures(self, params: Arrays) -> Float[np.ndarray, " count"]: ...

    def gradient(self, params: Arrays) -> Arrays: ...

    def product(self, params: Arrays, along: Arrays) -> Arrays: ...


@dataclass(eq=False)
class Failures:
    """Errors outside JAX, kept until they are asked for.

    An exception must not cross JAX, which would print it as it goes and raise another in its place.
    """

    first: BaseException | None = field(default=None)

    def guarded(self, function: Callable[..., Any], like: Any, *arguments: Any) -> Any:
        """The function's result, or NaN in its form from the first failure on."""
        with _ONE_AT_A_TIME:
            if self.first is None:
                try:
                    return function(*arguments)
                except BaseException as error:
                    self.first = error
        return jax.tree.map(lambda leaf: np.full(leaf.shape, np.nan, leaf.dtype), like)

    def check(self) -> None:
        """Raise the first failure since the last call."""
        first, self.first = self.first, None
        if first is not None:
            raise first


def differentiable(
    host: HostLoss, failures: Failures
) -> Callable[[Mapping[str, Array]], Float32[Array, " count"]]:
    """The host's measures as a function for JAX: under jit, vmap, grad and the jvp of grad.

    Only the first measure has a derivative, and only by the trained arrays; the others count as constants.
    """

    @jax.custom_jvp
    def measures(params: Mapping[str, Array]) -> Float32[Array, " count"]:
        return _call(failures, host.measures, jax.ShapeDtypeStruct((host.count,), np.float32), params)

    @jax.custom_jvp
    def gradient(params: Mapping[str, Array]) -> dict[str, Array]:
        return _call(failures, host.gradient, _trained_shapes(host, params), params)

    @measures.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        (params,), (along,) = primals, tangents
        slope = sum(jnp.vdot(part, along[name]) for name, part in gradient(params).items())
        values = measures(params)
        return values, jnp.zeros_like(values).at[0].set(slope)

    @gradient.defjvp
    def _(primals: Any, tangents: Any) -> Any:
        (params,), (along,) = primals, tangents
        shapes = _trained_shapes(host, params)
        steps = {name: along[name] for name in host.trained}
        return gradient(params), _call(failures, host.product, shapes, params, steps)

    return measures


def _trained_shapes(host: HostLoss, params: Mapping[str, Array]) -> dict[str, jax.ShapeDtypeStruct]:
    return {name: jax.ShapeDtypeStruct(params[name].shape, np.float32) for name in host.trained}


def _call(failures: Failures, function: Callable[..., Any], like: Any, *arguments: Any) -> Any:
    """Call a function of NumPy arrays, one point after the other under vmap."""

    # On the CPU its buffers are read as they lie: `pure_callback` would make arrays of JAX's of them, whose
    # large copies wait for the very threads that call.
    def into_buffers(context: Any, out: Any, *arguments: Any) -> None:
        del context
        found = failures.guarded(function, like, *jax.tree.map(_copied, arguments))
        jax.tree.map(_fill, out, found)

    def with_copies(*arguments: Any) -> Any:
        return failures.guarded(function, like, *jax.tree.map(_copied, arguments))

    return jax.lax.platform_dependent(
        *arguments,
        cpu=buffer_callback(into_buffers, like, vmap_method="sequential"),
        default=lambda *arguments: jax.pure_callback(with_copies, like, *arguments, vmap_method="sequential"),
    )


def _copied(buffer: Any) -> np.ndarray:
    return np.asarray(buffer).copy()


def _fill(buffer: Any, values: Any) -> None:
    np.asarray(buffer)[...] = values
