"""Hyper-parameters that are words or whole numbers, checked in one way."""

from ravine.optimizers._optimizer import HyperparameterError


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
