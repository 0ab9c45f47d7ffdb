"""An objective at points of a line or plane, as a function that JAX traces, and what its trace tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.extend.core import Jaxpr, JaxprEqn, Literal
from jaxtyping import Array, Float, Int

from ravine.core.fingerprint import calls_host, equations
from ravine.core.pytree import Params
from ravine.landscapes.networks import Objective

_CALLS = ("jit", "pjit")
_SLOW_TOGETHER = ("conv_general_dilated", "scan", "while")
"""Points with weights of their own become a convolution's groups; what a loop carries leaves the cache."""


@dataclass(frozen=True, kw_only=True)
class Traced:
    """An objective's wanted measures at one point.

    Attributes:
        dtype: Of the measures together.
        features: The features' shapes and types.
        read: The leaves of the features that the wanted measures read.
        largest: Bytes of the largest array that is made at one point.
        calls_host: True if a function outside JAX is called.
        slow_together: True if a processor takes longer for several points together than one by one.
    """

    dtype: Any
    features: Any
    read: tuple[bool, ...]
    largest: int
    calls_host: bool
    slow_together: bool


def traced(objective: Objective, wanted: Sequence[str], params: Params) -> Traced:
    """Trace features and measures once.

    Raises:
        ValueError: the objective lacks a wanted measure, or one of them is no real number.
    """
    first, features = jax.make_jaxpr(objective.features, return_shape=True)(params, objective.data)
    arguments = (params, features, objective.data)
    then, measures = jax.make_jaxpr(objective.measures, return_shape=True)(*arguments)
    _check(objective, wanted, measures)
    asked = {name: jax.tree.map(lambda _, name=name: name in wanted, it) for name, it in measures.items()}
    own = slice(start := len(jax.tree.leaves(params)), start + len(jax.tree.leaves(features)))
    made = list(equations(then.jaxpr))
    return Traced(
        dtype=jnp.result_type(jnp.float32, *(measures[name].dtype for name in wanted)),
        features=features,
        read=tuple(_read_for(then.jaxpr, jax.tree.leaves(asked))[own]),
        largest=max(map(_bytes_made, made), default=0),
        calls_host=calls_host(first.jaxpr) or calls_host(then.jaxpr),
        slow_together=any(it.primitive.name in _SLOW_TOGETHER for it in made),
    )


def _check(objective: Objective, wanted: Sequence[str], measures: Any) -> None:
    for name in wanted:
        if name not in measures:
            known = ", ".join(map(repr, measures))
            raise ValueError(f"{objective.name} does not measure {name!r}; it measures {known}.")
        leaves = jax.tree.leaves(measures[name])
        shapes = [leaf.shape for leaf in leaves]
        if shapes != [()] or not hasattr(measures[name], "dtype"):
            shown = f"of the shape {shapes[0]}" if len(shapes) == 1 else f"of {len(shapes)} arrays"
            raise ValueError(f"A measure is one number; {name!r} of {objective.name} is {shown}.")
        if not jnp.can_cast(leaves[0].dtype, jnp.float64):
            raise ValueError(f"A measure is real; {name!r} of {objective.name} is {leaves[0].dtype}.")


def _read_for(jaxpr: Jaxpr, asked: Sequence[bool]) -> list[bool]:
    """Find the arguments that the asked results depend on; within loops and branches, all are taken to."""
    live = {var for var, is_asked in zip(jaxpr.outvars, asked, strict=True) if is_asked and _is_var(var)}
    for eqn in reversed(jaxpr.eqns):
        outs = [var in live for var in eqn.outvars]
        if not any(outs):
            continue
        read = [True] * len(eqn.invars)
        if eqn.primitive.name in _CALLS:
            read = _read_for(eqn.params["jaxpr"].jaxpr, outs)
        live |= {var for var, is_read in zip(eqn.invars, read, strict=True) if is_read and _is_var(var)}
    return [var in live for var in jaxpr.invars]


def _is_var(var: Any) -> bool:
    return not isinstance(var, Literal)


def _bytes_made(eqn: JaxprEqn) -> int:
    avals: list[Any] = [var.aval for var in eqn.outvars]
    return sum(it.size * it.dtype.itemsize for it in avals if hasattr(it, "dtype"))


Leaves: TypeAlias = list[Array]


class Subspace(NamedTuple):
    """The data that all points share, and at the origin and in each direction parameters and features."""

    data: Any
    basis: tuple[Params, ...]
    features: tuple[Leaves, ...]


Batches: TypeAlias = Callable[
    [Subspace, Float[Array, "batches lanes k"], Int[Array, ""]], Float[Array, "batches lanes measures"]
]


def features_of(objective: Objective, trace: Traced) -> Callable[[Params, Any], Leaves]:
    """The function that gives those leaves of the features that are read."""
    features, read = objective.features, trace.read

    def of(params: Params, data: Any) -> Leaves:
        leaves = jax.tree.leaves(features(params, data))
        return [leaf for leaf, is_read in zip(leaves, read, strict=True) if is_read]

    return of


def measures_in_batches(objective: Objective, wanted: Sequence[str], trace: Traced) -> Batches:
    """The function that gives the wanted measures at batches of points, as many batches as it is told.

    How many it holds is its shape; how many it evaluates is a number, so that one program serves a first
    short call and the long ones after it. The other results are 0.
    """
    measures = objective.measures

    def at_point(subspace: Subspace, coordinate: Float[Array, " k"]) -> Float[Array, " measures"]:
        params = moved(subspace.basis, coordinate)
        features = _with_unread(moved(subspace.features, coordinate), trace)
        found = measures(params, features, subspace.data)
        return jnp.stack([jnp.asarray(found[name], trace.dtype) for name in wanted])

    def in_batches(
        subspace: Subspace, coordinates: Float[Array, "batches lanes k"], batches: Int[Array, ""]
    ) -> Float[Array, "batches lanes measures"]:
        held, members, _ = coordinates.shape

        def at_batch(
            batch: Int[Array, ""], values: Float[Array, "batches lanes measures"]
        ) -> Float[Array, "batches lanes measures"]:
            points = coordinates[batch]
            # A single point is evaluated as it is: not all that a user may write can be vectorised.
            found = (
                at_point(subspace, points[0])[None]
                if members == 1
                else jax.vmap(lambda point: at_point(subspace, point))(points)
            )
            return values.at[batch].set(found)

        nothing = jnp.zeros((held, members, len(wanted)), trace.dtype)
        return jax.lax.fori_loop(0, batches, at_batch, nothing)

    return in_batches


def moved(basis: Sequence[Any], coordinate: Float[Array, " k"]) -> Any:
    """The first plus the others times their coordinates, in all leaves that hold real numbers."""

    def move(start: Array, *directions: Array) -> Array:
        if not eqx.is_inexact_array(start):
            return start
        for place, direction in enumerate(directions):
            start = start + coordinate[place].astype(start.dtype) * direction.astype(start.dtype)
        return start

    return jax.tree.map(move, *basis)


def _with_unread(leaves: Leaves, trace: Traced) -> Any:
    """All features, those that nothing reads as zeros, which are never made."""
    shapes, structure = jax.tree.flatten(trace.features)
    given = iter(leaves)
    return structure.unflatten(
        next(given) if is_read else jnp.zeros(shape.shape, shape.dtype)
        for shape, is_read in zip(shapes, trace.read, strict=True)
    )
