"""Early stopping: a run that stays where it is once its held-out loss no longer falls."""

import numpy as np

from ravine.gallery._series import held_out_losses
from ravine.landscapes import Landscape, stopping_step
from ravine.optimizers import Descent


def stop_early(descent: Descent, landscape: Landscape, *, patience: int) -> tuple[Descent, int | None]:
    """The run, and the step at which it was stopped, if it was."""
    step = stopping_step(held_out_losses(descent, landscape), patience=patience)
    return (descent, None) if step is None else (_held(descent, step), step)


def _held(descent: Descent, step: int) -> Descent:
    """The run up to a step, and from there on where it was then."""
    at = np.minimum(np.arange(len(descent.points)), step)
    taken = np.arange(len(descent.points) - 1) < step
    return descent._replace(
        points=descent.points[at],
        losses=descent.losses[at],
        gradients=descent.gradients[at],
        balls={name: places[at] for name, places in descent.balls.items()},
        series={name: np.where(taken, values, np.nan) for name, values in descent.series.items()},
        evaluations=descent.evaluations[at],
        diverged_at=descent.diverged_at if 0 <= descent.diverged_at <= step else np.array(-1),
    )
