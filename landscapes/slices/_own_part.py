"""This process's part of a grid that is shared out among hosts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jax
from jaxtyping import Int
from numpy import ndarray

from ravine.landscapes.slices._hosts import check_agreement, gathered, own_share
from ravine.landscapes.slices._kept_grid import KeptGrid


@contextmanager
def own_part(
    folder: Path | None, source: Callable[[], dict[str, Any]], *, points: int, measures: int
) -> Iterator[tuple[KeptGrid, Int[ndarray, " left"]]]:
    """A grid and those of its points that this process has still to do.

    What was put into the grid is kept however the block ends. After one that ends well the grid has the
    numbers of all processes.

    Args:
        folder: Where numbers are kept, if they are.
        source: Gives what they depend on, the same for every process, as JSON takes it.
        points: How many there are.
        measures: Numbers at each.

    Raises:
        HostsError: another process computes something else.
    """
    share = jax.process_index(), jax.process_count()
    told = source() if folder or share[1] > 1 else {}
    if share[1] > 1:
        check_agreement(told)
    grid = KeptGrid(folder, {**told, "share": share}, points=points, measures=measures)
    own = own_share(points)
    try:
        yield grid, own[~grid.done[own]]
    finally:
        grid.close()
    if share[1] > 1:
        grid.put(slice(None), gathered(grid.values, grid.done))
        grid.close()
