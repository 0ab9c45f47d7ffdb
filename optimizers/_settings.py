"""From the text of an optimizer to its setting, and back."""

import re
from typing import Any

from ravine.optimizers._optimizer import HyperparameterError, Optimizer, Setting
from ravine.optimizers._schedule import ChosenSchedule, read_schedule
from ravine.optimizers._spec import Call, Spec, Value, format_spec, parse_spec


def read_setting(text: str) -> Setting:
    """The setting that a text such as "adam@fast:learning_rate=0.1" describes.

    Raises:
        SpecError: the text does not follow the grammar.
        UnknownNameError: the catalogue has no such optimizer.
        HyperparameterError: the rule has no such hyper-parameter, or it cannot take the value.
    """
    return _setting(parse_spec(text), text)


def write_setting(setting: Setting) -> str:
    """The text that `read_setting` reads as this setting.

    Raises:
        ValueError: the setting holds what has no text, such as an array, or a rule that is not the
            catalogue's.
    """
    text = format_spec(_spec(setting))
    if read_setting(text) != setting:
        raise ValueError(f"{text!r} would be read as another optimizer than it was written for.")
    return text


def _spec(setting: Setting) -> Spec:
    from ravine.optimizers import catalogue

    title = setting.optimizer.title
    if not catalogue.holds(setting.optimizer):
        raise ValueError(f"The rule {title!r} is not one of the catalogue; no text names it.")
    return Spec(
        name=setting.optimizer.name,
        label=None if setting.label == title else setting.label,
        hyperparameters=tuple((key, _written(value)) for key, value in setting.hyperparameters.items()),
    )


def _written(value: Any) -> Value:
    if isinstance(value, Setting):
        return _spec(value)
    return value.call if isinstance(value, ChosenSchedule) else value


def _setting(spec: Spec, text: str) -> Setting:
    from ravine.optimizers import catalogue

    optimizer: Optimizer = catalogue.load(spec.name)
    chosen = {key: _value(value, text) for key, value in spec.hyperparameters}
    for key, value in chosen.items():
        try:
            optimizer.check({key: value})
        except HyperparameterError as error:
            raise HyperparameterError(f"Optimizer {text!r}: {error}{_place(key, text)}") from None
    return Setting(optimizer=optimizer, hyperparameters=chosen, label=spec.label or "")


def _place(key: str, text: str) -> str:
    """Where a text gives a value to `key`."""
    found = re.search(rf"(?<=[:,])\s*({re.escape(key)})\s*=", text)
    return f" (column {found.start(1) + 1})" if found else ""


def _value(value: Value, text: str) -> object:
    if isinstance(value, Call):
        try:
            return read_schedule(value)
        except ValueError as error:
            raise HyperparameterError(f"Optimizer {text!r}: {error}") from None
    return _setting(value, text) if isinstance(value, Spec) else value
