"""Runs beside themselves without what is to be seen: without delay, or without being stopped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ravine.optimizers import Setting

_ROOM = 3
"""Up to so many runs are each shown beside themselves unstopped."""


class Shown(NamedTuple):
    """A run that is shown.

    Attributes:
        setting: What runs.
        leader: The place of the run whose learning rate it shares: its own, but for a control.
        stops: Whether it is stopped early where that is asked for.
    """

    setting: Setting
    leader: int
    stops: bool = True


def without_controls(settings: Sequence[Setting]) -> tuple[Shown, ...]:
    """The settings alone."""
    return tuple(Shown(setting, place) for place, setting in enumerate(settings))


def with_controls(settings: Sequence[Setting], *, early_stopping: bool) -> tuple[Shown, ...]:
    """The settings, each followed by its control unless that is shown already."""
    shown: list[Shown] = []
    for setting in settings:
        place = len(shown)
        # Of a tuned control it is only known that its rate is its leader's.
        known = [*settings, *(run.setting for run in shown if not run.setting.needs_rate)]
        shown.append(Shown(setting, place))
        control = _without_delay(setting)
        if control is not None and not any(_is_same_run(control, other) for other in known):
            shown.append(Shown(control, place))
        if early_stopping and len(settings) <= _ROOM:
            unstopped = replace(setting, label=f"{setting.label}, not stopped")
            shown.append(Shown(unstopped, place, stops=False))
    return tuple(shown)


def _without_delay(setting: Setting) -> Setting | None:
    control = setting.optimizer.control
    if not control:
        return None
    hyperparameters = {**setting.hyperparameters, **control}
    return replace(setting, hyperparameters=hyperparameters, label=f"{setting.label}, no delay")


def _is_same_run(one: Setting, other: Setting) -> bool:
    alike = one.optimizer is other.optimizer and one.needs_rate == other.needs_rate
    return alike and one.complete == other.complete
