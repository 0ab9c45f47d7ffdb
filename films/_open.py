"""A film whose data come from a cache, or from a process that computes them while this one gets ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ravine.core.cache import Cache
from ravine.films._recipe import Recipe
from ravine.films._worker import CachedSource

if TYPE_CHECKING:
    from ravine.films._film import Film


@contextmanager
def open_film(recipe: Recipe, cache: Cache) -> Iterator["Film"]:
    """Open a film whose data come from a cache, or are computed in a process of their own meanwhile.

    A recipe that no text holds is computed in this process, when the film is asked for its frames. Call this
    before JAX is loaded, whose threads do not survive the fork of a process.

    Args:
        recipe: The film's recipe.
        cache: The cache of its data.
    """
    source = CachedSource(recipe, cache) if recipe.is_text else None
    try:
        from ravine.films._film import Film  # not before the fork

        yield Film(recipe, source=source)
    finally:
        if source:
            source.close()
