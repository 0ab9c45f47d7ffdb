"""Checks of hyper-parameters that are words or whole numbers, and of the room that a matrix takes."""


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
