"""Optimizers as they are given, as settings under labels of their own."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from ravine.optimizers import Optimizer, Setting, catalogue, read_setting


def as_setting(optimizer: Any) -> Setting:
    """The setting of a text, a setting, an optimizer of the catalogue or an optax transformation."""
    if isinstance(optimizer, Setting):
        return _as_it_is_now(optimizer)
    if isinstance(optimizer, str):
        return read_setting(optimizer)
    if isinstance(optimizer, Optimizer):
        return _as_it_is_now(Setting(optimizer=optimizer))
    return Setting(optimizer=Optimizer.of(optimizer))


def _as_it_is_now(setting: Setting) -> Setting:
    """A user's rule for programs of its own: what it closes over may have changed since."""
    optimizer, chosen = setting.optimizer, setting.hyperparameters
    return replace(
        setting,
        optimizer=optimizer if catalogue.holds(optimizer) else replace(optimizer),
        hyperparameters={k: _as_it_is_now(v) if isinstance(v, Setting) else v for k, v in chosen.items()},
    )


def with_own_labels(settings: Sequence[Setting]) -> tuple[Setting, ...]:
    """Number the labels that several runs share."""
    given = [setting.label for setting in settings]
    taken = {label for label in given if given.count(label) == 1}
    own = []
    for setting in settings:
        label = setting.label
        if label not in taken or label in (run.label for run in own):
            label = next(f"{label} {n}" for n in count(1) if f"{label} {n}" not in taken)
            taken.add(label)
        own.append(replace(setting, label=label))
    return tuple(own)
