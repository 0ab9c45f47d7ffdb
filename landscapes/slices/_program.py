"""An objective at many points of a line or plane, compiled once for every shape."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ravine.landscapes.networks._objective import Objective, Params
from ravine.landscapes.slices._at_points import Plane, features_of, measures_in_batches
from ravine.landscapes.slices._budget import Memory, lanes_for
from ravine.landscapes.slices._devices import Devices
from ravine.landscapes.slices._traced import traced

_MOST_BATCHES = 1024
"""Batches that one call can hold: bounds what its coordinates and results take."""


class Program:
    """The wanted measures of an objective at many points, on all devices of this process.

    It depends on shapes alone, and so serves any origin and directions of one form.

    Attributes:
        most: Points that one call can hold.
        batch: Points that the devices evaluate at one time.
    """

    def __init__(
        self,
        objective: Objective,
        wanted: Sequence[str],
        corners: Sequence[Params],
        *,
        points: int,
        megabytes: int,
    ) -> None:
        trace = traced(objective, wanted, corners[0])
        # What runs outside JAX is called by one thread at a time.
        devices = Devices(jax.local_devices()[: 1 if trace.calls_host else None])
        memory = Memory(megabytes=megabytes, sharers=devices.sharers)
        features = features_of(objective, trace)
        found = jax.eval_shape(features, corners[0], objective.data)
        measures = measures_in_batches(objective, wanted, trace)
        plane = Plane(objective.data, tuple(corners), (found,) * len(corners))

        def compiled(lanes: int) -> jax.stages.Compiled:
            held = min(-(-points // lanes), _MOST_BATCHES)
            dealt = jax.ShapeDtypeStruct((devices.count, held, lanes, len(corners) - 1), trace.dtype)
            batches = jax.ShapeDtypeStruct((devices.count,), jnp.int32)
            return devices.compiled_for_shares(measures, plane, dealt, batches)

        one_by_one = trace.calls_host or (trace.slow_together and devices.platform == "cpu")
        lanes = 1 if one_by_one else lanes_for(points, trace.largest, devices.platform)
        self._features = memory.held_to(devices.compiled(features, corners[0], objective.data))
        self._lanes, self._run = memory.fitted(compiled, lanes)
        self._held = min(-(-points // self._lanes), _MOST_BATCHES)
        self._devices, self._dtype = devices, trace.dtype
        self._data = devices.given(objective.data)
        self.batch = self._lanes * devices.count
        self.most = self.batch * self._held

    def plane(self, corners: Sequence[Params]) -> Plane:
        """What all points share, on the devices."""
        given = self._devices.given(tuple(corners))
        return Plane(self._data, given, tuple(self._features(params, self._data) for params in given))

    def __call__(
        self, plane: Plane, coordinates: Float[np.ndarray, "points k"]
    ) -> Float[np.ndarray, "points measures"]:
        """The measures at so many points, which are not more than one call can hold."""
        points, k = coordinates.shape
        batches = -(-points // self.batch)
        dealt = np.zeros((self._devices.count, self._held, self._lanes, k), self._dtype)
        # The last batch is filled up with points of the plane: elsewhere an objective may be anything.
        with np.errstate(over="ignore"):
            dealt[:, :batches] = np.resize(coordinates, (self._devices.count, batches, self._lanes, k))
        values = np.asarray(self._run(plane, dealt, np.full(self._devices.count, batches, np.int32)))
        return values[:, :batches].reshape(-1, values.shape[-1])[:points]


_programs: WeakKeyDictionary[Objective, dict[Any, Program]] = WeakKeyDictionary()


def program_for(
    objective: Objective,
    wanted: Sequence[str],
    corners: Sequence[Params],
    *,
    points: int,
    megabytes: int,
) -> Program:
    """The program, that of an earlier call where one had the same shapes.

    Raises:
        ValueError: the objective lacks a wanted measure, or one point takes more memory than allowed.
    """
    shapes = [_shape_of(tree) for tree in (*corners, objective.data)]
    key = (tuple(wanted), *shapes, points, megabytes, jax.config.read("jax_enable_x64"))
    programs = _programs.setdefault(objective, {})
    if key not in programs:
        programs[key] = Program(objective, wanted, corners, points=points, megabytes=megabytes)
    return programs[key]


def _shape_of(tree: Any) -> tuple[Any, ...]:
    leaves, structure = jax.tree.flatten(tree)
    return structure, *map(jax.typeof, leaves)
