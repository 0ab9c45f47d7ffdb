"""Where a film's numbers come from: kept from an earlier call, or computed in a process of their own."""

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from jaxtyping import Float

from ravine.core.cache import Cache
from ravine.films._recipe import Recipe

if TYPE_CHECKING:
    from ravine.films._data import Sketch


class Numbers(Protocol):
    """What a film needs of its recipe."""

    def sketch(self) -> "Sketch":
        """The landscape's facts and the runs."""
        ...

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        """The loss at every pair of an x and a y."""
        ...


@contextmanager
def numbers_of(recipe: Recipe, kept: Cache) -> Iterator[Numbers | None]:
    """The quickest way to a recipe's numbers; None where the film had best compute them itself."""
    if not recipe.is_text:
        yield None
        return
    numbers = _KeptNumbers(recipe, kept)
    try:
        yield numbers
    finally:
        numbers.close()


class _KeptNumbers:
    """Numbers that are computed only where they are not kept."""

    def __init__(self, recipe: Recipe, kept: Cache) -> None:
        self._recipe = recipe
        self._kept = kept
        self._found = kept.load(recipe.computed_from)
        self._source: Numbers | None = None
        if self._found is None:
            self._computed()

    def sketch(self) -> "Sketch":
        from ravine.films._data import Sketch

        if self._found is not None:
            return Sketch.from_arrays(self._found)
        sketch = self._computed().sketch()
        self._kept.save(self._recipe.computed_from, sketch.to_arrays())
        return sketch

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        recipe = self._recipe
        origin = {"losses of": [recipe.landscape, recipe.function], "grid": [_ends(xs), _ends(ys)]}
        found = self._kept.load(origin)
        if found is not None:
            return found["losses"]
        losses = self._computed().losses(xs, ys)
        # A film asks for one grid, after its sketch: what computed them need not take memory any more.
        self.close()
        self._kept.save(origin, {"losses": losses})
        return losses

    def close(self) -> None:
        """End the process that computes, if there is one."""
        if isinstance(self._source, _Apart):
            self._source.close()
            self._source = None

    def _computed(self) -> Numbers:
        if self._source is None:
            self._source = _source(self._recipe, sketch_wanted=self._found is None)
        return self._source


def _source(recipe: Recipe, *, sketch_wanted: bool) -> Numbers:
    if sys.platform == "linux" and "jax" not in sys.modules:
        return _Apart(recipe, sketch_wanted=sketch_wanted)
    from ravine.films._runs import Work

    return Work(recipe)


class _Apart:
    """A forked process that loads JAX and computes, while this one gets ready to draw.

    Only sound as long as this process has not loaded JAX, whose threads do not survive a fork.
    """

    def __init__(self, recipe: Recipe, *, sketch_wanted: bool) -> None:
        """Fork; a sketch that is wanted is begun at once."""
        fork = multiprocessing.get_context("fork")
        self._line, theirs = fork.Pipe()
        self._process = fork.Process(target=_compute, args=(recipe, theirs, self._line), daemon=True)
        self._process.start()
        theirs.close()
        if sketch_wanted:
            self._line.send(("sketch", ()))

    def sketch(self) -> "Sketch":
        return self._answer()

    def losses(
        self, xs: Float[np.ndarray, " columns"], ys: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows columns"]:
        self._line.send(("losses", (xs, ys)))
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._line.close()

    def _answer(self) -> Any:
        try:
            answer, problem, unforeseen = self._line.recv()
        except EOFError:
            raise RuntimeError("The process that computes the film was stopped.") from None
        if unforeseen:
            raise RuntimeError(unforeseen)
        if problem:
            raise ValueError(problem)
        return answer


def _compute(recipe: Recipe, line: Connection, theirs: Connection) -> None:
    """Answer one question after the other, until nobody asks."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the asking process ends this one
    from ravine.films._runs import Work

    work = Work(recipe)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            name, arguments = line.recv()
            try:
                line.send((getattr(work, name)(*arguments), "", ""))
            except ValueError as error:
                line.send((None, str(error), ""))
            except Exception:
                line.send((None, "", format_exc()))


def _ends(places: Float[np.ndarray, " places"]) -> tuple[float, float, int]:
    """What tells evenly spaced places."""
    return float(places[0]), float(places[-1]), len(places)
