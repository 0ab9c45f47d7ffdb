"""How many points are evaluated together: as stay in the cache, and no more than the memory allows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax

_MOST_LANES = 64
_CACHE = {"cpu": 4 << 20}
"""Bytes that one array of all points together may take, by kind of device."""
_OTHER_CACHE = 256 << 20


def lanes_for(points: int, largest: int, platform: str) -> int:
    """How many points to evaluate together, so that batches of one size make up all of them.

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
    """What the devices may take.

    Attributes:
        megabytes: All together where they share one memory, otherwise each.
        sharers: Devices that share one memory.
    """

    megabytes: int
    sharers: int

    def fitted(
        self, compiled: Callable[[int], jax.stages.Compiled], lanes: int
    ) -> tuple[int, jax.stages.Compiled]:
        """A number of points together, `lanes` or fewer, and the program that evaluates so many.

        Raises:
            ValueError: one point alone takes too much.
        """
        program = compiled(lanes)
        while lanes > 1 and self._lacks(program):
            fixed, moving = _bytes_taken(program)
            spare = max(0, self.megabytes * 10**6 // self.sharers - fixed)
            lanes = max(1, min(lanes // 2, spare * lanes // moving))
            program = compiled(lanes)
        return lanes, self.held_to(program)

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
    """What a program takes whatever the number of points, and what it takes for those it evaluates."""
    told: Any = program.memory_analysis()
    if told is None:
        return 0, 0
    return told.argument_size_in_bytes, told.temp_size_in_bytes + told.output_size_in_bytes
