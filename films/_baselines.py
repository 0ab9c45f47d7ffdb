"""Runs that are stopped early, and the baseline runs beside them: without delay, or unstopped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ravine.films._series import held_out_losses
from ravine.landscapes import Landscape, stopping_step
from ravine.optimizers import Descent, Setting


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
        markers={name: places[at] for name, places in descent.markers.items()},
        series={name: np.where(taken, values, np.nan) for name, values in descent.series.items()},
        evaluations=descent.evaluations[at],
        diverged_at=descent.diverged_at if 0 <= descent.diverged_at <= step else np.array(-1),
    )


_ROOM = 3
"""The most runs beside each of which a copy without early stopping is shown."""


class ShownRun(NamedTuple):
    """A run that is shown.

    Attributes:
        setting: The optimizer with its hyper-parameters.
        leader: The place of the run whose learning rate it shares: its own, but for a control.
        stops: True if it is stopped early where that is asked for.
    """

    setting: Setting
    leader: int
    stops: bool = True


def without_controls(settings: Sequence[Setting]) -> tuple[ShownRun, ...]:
    """The settings alone."""
    return tuple(ShownRun(setting, place) for place, setting in enumerate(settings))


def with_controls(settings: Sequence[Setting], *, early_stopping: bool) -> tuple[ShownRun, ...]:
    """The settings, each followed by its control unless that is shown already."""
    shown: list[ShownRun] = []
    for setting in settings:
        place = len(shown)
        # Of a tuned control it is only known that its rate is its leader's.
        known = [*settings, *(run.setting for run in shown if not run.setting.needs_rate)]
        shown.append(ShownRun(setting, place))
        control = _without_delay(setting)
        if control is not None and not any(_is_same_run(control, other) for other in known):
            shown.append(ShownRun(control, place))
        if early_stopping and len(settings) <= _ROOM:
            unstopped = replace(setting, label=f"{setting.label}, not stopped")
            shown.append(ShownRun(unstopped, place, stops=False))
    return tuple(shown)


def _without_delay(setting: Setting) -> Setting | None:
    baseline = setting.optimizer.baseline
    if not baseline:
        return None
    hyperparameters = {**setting.hyperparameters, **baseline}
    return replace(setting, hyperparameters=hyperparameters, label=f"{setting.label}, no delay")


def _is_same_run(one: Setting, other: Setting) -> bool:
    alike = one.optimizer is other.optimizer and one.needs_rate == other.needs_rate
    return alike and one.complete == other.complete
