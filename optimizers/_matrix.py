"""Rules that hold a matrix with a row for each parameter."""

from ravine.optimizers._optimizer import HyperparameterError


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
