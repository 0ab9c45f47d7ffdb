"""Methods that have delays beside themselves without them."""

from collections.abc import Sequence
from dataclasses import replace

from ravine.optimizers import Setting


def with_controls(settings: Sequence[Setting]) -> tuple[tuple[Setting, ...], tuple[int, ...]]:
    """The settings, each delayed one followed by its control, unless that is among them already.

    Returns:
        The settings, and for each the place of the one whose learning rate it shares: its own, but for a
        control.
    """
    shown: list[Setting] = []
    leaders: list[int] = []
    for setting in settings:
        shown.append(setting)
        leaders.append(len(shown) - 1)
        control = _control_of(setting)
        if control is not None and not any(_is_same_run(control, other) for other in settings):
            leaders.append(len(shown) - 1)
            shown.append(control)
    return tuple(shown), tuple(leaders)


def _control_of(setting: Setting) -> Setting | None:
    control = setting.optimizer.control
    if not control:
        return None
    hyperparameters = {**setting.hyperparameters, **control}
    return replace(setting, hyperparameters=hyperparameters, label=f"{setting.label}, no delay")


def _is_same_run(one: Setting, other: Setting) -> bool:
    return one.optimizer is other.optimizer and one.complete == other.complete
