"""A loss over the plane is a function of two variables: what else there is, is refused.

JAX reads an array beyond its end as if it ended later, so that a function of three variables gives numbers
for a point of two.
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax.experimental import checkify
from jaxtyping import Array, Float

from ravine.core.compile import RUN_ONCE, fast_compile_jit

_KNOWN = ("analytic.", "finite_sum.", "one_variable.", "_expression")
_CATALOGUE = tuple(f"ravine.landscapes.{module}" for module in _KNOWN)

_MANY = (24, 31)
"""Variables of longer points."""

_BASES, _STRIDES = 3, (1.37, -2.74)
"""Points that are looked at, and how far single variables are moved from them."""

_POINTS = 31
"""Points looked at at once: an array with such an axis holds something of each."""

_BY_INDEX = ("dynamic_slice", "gather")
"""The operations that read at places which are numbers in the program."""

_OUT_OF_BOUNDS = re.compile(r"of shape \((?P<shape>.*?)\): index (?P<index>-?\d+) .* size (?P<size>\d+)")


class PlaneLossError(ValueError, TypeError):
    """A loss that is no function of a point of the plane; the message names it, the fault and the remedy."""


def check_plane_loss(loss: Callable[..., Any], name: str = "") -> None:
    """Check that a loss is a function of one point (x, y) in jax.numpy to a real number.

    Args:
        loss: The function; those of the catalogue and formulas are taken at their word.
        name: What to call it, where not by its own name.

    Raises:
        PlaneLossError: naming the function, what is wrong and the remedy.

    Example:
        >>> check_plane_loss(lambda point: point[0] ** 2 + point[1] ** 2)
        >>> check_plane_loss(lambda point: point, "identity")
        Traceback (most recent call last):
        ravine.optimizers._plane_loss.PlaneLossError: 'identity' must return one real number for a
            point (x, y); it returns an array of shape (2,).
    """
    if not str(getattr(loss, "__module__", "")).startswith(_CATALOGUE):
        _check(loss, name or getattr(loss, "__name__", type(loss).__name__))


def check_sampled_loss(loss: Callable[..., Any], samples: Any) -> None:
    """Refuse a loss of a point and a sample that is not a function of one point for each sample.

    Args:
        loss: The function.
        samples: Arrays whose first two axes count samples.

    Raises:
        PlaneLossError: naming the function, what is wrong and the remedy.
    """
    leaves, structure = jax.tree.flatten(samples)
    kinds = tuple((np.shape(leaf)[2:], np.asarray(leaf).dtype) for leaf in leaves)
    name = getattr(loss, "__name__", type(loss).__name__)
    _check(_with_sample(loss, structure, kinds), name)


@lru_cache(maxsize=32)
def _with_sample(loss: Callable[..., Any], structure: Any, kinds: tuple[Any, ...]) -> Callable[..., Any]:
    sample = jax.tree.unflatten(structure, [_some(*kind) for kind in kinds])
    return lambda point: loss(point, sample)


def _some(shape: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    """Numbers that are not all alike, such as rows of data."""
    return np.arange(math.prod(shape)).reshape(shape).astype(kind)


@lru_cache(maxsize=32)
def _check(loss: Callable[..., Any], name: str) -> None:
    with jax.enable_x64(True):
        _check_value(loss, name)
        variable = _further_variable(loss)
    if variable is not None:
        raise PlaneLossError(
            f"{name!r} is a function of more than two variables: it reads p[{variable}] of a point "
            "p = (x, y), which ends at p[1]; give a function of two, with numbers in place of the others."
        )


def _check_value(loss: Callable[..., Any], name: str) -> None:
    try:
        value = jax.eval_shape(loss, jax.ShapeDtypeStruct((2,), np.float64))
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        problem = str(error).splitlines()[0].rstrip(".")
        raise PlaneLossError(
            f"{name!r} is not a function of one point (x, y) in jax.numpy: {problem}."
        ) from None
    shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape != () or kind is None or not np.issubdtype(kind, np.floating):
        shown = f"an array of shape {shape}" if shape else type(value).__name__ if kind is None else kind
        raise PlaneLossError(f"{name!r} must return one real number for a point (x, y); it returns {shown}.")


def _further_variable(loss: Callable[..., Any]) -> int | None:
    """The place of a variable beyond the second that the loss reads, if there is one.

    What depends on all of a point, such as a sum, is of two variables where the point is. What reads single
    places of a longer point is of so many, unless it finds them in an array of its own made of the point.
    """
    calls_host = any("callback" in equation.primitive.name for equation in _equations(_traced(loss, 2)))
    read = None if calls_host else _places_read(loss, _MANY[0])
    if read is None:
        return _read_beyond(loss)
    if read <= {0, 1, _MANY[0] - 2, _MANY[0] - 1}:
        return None
    again = _places_read(loss, _MANY[1])
    if again is None or len(again) != len(read):
        return None
    from_end = {place - _MANY[0] for place in read} & {place - _MANY[1] for place in again}
    further = [*sorted(place for place in read & again if place >= 2), *(n for n in from_end if n < -2)]
    of_two = _places_read(loss, 2) or set()
    is_more = len(read) > 2 or len(of_two) < len(read) or _read_beyond(loss) is not None
    return further[0] if further and is_more else None


def _places_read(loss: Callable[..., Any], variables: int) -> set[int] | None:
    """The variables of a point of so many that change the loss; None where it does not take such a point."""
    points = np.random.default_rng(0).normal(size=(_BASES, variables))
    moved = points[:, None, None] + np.multiply.outer(_STRIDES, np.eye(variables))
    try:
        values = _losses_at(loss, np.concatenate([points, moved.reshape(-1, variables)]))
    except Exception:
        return None
    before, there = values[:_BASES, None, None], values[_BASES:].reshape(moved.shape[:-1])
    differs = (there != before) & ~(np.isnan(there) & np.isnan(before))
    return set(np.flatnonzero(differs.any((0, 1))).tolist())


def _losses_at(
    loss: Callable[..., Any], points: Float[np.ndarray, "points n"]
) -> Float[np.ndarray, " points"]:
    return np.asarray(fast_compile_jit(lambda points: jax.lax.map(loss, points), RUN_ONCE)(points))


def _read_beyond(loss: Callable[..., Any]) -> int | None:
    """The place beyond its end at which the point itself is read, found by JAX's own check of indices."""
    if not any(equation.primitive.name in _BY_INDEX for equation in _equations(_traced(loss, 2))):
        return None
    points = np.random.default_rng(0).uniform(size=(_POINTS, 2))
    try:
        found = _OUT_OF_BOUNDS.search(_values_error(loss, points).get() or "")
    except Exception:
        return None
    if found is None or [int(size) for size in found["shape"].split(", ") if size != "1"] != [_POINTS, 2]:
        return None
    index = int(found["index"])
    return index if index >= 0 else index - 2


def _values_error(loss: Callable[..., Any], points: Float[np.ndarray, "points 2"]) -> checkify.Error:
    def check(points: Float[Array, "points 2"]) -> checkify.Error:
        return checkify.checkify(jax.vmap(loss), errors=checkify.index_checks)(points)[0]

    return fast_compile_jit(check, RUN_ONCE)(points)


def _traced(loss: Callable[..., Any], variables: int) -> Any:
    return jax.make_jaxpr(loss)(jax.ShapeDtypeStruct((variables,), np.float64))


def _equations(program: Any) -> Iterator[Any]:
    """All equations, those of the programs inside the program too."""
    for equation in program.eqns:
        yield equation
        for part in jax.tree.leaves(list(equation.params.values()), is_leaf=_is_program):
            if _is_program(part):
                yield from _equations(part)


def _is_program(value: Any) -> bool:
    return hasattr(value, "eqns")
