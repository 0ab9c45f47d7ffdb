"""The parts of a setting that are fixed at compilation, and those that are traced."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import optax
from jaxtyping import Float

from ravine.optimizers._asynchronous import Process
from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._optimizer import RATE, Optimizer, Setting
from ravine.optimizers._rule import scheduled, scheduled_process

_BY_STEP = "learning_rate by step"
"""The traced value that stands for a schedule: its rates, one a step."""


class Program(NamedTuple):
    """An optimizer with the hyper-parameters that are no real numbers; a rule inside it is a program too."""

    optimizer: Optimizer
    options: tuple[tuple[str, Any], ...]
    has_schedule: bool = False

    def build(self, traced: Mapping[str, Any]) -> "optax.GradientTransformationExtraArgs | Process":
        """The rule with its traced hyper-parameters."""
        values = dict(traced)
        for key, option in self.options:
            values[key] = option.build_inner(values.get(key, {})) if isinstance(option, Program) else option
        if self.has_schedule:
            return _under_schedule(self.optimizer, values)
        rule = self.optimizer.build(**values)
        return rule if isinstance(rule, Process) else optax.with_extra_args_support(rule)

    def build_inner(self, traced: Mapping[str, Any]) -> optax.GradientTransformationExtraArgs:
        """The rule for a rule around it.

        Raises:
            HyperparameterError: it is a method with several workers.
        """
        method = self.build(traced)
        if isinstance(method, Process):
            raise HyperparameterError(
                f"{self.optimizer.name} has several workers: it cannot stand inside another rule."
            )
        return method

    @property
    def series(self) -> dict[str, str]:
        """The numbers that its steps are taken with, by name: the field of the state that holds each."""
        own = {RATE: "scheduled_rate"} if self.has_schedule else {}
        inner = (option.series for _, option in self.options if isinstance(option, Program))
        return {name: at for series in (*inner, own, self.optimizer.series) for name, at in series.items()}

    @property
    def iterate(self) -> str | None:
        """The field of the state that holds the published iterate, of the rule inside where that has one."""
        inner = (option.iterate for _, option in self.options if isinstance(option, Program))
        return self.optimizer.iterate or next(filter(None, inner), None)

    @property
    def markers(self) -> dict[str, str]:
        """The points shown beside the iterate, those of the rule inside included."""
        inner = (option.markers for _, option in self.options if isinstance(option, Program))
        return {name: at for markers in (*inner, self.optimizer.markers) for name, at in markers.items()}

    @property
    def evaluations(self) -> str:
        """The field of the state that counts evaluations, of the rule inside where that counts them."""
        inner = (option.evaluations for _, option in self.options if isinstance(option, Program))
        return self.optimizer.evaluations or next(filter(None, inner), "")


def _under_schedule(
    optimizer: Optimizer, values: dict[str, Any]
) -> "optax.GradientTransformationExtraArgs | Process":
    rate = values.pop(_BY_STEP) if _BY_STEP in values else values.pop(RATE)
    rule: Any = optimizer.build
    if not isinstance(rule(learning_rate=1.0, **values), Process):
        return scheduled(rule, learning_rate=rate, **values)
    if getattr(rate, "follows_loss", False):
        raise HyperparameterError(
            f"{optimizer.name} does not see the loss, which {rate} follows: give another schedule."
        )
    return scheduled_process(rule, learning_rate=rate, **values)


def draws_of(setting: Setting) -> int:
    """The number of minibatches that a step of the setting's method draws.

    Args:
        setting: The method, all its hyper-parameters given or not.

    Example:
        >>> from ravine.optimizers import read_setting
        >>> draws_of(read_setting("adam")), draws_of(read_setting("easgd:workers=4,mode=sync"))
        (1, 4)
    """
    if setting.optimizer.inner:
        return 1
    some_rate = {RATE: 1.0} if setting.optimizer.has_rate else {}
    unchosen = dict.fromkeys(setting.optimizer.defaults, 1.0)
    of_one_lane = {
        key: value.flat[0] if isinstance(value, np.ndarray) else value
        for key, value in setting.complete.items()
    }
    method: Any = setting.optimizer.rule(**{**unchosen, **of_one_lane, **some_rate})
    return method.draws if isinstance(method, Process) else 1


class Lanes(NamedTuple):
    """One optimizer's batch, flattened to a single axis."""

    program: Program
    traced: Mapping[str, Any]
    starts: Float[np.ndarray, "lanes 2"]
    batch: tuple[int, ...]

    @classmethod
    def of(cls, setting: Setting, starts: Float[np.ndarray, "*batch 2"], *, steps: int) -> "Lanes":
        """Broadcast a setting's real hyper-parameters against its starts.

        Raises:
            HyperparameterError: a hyper-parameter without a default is not given.
        """
        program, real = _divide(setting, steps)
        batch = np.broadcast_shapes(starts.shape[:-1], *_shapes(real))
        return cls(
            program=program,
            traced=_flat(real, batch),
            starts=np.broadcast_to(starts, (*batch, 2)).reshape(-1, 2),
            batch=batch,
        )


def _divide(setting: Setting, steps: int) -> tuple[Program, dict[str, Any]]:
    """A setting's program, and its real numbers by key; those of a rule inside it are a mapping again."""
    setting.check_complete()
    real: dict[str, Any] = {}
    options: dict[str, Any] = {}
    has_schedule = False
    for key, value in setting.complete.items():
        if isinstance(value, Setting):
            options[key], real[key] = _divide(value, steps)
        elif key == RATE and (hasattr(value, "rates") or callable(value)):
            has_schedule = True
            _divide_schedule(value, real, options, steps)
        elif _is_real(value):
            real[key] = np.asarray(value, dtype=np.float64)
        else:
            options[key] = value
    return Program(setting.optimizer, tuple(sorted(options.items())), has_schedule), real


def _divide_schedule(schedule: Any, real: dict[str, Any], options: dict[str, Any], steps: int) -> None:
    """A schedule that follows the count is traced as its rates; one that follows the loss is fixed."""
    if getattr(schedule, "follows_loss", False):
        options[RATE] = schedule
    elif hasattr(schedule, "rates"):
        real[_BY_STEP] = np.asarray(schedule.rates(steps + 1), dtype=np.float64)
    else:
        counts = np.arange(steps + 1, dtype=np.float64)
        real[_BY_STEP] = np.array([schedule(count) for count in counts], dtype=np.float64)


def _is_real(value: Any) -> bool:
    return isinstance(value, float) or (hasattr(value, "dtype") and np.issubdtype(value.dtype, np.floating))


def _shapes(real: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    for key, value in real.items():
        if isinstance(value, dict):
            yield from _shapes(value)
        elif key != _BY_STEP:
            yield value.shape


def _flat(real: Mapping[str, Any], batch: tuple[int, ...]) -> dict[str, Any]:
    lanes = int(np.prod(batch))
    flat: dict[str, Any] = {}
    for key, value in real.items():
        if isinstance(value, dict):
            flat[key] = _flat(value, batch)
        elif key == _BY_STEP:
            flat[key] = np.broadcast_to(value, (lanes, len(value)))
        else:
            flat[key] = np.broadcast_to(value, batch).reshape(-1)
    return flat
