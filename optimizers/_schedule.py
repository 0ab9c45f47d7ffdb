"""The record of a learning-rate schedule, and a schedule with its arguments."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args, get_origin

from ravine.core.catalogue import Catalogue, check_documented
from ravine.optimizers._checks import HyperparameterError
from ravine.optimizers._spec import Call, format_value

if TYPE_CHECKING:
    import numpy as np
    import optax
    from jaxtyping import Float

    Rates: TypeAlias = optax.Schedule | optax.GradientTransformationExtraArgs

Argument: TypeAlias = bool | int | float | str


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """A learning-rate schedule with its facts.

    Attributes:
        rule: Builds the schedule from its arguments in their order: an optax schedule, which is a function of
            the count of steps before this one, or for one that follows the loss a transformation that turns a
            one into the step's rate. Its annotations say what each argument may be.
        title: Its name as printed.
        equation: The rate in LaTeX; lines are separated by two backslashes.
        arguments: The meaning of each argument in one line, in their order.
        paper: Authors and title.
        year: Of the paper.
        address: The paper's web address.
        about: Its strengths and weaknesses, in one sentence.
        libraries: The differences of libraries from it, if any.
        follows_loss: True if the rate depends on the loss, and not on the count alone.
        name: The catalogue's name, which is the rule's.
    """

    rule: "Callable[..., Rates]"
    title: str
    equation: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    paper: str = ""
    year: int | None = None
    address: str = ""
    about: str = ""
    libraries: str = ""
    follows_loss: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.rule.__name__)
        check_documented(self.name, self.arguments, [parameter.name for parameter in self.parameters])

    @cached_property
    def parameters(self) -> tuple[inspect.Parameter, ...]:
        """The arguments in their order, with what each may be and its default."""
        return tuple(inspect.signature(self.rule).parameters.values())

    @property
    def signature(self) -> str:
        """The text that it is written as, such as "cosine(rate, steps, final=0.0)"."""
        return f"{self.name}({', '.join(map(write_parameter, self.parameters))})"

    def check(self, args: tuple[Any, ...]) -> tuple[Argument, ...]:
        """The arguments, with whole numbers that were written as reals made whole where steps are counted.

        Raises:
            HyperparameterError: there are too few or too many, or one is of another kind.
        """
        least = sum(parameter.default is parameter.empty for parameter in self.parameters)
        most = len(self.parameters)
        if not least <= len(args) <= most:
            takes = str(most) if least == most else f"{least} to {most}"
            plural = "" if takes == "1" else "s"
            raise HyperparameterError(f"{self.signature} takes {takes} argument{plural}; got {len(args)}.")
        return tuple(
            self._check_one(parameter, value) for parameter, value in zip(self.parameters, args, strict=False)
        )

    def _check_one(self, parameter: inspect.Parameter, value: Any) -> Argument:
        kind = parameter.annotation
        if kind is int and _is_number(value) and value == int(value) >= 0:
            return int(value)
        if (kind is float and _is_number(value)) or (kind is bool and isinstance(value, bool)):
            return value
        if isinstance(value, str) and value in get_args(kind):
            return value
        got = repr(value) if isinstance(value, str) else format_value(value)
        raise HyperparameterError(f"{parameter.name} of {self.name} must be {_wanted(kind)}; got {got}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _wanted(kind: Any) -> str:
    if get_origin(kind) is Literal:
        *others, last = get_args(kind)
        return f"{', '.join(others)} or {last}"
    return {int: "a whole number, at least 0", float: "a number", bool: "true or false"}[kind]


def write_parameter(parameter: inspect.Parameter) -> str:
    """An argument as a schedule's signature has it, such as "final=0.0"."""
    if parameter.default is parameter.empty:
        return parameter.name
    return f"{parameter.name}={format_value(parameter.default)}"


@dataclass(frozen=True, kw_only=True)
class ChosenSchedule:
    """A schedule with its arguments, which reads back from its text.

    Raises:
        HyperparameterError: the schedule does not take these arguments.
    """

    schedule: Schedule
    args: tuple[Any, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", self.schedule.check(self.args))
        self.build()

    def __str__(self) -> str:
        return format_value(self.call)

    @property
    def call(self) -> Call:
        """The schedule as the grammar of optimizers writes it."""
        return Call(name=self.schedule.name, args=self.args)

    @property
    def follows_loss(self) -> bool:
        """True if the rate depends on the loss, and not on the count alone."""
        return self.schedule.follows_loss

    def build(self) -> "Rates":
        """The schedule in optax's form."""
        return self.schedule.rule(*self.args)

    def rates(self, steps: int) -> "Float[np.ndarray, ' steps']":
        """The rate of each step, in float64.

        Raises:
            ValueError: the rate follows the loss, so that no step's is known beforehand.
        """
        if self.follows_loss:
            raise ValueError(f"The rates of {self} follow the loss: descend with it to see them.")
        import jax
        import numpy as np

        with jax.enable_x64(True):
            rate = cast("optax.Schedule", self.build())
            return np.asarray(jax.jit(jax.vmap(rate))(np.arange(steps, dtype=np.float64)))


def read_schedule(call: Call) -> ChosenSchedule:
    """The schedule that a call such as `cosine(0.1,100)` describes.

    Raises:
        UnknownNameError: no schedule has this name.
        HyperparameterError: the schedule does not take these arguments.
    """
    loaded: Any = catalogue.load(call.name)
    return ChosenSchedule(schedule=loaded, args=call.args)


catalogue: Catalogue[Schedule] = Catalogue(
    package="ravine.optimizers.schedules", variable="SCHEDULE", kind="schedule"
)
