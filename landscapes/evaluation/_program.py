"""An objective at many points: compiled once for every shape, in chunks that fit, on all devices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Float

from ravine.core.pytree import Params
from ravine.landscapes.evaluation._trace import Leaves, Subspace, features_of, measures_in_batches, traced
from ravine.landscapes.networks import Objective

_MOST_LANES = 64
_CACHE = {"cpu": 4 << 20}
"""Bytes that one array of all points together may take, by kind of device."""
_OTHER_CACHE = 256 << 20


def members_for(points: int, largest: int, platform: str) -> int:
    """Choose how many points to evaluate together, so that batches of one size make up all of them.

    Args:
        points: All of them.
        largest: Bytes of the largest array that is made at one point.
        platform: Kind of the devices.
    """
    cache = _CACHE.get(platform, _OTHER_CACHE)
    most = min(max(cache // max(largest, 1), 1), _MOST_LANES)
    batches = -(-points // most)
    return -(-points // batches)


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The memory that the devices may take.

    Attributes:
        megabytes: All together where they share one memory, otherwise each.
        sharers: Devices that share one memory.
    """

    megabytes: int
    sharers: int

    def fitted(
        self, compiled: Callable[[int], jax.stages.Compiled], members: int
    ) -> tuple[int, jax.stages.Compiled]:
        """A number of points together, `members` or fewer, and the program that evaluates so many.

        Raises:
            ValueError: one point alone takes too much.
        """
        program = compiled(members)
        while members > 1 and self._lacks(program):
            fixed, moving = _bytes_taken(program)
            spare = max(0, self.megabytes * 10**6 // self.sharers - fixed)
            members = max(1, min(members // 2, spare * members // moving))
            program = compiled(members)
        return members, self.held_to(program)

    def held_to(self, program: jax.stages.Compiled) -> jax.stages.Compiled:
        """The program.

        Raises:
            ValueError: it takes too much.
        """
        if self._lacks(program):
            needed = -(-sum(_bytes_taken(program)) * self.sharers // 10**6)
            raise ValueError(
                f"One point at a time takes {needed} MB of memory, more than the {self.megabytes} MB "
                f"allowed; allow it with --memory {needed}."
            )
        return program

    def _lacks(self, program: jax.stages.Compiled) -> bool:
        return sum(_bytes_taken(program)) * self.sharers > self.megabytes * 10**6


def _bytes_taken(program: jax.stages.Compiled) -> tuple[int, int]:
    """Measure the bytes that a program takes whatever the number of points, and for those it evaluates."""
    usage: Any = program.memory_analysis()
    if usage is None:
        return 0, 0
    return usage.argument_size_in_bytes, usage.temp_size_in_bytes + usage.output_size_in_bytes


_AXIS = "devices"

Tree = TypeVar("Tree")


class Devices:
    """Devices that run one program.

    Each runs it by itself, so that a point's numbers are the same wherever it is evaluated.
    """

    def __init__(self, devices: Sequence[Any]) -> None:
        self.platform = devices[0].platform
        self._mesh = Mesh(np.array(devices), (_AXIS,))

    @property
    def count(self) -> int:
        """The number of devices."""
        return self._mesh.size

    @property
    def sharers(self) -> int:
        """The number that share one memory: all processors do, other devices have memory of their own."""
        return self.count if self.platform == "cpu" else 1

    def given(self, tree: Tree) -> Tree:
        """All of `tree` on each device."""
        return jax.device_put(tree, self._everywhere)

    def compiled(self, function: Callable[..., Any], *shapes: Any) -> jax.stages.Compiled:
        """The function that each device computes by itself, of arguments that all of them have."""
        program = jax.jit(function, in_shardings=self._everywhere, out_shardings=self._everywhere)
        return _lowered(program, *shapes)

    def compiled_for_shares(
        self, function: Callable[..., Any], common: Any, *shares: Any
    ) -> jax.stages.Compiled:
        """The function of what all devices have and of arrays whose leading axis counts the devices.

        `function` sees of these arrays what belongs to one device, and its result becomes one of them.
        """

        def of_one(common: Any, *shares: Any) -> Any:
            own = jax.tree.map(lambda share: share[0], shares)
            return jax.tree.map(lambda value: value[None], function(common, *own))

        specs = (PartitionSpec(), *(PartitionSpec(_AXIS) for _ in shares))
        spread = jax.shard_map(
            of_one, mesh=self._mesh, in_specs=specs, out_specs=PartitionSpec(_AXIS), check_vma=False
        )
        shardings = tuple(NamedSharding(self._mesh, spec) for spec in specs)
        return _lowered(jax.jit(spread, in_shardings=shardings), common, *shares)

    @property
    def _everywhere(self) -> NamedSharding:
        return NamedSharding(self._mesh, PartitionSpec())


def _lowered(program: Any, *shapes: Any) -> jax.stages.Compiled:
    # Accelerators multiply in less than single precision unless they are told.
    with jax.default_matmul_precision("float32"):
        return program.lower(*shapes).compile()


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
        basis: Sequence[Params],
        *,
        points: int,
        megabytes: int,
    ) -> None:
        trace = traced(objective, wanted, basis[0])
        # What runs outside JAX is called by one thread at a time.
        devices = Devices(jax.local_devices()[: 1 if trace.calls_host else None])
        memory = Memory(megabytes=megabytes, sharers=devices.sharers)
        features = features_of(objective, trace)
        found = jax.eval_shape(features, basis[0], objective.data)
        measures = measures_in_batches(objective, wanted, trace)
        subspace = Subspace(objective.data, tuple(basis), (found,) * len(basis))

        def compiled(members: int) -> jax.stages.Compiled:
            held = min(-(-points // members), _MOST_BATCHES)
            dealt = jax.ShapeDtypeStruct((devices.count, held, members, len(basis) - 1), trace.dtype)
            batches = jax.ShapeDtypeStruct((devices.count,), jnp.int32)
            return devices.compiled_for_shares(measures, subspace, dealt, batches)

        one_by_one = trace.calls_host or (trace.slow_together and devices.platform == "cpu")
        members = 1 if one_by_one else members_for(points, trace.largest, devices.platform)
        self._features: Callable[[Params, Any], Leaves] = (
            memory.held_to(devices.compiled(features, basis[0], objective.data)) if found else lambda *_: []
        )
        self._members, self._run = memory.fitted(compiled, members)
        self._held = min(-(-points // self._members), _MOST_BATCHES)
        self._devices, self._dtype = devices, trace.dtype
        self._data = devices.given(objective.data)
        self.batch = self._members * devices.count
        self.most = self.batch * self._held

    def subspace(self, basis: Sequence[Params]) -> Subspace:
        """The origin, directions and data that all points share, on the devices."""
        given = self._devices.given(tuple(basis))
        return Subspace(self._data, given, tuple(self._features(params, self._data) for params in given))

    def __call__(
        self, subspace: Subspace, coordinates: Float[np.ndarray, "points k"]
    ) -> Float[np.ndarray, "points measures"]:
        """The measures at so many points, which are not more than one call can hold."""
        points, k = coordinates.shape
        batches = -(-points // self.batch)
        dealt = np.zeros((self._devices.count, self._held, self._members, k), self._dtype)
        # The last batch is filled up with points of the subspace: elsewhere an objective may be anything.
        with np.errstate(over="ignore"):
            dealt[:, :batches] = np.resize(coordinates, (self._devices.count, batches, self._members, k))
        values = np.asarray(self._run(subspace, dealt, np.full(self._devices.count, batches, np.int32)))
        return values[:, :batches].reshape(-1, values.shape[-1])[:points]


_programs: WeakKeyDictionary[Objective, dict[Any, Program]] = WeakKeyDictionary()


def program_for(
    objective: Objective,
    wanted: Sequence[str],
    basis: Sequence[Params],
    *,
    points: int,
    megabytes: int,
) -> Program:
    """The program, that of an earlier call where one had the same shapes.

    Raises:
        ValueError: the objective lacks a wanted measure, or one point takes more memory than allowed.
    """
    shapes = [_shape_of(tree) for tree in (*basis, objective.data)]
    key = (tuple(wanted), *shapes, points, megabytes, jax.config.read("jax_enable_x64"))
    programs = _programs.setdefault(objective, {})
    if key not in programs:
        programs[key] = Program(objective, wanted, basis, points=points, megabytes=megabytes)
    return programs[key]


def _shape_of(tree: Any) -> tuple[Any, ...]:
    leaves, structure = jax.tree.flatten(tree)
    return structure, *map(jax.typeof, leaves)
