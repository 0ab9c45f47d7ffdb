"""Checks of arguments that several schedules have."""

from itertools import pairwise

from ravine.optimizers._checks import HyperparameterError


def check_at_least(least: int, schedule: str, **arguments: float) -> None:
    """Refuse arguments that are too small.

    Raises:
        HyperparameterError: one is less than `least`.
    """
    for name, value in arguments.items():
        if value < least:
            raise HyperparameterError(f"{name} of {schedule} must be at least {least}; got {value:g}.")


def check_positive(schedule: str, **arguments: float) -> None:
    """Refuse arguments that are not positive.

    Raises:
        HyperparameterError: one is zero or less.
    """
    for name, value in arguments.items():
        if value <= 0:
            raise HyperparameterError(f"{name} of {schedule} must be greater than 0; got {value:g}.")


def check_order(schedule: str, **places: int) -> None:
    """Refuse phases that end before they start; only the last must not be empty.

    Raises:
        HyperparameterError: a place lies before the one that is given before it.
    """
    steps = list(places.values())
    if any(after < before for before, after in pairwise(steps)) or steps[-1] == steps[-2]:
        wanted = f"{' <= '.join(list(places)[:-1])} < {list(places)[-1]}"
        raise HyperparameterError(f"{schedule} needs {wanted}; got {', '.join(map(str, steps))}.")
