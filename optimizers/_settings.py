"""Settings from texts, records and transformations, and back to texts; their labels and small print."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._optimizer import Optimizer, Setting, catalogue
from ravine.optimizers._schedule import ChosenSchedule, read_schedule
from ravine.optimizers._spec import Call, Spec, Value, format_spec, parse_spec


def read_setting(text: str) -> Setting:
    """Read an optimizer with its label and hyper-parameters from text.

    Args:
        text: As the command line has it: "adam", "adam@fast:learning_rate=0.1",
            "lookahead:inner=(adam:b1=0.8)".

    Raises:
        SpecError: the text does not follow the grammar.
        UnknownNameError: the catalogue has no such optimizer.
        HyperparameterError: the rule has no such hyper-parameter, or it cannot take the value.

    Example:
        >>> fast = read_setting("adam@fast:learning_rate=0.1")
        >>> fast.label, fast.hyperparameters
        ('fast', {'learning_rate': 0.1})
    """
    return _setting(parse_spec(text), text)


def write_setting(setting: Setting) -> str:
    """Write a setting as the text that `read_setting` reads as this very setting.

    Args:
        setting: An optimizer of the catalogue with its hyper-parameters.

    Raises:
        ValueError: the setting holds what has no text, such as an array, or a rule that is not the
            catalogue's.

    Example:
        >>> write_setting(read_setting("adam@fast:b1=.8"))
        'adam@fast:b1=0.8'
    """
    text = format_spec(_spec(setting))
    if read_setting(text) != setting:
        raise ValueError(f"{text!r} would be read as another optimizer than it was written for.")
    return text


def text_of(setting: Setting) -> str | None:
    """Write the text that reads as this setting; None where there is none.

    Example:
        >>> text_of(as_setting("adam").with_rate(0.1))
        'adam:learning_rate=0.1'
        >>> import optax
        >>> text_of(as_setting(optax.sgd(0.1))) is None
        True
    """
    try:
        return write_setting(setting)
    except ValueError:
        return None


def _spec(setting: Setting) -> Spec:
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
    optimizer: Optimizer = catalogue.load(spec.name)
    chosen = {key: _value(value, text) for key, value in spec.hyperparameters}
    for key, value in chosen.items():
        try:
            optimizer.check({key: value})
        except HyperparameterError as error:
            raise HyperparameterError(f"Optimizer {text!r}: {error}{_place(key, text)}") from None
    return Setting(optimizer=optimizer, hyperparameters=chosen, label=spec.label or "")


def _place(key: str, text: str) -> str:
    """The column in which a text gives a value to `key`, as the end of a sentence."""
    found = re.search(rf"(?<=[:,])\s*({re.escape(key)})\s*=", text)
    return f" (column {found.start(1) + 1})" if found else ""


def _value(value: Value, text: str) -> object:
    if isinstance(value, Call):
        try:
            return read_schedule(value)
        except ValueError as error:
            raise HyperparameterError(f"Optimizer {text!r}: {error}") from None
    return _setting(value, text) if isinstance(value, Spec) else value


def as_setting(optimizer: Any) -> Setting:
    """The setting of a text, a setting, an optimizer of the catalogue or an optax transformation.

    Example:
        >>> as_setting("adam:learning_rate=0.1").hyperparameters
        {'learning_rate': 0.1}
        >>> import optax
        >>> as_setting(optax.lion).complete["b1"]
        0.9
    """
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


def small_print(setting: Setting) -> str:
    """The rate, unless the rule sets its own, and what differs from the defaults, in the order as given."""
    defaults, complete = setting.optimizer.defaults, setting.complete
    always = {"learning_rate"} if setting.optimizer.tuned else set()
    names = {"learning_rate": "rate ", "inner": ""}
    in_order = dict.fromkeys(("learning_rate", *setting.hyperparameters, *complete))
    return " · ".join(
        f"{names.get(key, f'{key} ')}{_short(complete[key])}"
        for key in in_order
        if key in complete and (key in always or _is_telling(complete[key], defaults.get(key)))
    )


def _is_telling(value: object, default: object) -> bool:
    """Tell whether a hyper-parameter differs from its default and is short enough to be read."""
    recorded = isinstance(value, tuple) and (len(value) > 6 or any(isinstance(v, tuple) for v in value))
    return not recorded and value != default


def _short(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Setting):
        return f"{value.optimizer.name} {small_print(value)}".strip()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_short, value))}]"
    if callable(value):
        return str(getattr(value, "__name__", "schedule")).strip("<>")
    return f"{value:g}" if isinstance(value, float) else str(value)
