"""The devices of this process, each with all of a plane and with its share of the points."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

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
        """How many there are."""
        return self._mesh.size

    @property
    def sharers(self) -> int:
        """How many share one memory: all processors do, other devices have memory of their own."""
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
