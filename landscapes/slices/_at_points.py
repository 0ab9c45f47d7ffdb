"""An objective at points of a line or plane, as a function that JAX traces."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ravine.landscapes.networks._objective import Objective, Params
from ravine.landscapes.slices._traced import Traced

Leaves: TypeAlias = list[Array]


class Plane(NamedTuple):
    """What all points share: the data, and at the origin and in each direction parameters and features."""

    data: Any
    corners: tuple[Params, ...]
    features: tuple[Leaves, ...]


Batches: TypeAlias = Callable[
    [Plane, Float[Array, "batches lanes k"], Int[Array, ""]], Float[Array, "batches lanes measures"]
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

    def at_point(plane: Plane, coordinate: Float[Array, " k"]) -> Float[Array, " measures"]:
        params = moved(plane.corners, coordinate)
        features = _with_unread(moved(plane.features, coordinate), trace)
        found = measures(params, features, plane.data)
        return jnp.stack([jnp.asarray(found[name], trace.dtype) for name in wanted])

    def in_batches(
        plane: Plane, coordinates: Float[Array, "batches lanes k"], batches: Int[Array, ""]
    ) -> Float[Array, "batches lanes measures"]:
        held, lanes, _ = coordinates.shape

        def at_batch(
            batch: Int[Array, ""], values: Float[Array, "batches lanes measures"]
        ) -> Float[Array, "batches lanes measures"]:
            points = coordinates[batch]
            # A single point is evaluated as it is: not all that a user may write can be vectorised.
            found = (
                at_point(plane, points[0])[None]
                if lanes == 1
                else jax.vmap(lambda point: at_point(plane, point))(points)
            )
            return values.at[batch].set(found)

        nothing = jnp.zeros((held, lanes, len(wanted)), trace.dtype)
        return jax.lax.fori_loop(0, batches, at_batch, nothing)

    return in_batches


def moved(corners: Sequence[Any], coordinate: Float[Array, " k"]) -> Any:
    """The first plus the others times their coordinates, in all leaves that hold real numbers."""

    def move(start: Array, *ways: Array) -> Array:
        if not eqx.is_inexact_array(start):
            return start
        for place, way in enumerate(ways):
            start = start + coordinate[place].astype(start.dtype) * way.astype(start.dtype)
        return start

    return jax.tree.map(move, *corners)


def _with_unread(leaves: Leaves, trace: Traced) -> Any:
    """All features, those that nothing reads as zeros, which are never made."""
    shapes, structure = jax.tree.flatten(trace.features)
    given = iter(leaves)
    return structure.unflatten(
        next(given) if is_read else jnp.zeros(shape.shape, shape.dtype)
        for shape, is_read in zip(shapes, trace.read, strict=True)
    )
