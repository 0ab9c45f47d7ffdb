"""Fields of a recipe, each written once: its meaning, its range, and its name on the command line."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

Value = TypeVar("Value")

_KEY = "option"
_NAMES: Mapping[Any, str] = {
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    str: "a text",
    Any: "any value",
}
_NUMBERS: Mapping[Any, str] = {int: "whole numbers", float: "finite numbers"}


class RecipeError(ValueError):
    """A recipe that makes no film or picture; the message names the key, the value and the remedy."""


@dataclass(frozen=True)
class Option:
    """Facts of a field beside its type and its default.

    Attributes:
        help: Its meaning, in a sentence or two, with the names of other fields in backticks.
        python: The further kinds of value in a call from Python, in a sentence.
        usual: The default in words, where the value does not say it.
        flags: Its names on the command line: that of the field unless given, and none where it is empty.
        metavar: Its value in a help text.
        kind: The values in words, or those of one element of a list, where the type does not say them.
        least: The lowest number that is allowed.
        most: The highest one.
        interval: True if an error names both of them.
        part: The part that depends on it: the runs, what is computed to be drawn over them, or the look.
        completes: The catalogue, such as "optimizer", whose names complete it.
        bare: The word that it stands for on the command line where it has no value.
        none: The word for None in a file and on the command line.
        read: Makes the value of what is given, such as a size of a text.
        check: Refuses a value of the right type, with a sentence; it is called with the value.
        accepts: A further type that `read` makes a value of, as it is written in Python.
    """

    help: str
    _: KW_ONLY
    python: str = ""
    usual: str = ""
    flags: tuple[str, ...] | None = None
    metavar: str | None = None
    kind: str = ""
    least: float | None = None
    most: float | None = None
    interval: bool = False
    part: Literal["runs", "overlays", "look"] = "look"
    completes: str = ""
    bare: str = ""
    none: str = ""
    read: Callable[[Any], Any] | None = None
    check: Callable[[Any], None] | None = None
    accepts: str = ""


def option(default: Value, about: Option) -> Value:
    """A field of a recipe, with its default and what is to be known of it."""
    made: Any = field(default=default, metadata={_KEY: about})
    return made


def option_of(metadata: Mapping[Any, Any]) -> Option:
    """Return a field's option from its metadata."""
    return metadata[_KEY]


def inherited(default: Value, metadata: Mapping[Any, Any]) -> Value:
    """A field that another one is known by, with a default of its own."""
    return option(default, option_of(metadata))


def without_none(kind: Any) -> Any:
    """The type of a value that is given, of one that may be left out."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return parts[0] if len(parts) == 1 else Union[tuple(parts)]  # noqa: UP007


def element_of(kind: Any) -> Any:
    """The type of a list's elements; None of what is no list."""
    parts = get_args(kind)
    return parts[0] if get_origin(kind) is tuple and parts[-1] is Ellipsis else None


def read_value(value: Any, kind: Any, about: Option) -> Any:
    """A value as a recipe holds it, of one from a file, the command line or a call.

    NumPy's numbers and arrays become Python's, lists become tuples, and one value in place of several a
    tuple of it.

    Args:
        value: The given value.
        kind: The field's type.
        about: The field's option.

    Raises:
        RecipeError: it cannot be read.
    """
    if about.none and value == about.none:
        return None
    kind = without_none(kind)
    element = element_of(kind)
    if kind is not Any and not (element is Any and not about.read):
        value = _of_python(value)
    if about.read is not None:
        value = about.read(value)
    if isinstance(value, list):
        in_lists = get_origin(element) is tuple
        value = tuple(tuple(part) if in_lists and isinstance(part, list) else part for part in value)
    single = isinstance(value, str) if element is Any else _is_scalar(element) and fits(value, element)
    return (value,) if single and value is not None and element is not None else value


def _is_scalar(kind: Any) -> bool:
    return kind is not None and get_origin(kind) is not tuple


def _of_python(value: Any) -> Any:
    """NumPy's numbers and arrays, and paths, as Python's own."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if type(value) in (list, tuple):
        return type(value)(map(_of_python, value))
    return str(value) if isinstance(value, Path) else value


def check_value(name: str, value: Any, kind: Any, about: Option) -> None:
    """Refuse a value of another type than its field's, or out of its range.

    Raises:
        RecipeError: naming the field, the value and what it may be.
    """
    element = element_of(without_none(kind))
    if about.kind and element is not None and isinstance(value, tuple):
        for part in value:
            _check_one(name, part, element, about)
    else:
        _check_one(name, value, kind, about)
    if value is not None and about.check is not None:
        about.check(value)


def _check_one(name: str, value: Any, kind: Any, about: Option) -> None:
    is_list = element_of(without_none(kind)) is not None
    wanted = f"a list of {about.kind}" if about.kind and is_list else about.kind or in_words(kind)
    outside = any(
        (about.least is not None and number < about.least) or (about.most is not None and number > about.most)
        for number in _numbers(value)
    )
    if not fits(value, kind) or (outside and about.kind):
        raise RecipeError(f"{name} must be {wanted}; got {value!r}.")
    for number in _numbers(value):
        if about.interval:
            check_interval(name, number, about)
        if about.least is not None and number < about.least:
            raise RecipeError(f"{name} must be at least {about.least}; got {number}.")
        if about.most is not None and number > about.most:
            raise RecipeError(f"{name} must be at most {about.most}; got {number}.")


def check_interval(name: str, number: float, about: Option) -> None:
    """Refuse a number that does not lie between the bounds of an option.

    Args:
        name: The number's name.
        number: The number.
        about: The option, which has both bounds.

    Raises:
        RecipeError: naming the bounds.
    """
    low, high = float(about.least or 0.0), float(about.most or 0.0)
    if not low <= number <= high:
        raise RecipeError(f"{name} must lie between {low:g} and {high:g}; got {number:g}.")


def _numbers(value: Any) -> tuple[float, ...]:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else ()


def fits(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a type; numbers are finite, and true is none."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if origin is Literal:
        return any(type(value) is type(part) and value == part for part in parts)
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in parts)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return len(each) == len(value) and all(map(fits, value, each))
    if origin is not None:
        return isinstance(value, origin)
    if kind is float:
        return bool(_numbers(value)) and abs(value) <= sys.float_info.max
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def in_words(kind: Any) -> str:
    """Write a type in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(str, parts))
    if origin in (Union, UnionType):
        return " or ".join(in_words(part) for part in parts if part is not NoneType)
    if origin is tuple and parts[-1] is Ellipsis:
        return "a list" if parts[0] is Any else f"a list, each {in_words(parts[0])}"
    if origin is tuple and len(set(parts)) == 1:
        return f"{len(parts)} {_NUMBERS.get(parts[0], 'values')}"
    if origin is tuple:
        return ", ".join(map(in_words, parts[:-1])) + f" and {in_words(parts[-1])}"
    return _NAMES.get(kind, "a value")
