"""A loss over the plane is a function of two variables: what else there is, is refused.

JAX reads an array beyond its end as if it ended later, so that a function of three variables gives numbers
for a point of two.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import checkify
from jaxtyping import Array, Float

from ravine._quickly import RUN_ONCE, jit_quickly

_CATALOGUE = tuple(f"ravine.landscapes.{kind}." for kind in ("analytic", "finite_sum", "one_variable"))

_POINTS = (31, 37)
"""How many at once: an array whose axis is once as long and then the other holds something of each."""

_MANY = (61, 67)
"""Variables of longer points, likewise."""

_FEW = 16
"""A place so near an end of a longer point was written as a number."""

_BY_INDEX = ("dynamic_slice", "dynamic_update_slice", "gather", "scatter", "scatter-add")
"""The operations that read and write at places which are numbers in the program."""

_OUT_OF_BOUNDS = re.compile(r"of shape \((?P<shape>.*?)\): index (?P<index>-?\d+) .* size (?P<size>\d+)")


class PlaneLossError(ValueError, TypeError):
    """What is not a function of a point of the plane; the message names it, what is wrong and the remedy."""


def check_plane_loss(loss: Callable[..., Any], name: str = "") -> None:
    """Refuse what is not a function of one point (x, y) in jax.numpy to a real number.

    Args:
        loss: The function; those of the catalogue are taken at their word.
        name: What to call it, where not by its own name.

    Raises:
        PlaneLossError: naming the function, what is wrong and the remedy.
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


@lru_cache(maxsize=128)
def _with_sample(loss: Callable[..., Any], structure: Any, kinds: tuple[Any, ...]) -> Callable[..., Any]:
    sample = jax.tree.unflatten(structure, [np.zeros(*kind) for kind in kinds])
    return lambda point: loss(point, sample)


@lru_cache(maxsize=128)
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
    """The place of a variable beyond the second that the loss reads, if there is one."""
    for find in (_read_beyond, _sliced_off):
        try:
            variable = find(loss)
        except Exception:
            continue  # what cannot be examined is a function of two for all that is known
        if variable is not None:
            return variable
    return None


def _read_beyond(loss: Callable[..., Any]) -> int | None:
    """Found by JAX's own check of indices, which tells the first that is wrong."""
    if not any(equation.primitive.name in _BY_INDEX for equation in _equations(_traced(loss, 2))):
        return None
    points = np.random.default_rng(0).uniform(size=(max(_POINTS), 2))
    found: re.Match[str] | None = None
    for count in _POINTS:
        found = _OUT_OF_BOUNDS.search(_values_error(loss, points[:count]).get() or "")
        if found is None:
            return None
        if str(count) not in found["shape"].split(", "):
            # A table of the loss's own was read, which is its own affair; slopes pass by what no point moves.
            found = _OUT_OF_BOUNDS.search(_slopes_error(loss, points[0]).get() or "")
            break
    if found is None:
        return None
    index, size = int(found["index"]), int(found["size"])
    return index if index >= 0 else index - size


def _check_of_values(loss: Callable[..., Any], points: Float[Array, "points 2"]) -> checkify.Error:
    error, _ = checkify.checkify(jax.vmap(loss), errors=checkify.index_checks)(points)
    return error


def _check_of_slopes(loss: Callable[..., Any], point: Float[Array, "2"]) -> checkify.Error:
    value, back = jax.vjp(loss, point)
    error, _ = checkify.checkify(back, errors=checkify.index_checks)(jnp.ones_like(value))
    return error


_values_error = jit_quickly(_check_of_values, RUN_ONCE, static_argnums=0)
_slopes_error = jit_quickly(_check_of_slopes, RUN_ONCE, static_argnums=0)


def _sliced_off(loss: Callable[..., Any]) -> int | None:
    """Found by where slices of longer points end: a slice stops at the end of an array, and is no error."""
    read = [_sliced_of_many(loss, many) for many in _MANY]
    return read[0] if None not in read else None


def _sliced_of_many(loss: Callable[..., Any], many: int) -> int | None:
    for equation in _equations(_traced(loss, many)):
        if equation.primitive.name != "slice":
            continue
        shape, ends = equation.invars[0].aval.shape, equation.params
        for size, start, stop in zip(shape, ends["start_indices"], ends["limit_indices"], strict=True):
            if size == many and 2 < stop <= _FEW:
                return stop - 1
            if size == many and -_FEW <= start - many < -2:
                return start - many
    return None


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
