"""The source of a film's data: the cache, or a process of their own that computes them."""

import multiprocessing
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from jaxtyping import Float

from ravine.core.cache import Cache
from ravine.films._recipe import Recipe

if TYPE_CHECKING:
    from ravine.films._data import Arrays


class DataSource(Protocol):
    """The numbers of a film, wherever they come from."""

    def arrays(self) -> "Arrays":
        """The film's data as `FilmData.to_arrays` takes them apart."""
        ...

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The loss at every pair of an x and a y."""
        ...


class CachedSource:
    """Numbers that are computed only where they are not in the cache."""

    def __init__(self, recipe: Recipe, cache: Cache) -> None:
        """Look into the cache, and begin to compute what it lacks."""
        self._recipe = recipe
        self._cache = cache
        self._found = cache.load(recipe.computed_from)
        self._source: DataSource | None = None
        if self._found is None:
            self._computing()

    def arrays(self) -> "Arrays":
        """The film's data, cached from now on."""
        if self._found is None:
            self._found = self._computing().arrays()
            self._cache.save(self._recipe.computed_from, self._found)
        return self._found

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The loss at every pair of an x and a y, cached from now on."""
        recipe = self._recipe
        origin = {"losses of": [recipe.landscape, recipe.function], "grid": [_ends(xs), _ends(ys)]}
        found = self._cache.load(origin)
        if found is not None:
            return found["losses"]
        self.arrays()  # a process answers in the order of what it was asked
        losses = self._computing().losses(xs, ys)
        # A film asks for one grid, after its data: what computed them need not take memory any more.
        self.close()
        self._cache.save(origin, {"losses": losses})
        return losses

    def close(self) -> None:
        """End the process that computes, if there is one."""
        if isinstance(self._source, _WorkerProcess):
            self._source.close()
            self._source = None

    def _computing(self) -> DataSource:
        if self._source is None:
            self._source = _compute_source(self._recipe, data_wanted=self._found is None)
        return self._source


def _compute_source(recipe: Recipe, *, data_wanted: bool) -> DataSource:
    if sys.platform == "linux" and "jax" not in sys.modules:
        return _WorkerProcess(recipe, data_wanted=data_wanted)
    from ravine.films._runs import FilmRuns

    return FilmRuns(recipe)


class _WorkerProcess:
    """A forked process that loads JAX and computes, while this one gets ready to draw.

    Only sound as long as this process has not loaded JAX, whose threads do not survive a fork.
    """

    def __init__(self, recipe: Recipe, *, data_wanted: bool) -> None:
        """Fork; data that are wanted are begun at once."""
        fork = multiprocessing.get_context("fork")
        self._line, theirs = fork.Pipe()
        self._process = fork.Process(target=_answer, args=(recipe, theirs, self._line), daemon=True)
        self._process.start()
        theirs.close()
        if data_wanted:
            self._line.send(("arrays", ()))

    def arrays(self) -> "Arrays":
        return self._result()

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        self._line.send(("losses", (xs, ys)))
        return self._result()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._line.close()

    def _result(self) -> Any:
        try:
            result, problem, unforeseen = self._line.recv()
        except EOFError:
            raise RuntimeError("The process that computes the film was stopped.") from None
        if unforeseen:
            raise RuntimeError(unforeseen)
        if problem:
            raise ValueError(problem)
        return result


def _answer(recipe: Recipe, line: Connection, theirs: Connection) -> None:
    """Answer one question after the other, until nobody asks."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the asking process ends this one
    from ravine.films._runs import FilmRuns

    runs = FilmRuns(recipe)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            name, arguments = line.recv()
            try:
                line.send((getattr(runs, name)(*arguments), "", ""))
            except ValueError as error:
                line.send((None, str(error), ""))
            except Exception:
                line.send((None, "", format_exc()))


def _ends(places: Float[np.ndarray, " places"]) -> tuple[float, float, int]:
    """The ends and the number of evenly spaced places."""
    return float(places[0]), float(places[-1]), len(places)
