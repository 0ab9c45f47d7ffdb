"""A grid's numbers, cached while they are computed, so that an interrupted one is resumed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ravine.core.cache import Cache, Facts
from ravine.core.fingerprint import jax_settings
from ravine.core.pytree import Params, is_key
from ravine.landscapes.evaluation._hosts import check_agreement, gathered, own_share
from ravine.landscapes.networks import Objective

_PAUSE = 1.0
"""Seconds between two savings of a grid that is being computed."""
_SHARE = 0.05
"""Of the time that goes by, at most this goes into saving."""
_WORTH = 0.1
"""Seconds below which a grid is computed again sooner than it would be found."""


class GridCache:
    """Measures at points, of which some are known, and the file that keeps them.

    Where no folder is given, or it cannot be written, they are in memory alone.

    Attributes:
        values: A row for each point.
        done: The points whose row is known.
    """

    def __init__(self, folder: Path | None, source: Facts, *, points: int, measures: int) -> None:
        self._cache = None if folder is None else Cache(folder)
        self._source = source
        self.values: Float[np.ndarray, "points measures"] = np.zeros((points, measures), np.float32)
        self.done: Bool[np.ndarray, " points"] = np.zeros(points, bool)
        self._load()
        self._found = int(self.done.sum())
        self._begun = self._saved = perf_counter()
        self._cost = 0.0

    def put(self, rows: Any, values: Float[np.ndarray, "rows measures"]) -> None:
        """Take in what was computed, and save it now and then."""
        if values.dtype != self.values.dtype:
            self.values = self.values.astype(np.result_type(values, self.values))
        self.values[rows] = values
        self.done[rows] = True
        if perf_counter() - self._saved > max(_PAUSE, self._cost / _SHARE):
            self.save()

    def save(self) -> None:
        """Save what is known, however much that is."""
        begun = perf_counter()
        if self._cache is not None and self.done.any():
            self._cache.save(self._source, {"values": self.values, "done": self.done})
        self._saved = perf_counter()
        self._cost = self._saved - begun

    def close(self) -> None:
        """Save what is new, unless it is all and was had in no time."""
        is_new = int(self.done.sum()) > self._found
        if is_new and (not self.done.all() or perf_counter() - self._begun > _WORTH):
            self.save()

    def _load(self) -> None:
        found = None if self._cache is None else self._cache.load(self._source)
        if found is None or set(found) != {"values", "done"}:
            return
        values, done = found["values"], found["done"]
        if values.shape == self.values.shape and done.shape == self.done.shape and done.dtype == bool:
            self.values, self.done = values, done


def source_of(
    objective: Objective,
    basis: Sequence[Params],
    coordinates: Float[np.ndarray, "points k"],
    wanted: Sequence[str],
) -> dict[str, object]:
    """Identify a grid, as JSON takes it.

    Args:
        objective: The losses and measures to evaluate.
        basis: The origin and the directions of the grid.
        coordinates: Of its points.
        wanted: The measures.
    """
    return {
        "objective": objective.identity,
        "corners": [_digest(tree) for tree in basis],
        "trained": _digest(objective.trained(basis[0])),
        "coordinates": _digest(coordinates),
        "wanted": list(wanted),
        "set": jax_settings(),
    }


def _digest(tree: Any) -> str:
    leaves, structure = jax.tree.flatten(tree)
    digest = hashlib.sha256(str(structure).encode())
    for leaf in leaves:
        array = np.asarray(jax.random.key_data(leaf) if is_key(leaf) else leaf)
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


@contextmanager
def own_part(
    folder: Path | None, source: Callable[[], Facts], *, points: int, measures: int
) -> Iterator[tuple[GridCache, Int[ndarray, " left"]]]:
    """A grid and those of its points that this process has still to do.

    What was put into the grid is kept however the block ends. After one that ends well the grid has the
    numbers of all processes.

    Args:
        folder: The folder of the cache, if there is one.
        source: Gives what they depend on, the same for every process, as JSON takes it.
        points: The number of points.
        measures: Numbers at each.

    Raises:
        HostsError: another process computes something else.
    """
    share = jax.process_index(), jax.process_count()
    facts = source() if folder or share[1] > 1 else {}
    if share[1] > 1:
        check_agreement(facts)
    grid = GridCache(folder, {**facts, "share": share}, points=points, measures=measures)
    own = own_share(points)
    try:
        yield grid, own[~grid.done[own]]
    finally:
        grid.close()
    if share[1] > 1:
        grid.put(slice(None), gathered(grid.values, grid.done))
        grid.close()
