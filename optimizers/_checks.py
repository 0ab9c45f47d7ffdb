"""Checks of hyper-parameters by kind and range, and of the room that a matrix takes."""

import math
from typing import Any

_KINDS = ((bool, "true or false"), (int, "a whole number"), (str, "a word"), (tuple, "a list"))


class HyperparameterError(ValueError):
    """A hyper-parameter that the rule does not have or cannot take; the message lists those it has."""


def check_word(rule: str, key: str, value: str, words: tuple[str, ...]) -> None:
    """Refuse a word that a rule does not know.

    Raises:
        HyperparameterError: `value` is none of `words`.
    """
    if value not in words:
        known = f"{', '.join(words[:-1])} or {words[-1]}"
        raise HyperparameterError(f"{key} of {rule} must be {known}; got {value!r}.")


def check_steps(rule: str, key: str, value: float, *, least: int = 1) -> None:
    """Refuse what is not a whole number of steps.

    Raises:
        HyperparameterError: `value` is not whole, or less than `least`.
    """
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or value < least:
        raise HyperparameterError(
            f"{key} of {rule} must be a whole number of steps, at least {least}; got {value!r}."
        )


def check_rows(rule: str, size: int, *, most: int) -> None:
    """Refuse more parameters than a matrix over them can be computed with.

    Raises:
        HyperparameterError: there are more than `most`.
    """
    if size > most:
        raise HyperparameterError(
            f"{rule} holds a matrix with a row for each parameter, of which there may be at most {most}; "
            f"got {size}. Take a smaller network, or lbfgs, which needs no matrix."
        )


def is_list_like(values: tuple[Any, ...], default: Any) -> bool:
    """True if a list holds numbers alone, or, if its default is empty, lists of them as well."""
    flat = bool(default)
    return all(
        (isinstance(value, int | float) and not isinstance(value, bool))
        or (not flat and isinstance(value, tuple) and is_list_like(value, default))
        for value in values
    )


def as_tuples(value: Any) -> Any:
    """A list, and those in it, as tuples: what is fixed at compilation must be hashable."""
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def check_kind(rule: str, key: str, value: Any, *, default: Any, counts: bool) -> Any:
    """Check a value that is no real number, and make a list a tuple.

    Args:
        rule: The name of the rule.
        key: The name of the hyper-parameter.
        value: To be of the default's kind.
        default: None where the hyper-parameter is a number or none.
        counts: True if it is a whole number or none.

    Raises:
        HyperparameterError: the value is of another kind.
    """
    value = as_tuples(value)
    for kind, what in _KINDS:
        if isinstance(default, kind) and type(value) is not type(default):
            raise HyperparameterError(f"{key} of {rule} must be {what}; got {shown(value)}.")
    if counts and isinstance(value, float):
        raise HyperparameterError(f"{key} of {rule} must be a whole number or none; got {value!r}.")
    if default is None and isinstance(value, str | bool):
        raise HyperparameterError(f"{key} of {rule} must be a number or none; got {value!r}.")
    if isinstance(value, tuple) and not is_list_like(value, default):
        raise HyperparameterError(f"{key} of {rule} must be a list of numbers; got {shown(value)}.")
    return value


def check_real(rule: str, key: str, value: Any, *, hint: str) -> Any:
    """Check a real number, or an array of them, and make a whole number real.

    Raises:
        HyperparameterError: the value is no finite number, with `hint` at the end of the message.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise HyperparameterError(f"{key} of {rule} must be finite; got {value!r}.")
        return float(value)
    if isinstance(value, list | tuple) or hasattr(value, "dtype"):
        return _check_reals(rule, key, value)
    raise HyperparameterError(f"{key} of {rule} must be a number; got {shown(value)}.{hint}")


def _check_reals(rule: str, key: str, values: Any) -> Any:
    import numpy as np

    if not isinstance(values, list | tuple | np.ndarray | np.generic):
        return values  # JAX's own, which it may be tracing
    if isinstance(values, list | tuple) and not is_list_like(tuple(values), ()):
        raise HyperparameterError(f"{key} of {rule} must be a number; got {shown(values)}.")
    return np.asarray(values, dtype=np.float64)


def shown(value: Any) -> str:
    """Write a value as it was given, where that is known."""
    if hasattr(value, "optimizer"):
        return f"the rule {value.optimizer.name}"
    return str(value) if hasattr(value, "rates") else repr(value)
