"""The loss with which a training begins."""

import math

import numpy as np

from ravine.landscapes.networks._problem import Problem


def check_first_loss(problem: Problem, loss: float) -> None:
    """Refuse to train from where the loss is not finite.

    Raises:
        ValueError: naming the loss and how large the inputs are.
    """
    if not math.isfinite(loss):
        most = np.abs(problem.data.train.inputs).max()
        raise ValueError(
            f"The training loss of {problem.network.title} on {problem.data.title} is {loss:g} at the start, "
            f"before any step; scale the inputs, which reach {most:.3g}, to about 1."
        )
