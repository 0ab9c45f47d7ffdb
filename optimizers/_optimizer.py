"""The record of an optimizer: an update rule with its facts."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from ravine.core.catalogue import Catalogue, check_documented
from ravine.optimizers._checks import HyperparameterError as HyperparameterError
from ravine.optimizers._checks import check_kind, check_real, shown

if TYPE_CHECKING:
    import optax

    from ravine.optimizers._asynchronous import Process

Hyperparameters: TypeAlias = Mapping[str, Any]
Rule: TypeAlias = "Callable[..., optax.GradientTransformation | Process]"

MarkerKind: TypeAlias = Literal["worker", "read", "look-ahead", "point"]
"""A worker's own parameters, the point that a stale gradient was taken at, the point to which momentum jumps
before the gradient is taken, or any other point beside the iterate."""

StepForm: TypeAlias = Literal["gradient", "heavy ball", "other"]
"""Minus the learning rate times the gradient; a multiple of the gradient, its weight decay included, plus
`momentum` times the step before; or anything else."""

RATE = "learning_rate"

_USUAL = {
    "lr": RATE,
    "rate": RATE,
    "eta": RATE,
    "step_size": RATE,
    "beta1": "b1",
    "beta2": "b2",
    "beta": "momentum",
    "mu": "momentum",
    "alpha": "decay",
    "epsilon": "eps",
}
"""The names that other libraries and papers have for a hyper-parameter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimizer:
    """An update rule with its facts.

    Attributes:
        rule: Builds the `optax.GradientTransformation`, or the `Process` of a method with several workers,
            from keyword arguments. Its defaults are the published ones, or the usual ones where the paper
            gives none.
        title: Its name as printed on a picture.
        equation: The update rule in LaTeX; lines are separated by two backslashes.
        hyperparameters: The meaning of each hyper-parameter in one line, in their order; of all of them or,
            as for a rule of one's own, of none.
        family: The group it belongs to: "plain", "momentum", "adaptive", ...
        paper: Authors and title.
        year: Of the paper.
        address: The paper's web address.
        about: Its strengths and weaknesses, in one sentence.
        libraries: The differences of libraries from the published rule, if any.
        iterate: The field of the rule's state that holds the published iterate, for a rule whose
            gradients are taken elsewhere; the parameters themselves unless given.
        markers: The points that the rule shows beside its iterate: the name on the picture, and the field of
            its state that holds the point ("params" for the point where gradients are taken), or an array of
            points, which are numbered.
        marker_kinds: The kind of each marker that is not just a point.
        unconnected: The markers that no line connects with the iterate.
        step_form: The formula of its step, for what is computed from steps.
        series: The number that each step was taken with: its name, and the field of the rule's state that
            holds the number after the step.
        evaluations: The field of the rule's state that counts evaluations of the loss, the gradient and the
            Hessian, for a rule that does not take one gradient a step.
        inner: The name of the rule that a wrapper wraps unless it is given another, as `inner`.
        baseline: The hyper-parameters with which nothing is delayed, for a method that is shown beside
            itself without delay.
        tuned: True if a learning rate that is not given is found by trying; not so for a rule that sets its
            own.
        name: The catalogue's name, which is the rule's.

    Example:
        >>> from ravine import optimizers
        >>> adam = optimizers.load("adam")
        >>> adam.year, adam.defaults["b1"], adam.has_rate
        (2015, 0.9, True)
    """

    rule: Rule
    title: str
    equation: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    family: str = "custom"
    paper: str = ""
    year: int | None = None
    address: str = ""
    about: str = ""
    libraries: str = ""
    iterate: str | None = None
    markers: Mapping[str, str] = field(default_factory=dict)
    marker_kinds: Mapping[str, MarkerKind] = field(default_factory=dict)
    unconnected: tuple[str, ...] = ()
    step_form: StepForm = "other"
    series: Mapping[str, str] = field(default_factory=dict)
    evaluations: str = ""
    inner: str = ""
    baseline: Mapping[str, Any] = field(default_factory=dict)
    tuned: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.rule.__name__)
        if self.hyperparameters:
            check_documented(self.name, self.hyperparameters, self.defaults)
        self._check_markers()
        if self.step_form == "heavy ball" and "momentum" not in {*self.series, *self.defaults}:
            raise ValueError(
                f"The step of {self.name} is one of heavy-ball momentum: name its hyper-parameter, or the "
                "series that holds it, momentum."
            )

    def _check_markers(self) -> None:
        for name in (*self.marker_kinds, *self.unconnected):
            if name not in self.markers:
                known = ", ".join(self.markers) or "none"
                raise ValueError(f"{self.name} has no marker {name!r}; its markers are {known}.")
        for name, kind in self.marker_kinds.items():
            if kind not in get_args(MarkerKind):
                kinds = ", ".join(get_args(MarkerKind))
                raise ValueError(f"The kind of a marker is one of {kinds}; got {kind!r} for {name!r}.")

    @classmethod
    def of(cls, rule: "Rule | optax.GradientTransformation", *, title: str = "") -> "Optimizer":
        """The optimizer of an optax transformation, or of a function that builds one.

        Args:
            rule: The transformation, such as `optax.lion(0.001)`, or its builder, such as `optax.lion`, whose
                keyword arguments are then hyper-parameters.
            title: Its name in the legend; the function's name, or "optax", unless given.

        Example:
            >>> import optax
            >>> Optimizer.of(optax.lion).defaults["b1"]
            0.9
        """
        if callable(rule):
            name = getattr(rule, "__name__", "optimizer")
            return cls(rule=rule, title=title or name, name=name)
        name = title or "optax"
        return cls(rule=lambda: rule, title=name, name=name)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The hyper-parameters with their defaults; `inspect.Parameter.empty` where one must be given."""
        parameters = inspect.signature(self.rule).parameters.values()
        named = (p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
        return {parameter.name: parameter.default for parameter in named}

    def build(self, **hyperparameters: Any) -> Any:
        """Build the rule from hyper-parameters, whose real numbers JAX may be tracing.

        Raises:
            HyperparameterError: the rule decides by the value of one of them in Python.
        """
        try:
            return self.rule(**hyperparameters)
        except TypeError as error:
            from jax.errors import ConcretizationTypeError

            if not isinstance(error, ConcretizationTypeError):
                raise
            raise HyperparameterError(
                f"{self.name} needs the value of a hyper-parameter in Python, as in 'if learning_rate > 0', "
                f"but runs at many values at once: use jax.numpy there, or give {self.name}(0.1) in place of "
                f"{self.name}."
            ) from None

    @property
    def has_rate(self) -> bool:
        """True if the rule has a learning rate."""
        return RATE in self.defaults

    def check(self, hyperparameters: Hyperparameters) -> dict[str, Any]:
        """Check hyper-parameters, and make whole numbers real where the rule's default is real.

        Args:
            hyperparameters: Values by name, those that are not the default.

        Raises:
            HyperparameterError: the rule has no such key, or the value is of another kind.
        """
        return {key: self._check_one(key, value) for key, value in hyperparameters.items()}

    def _check_one(self, key: str, value: Any) -> Any:
        if key not in self.defaults:
            usual = [_USUAL[key]] if _USUAL.get(key) in self.defaults else []
            near = usual or difflib.get_close_matches(key, self.defaults, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            if self.inner and not near:
                hint = f" Give it to the rule inside: {self.name}:inner=({self.inner}:{key}=...)."
            known = ", ".join(self.defaults) or "none"
            raise HyperparameterError(f"{self.name} has no hyper-parameter {key!r}.{hint} It has {known}.")
        default = self.defaults[key]
        if key == RATE or isinstance(default, float):
            if key == RATE and (hasattr(value, "rates") or (callable(value) and not hasattr(value, "rule"))):
                return value
            return check_real(self.name, key, value, hint=_hint_of_schedule(value) if key == RATE else "")
        if self.inner and key == "inner":
            return _as_inner(self.name, value)
        return check_kind(
            self.name, key, value, default=default, counts=default is None and self._counts(key)
        )

    def _counts(self, key: str) -> bool:
        """True if a hyper-parameter that may be none is a whole number otherwise."""
        kinds = get_args(inspect.signature(self.rule).parameters[key].annotation)
        return int in kinds and float not in kinds


def _hint_of_schedule(value: Any) -> str:
    from ravine.optimizers._schedule import catalogue as schedules

    if not isinstance(value, str) or value not in schedules.names():
        return ""
    return f" A schedule stands with its arguments: 'ravine show {value}' lists them."


@dataclass(frozen=True, kw_only=True)
class Setting:
    """An optimizer with chosen hyper-parameters, under the label that a legend shows.

    Args:
        optimizer: The rule.
        hyperparameters: Values by name, over the rule's defaults. They may be arrays: a descent is batched
            over them.
        label: The name in the legend; the optimizer's title unless given.

    Raises:
        HyperparameterError: the rule has no such hyper-parameter, or the value is of another kind.

    Example:
        >>> from ravine import optimizers
        >>> fast = Setting(optimizer=optimizers.load("adam"), hyperparameters={"learning_rate": 1})
        >>> fast.complete["learning_rate"], fast.complete["b1"], fast.label
        (1.0, 0.9, 'Adam')
    """

    optimizer: Optimizer
    hyperparameters: Hyperparameters = field(default_factory=dict)
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hyperparameters", self.optimizer.check(self.hyperparameters))
        if not self.label:
            object.__setattr__(self, "label", self.optimizer.title)

    def check_complete(self) -> None:
        """Refuse a setting that lacks a hyper-parameter without a default.

        Raises:
            HyperparameterError: naming what is missing.
        """
        missing = ", ".join(key for key in self.optimizer.defaults if key not in self.complete)
        if missing:
            raise HyperparameterError(f"{self.optimizer.name} needs a value for {missing}.")

    @property
    def complete(self) -> dict[str, Any]:
        """Every hyper-parameter: the chosen ones over the defaults, without those that have no value."""
        name, inner = self.optimizer.name, self.optimizer.inner
        wrapped = {"inner": _as_inner(name, inner)} if inner else {}
        chosen = {**self.optimizer.defaults, **wrapped, **self.hyperparameters}
        return {key: value for key, value in chosen.items() if value is not inspect.Parameter.empty}

    @property
    def iterate(self) -> str | None:
        """The field of the state that holds the published iterate, of the rule inside where that has one."""
        inner = (value.iterate for value in self.complete.values() if isinstance(value, Setting))
        return self.optimizer.iterate or next(filter(None, inner), None)

    @property
    def marker_kinds(self) -> dict[str, MarkerKind]:
        """The kind of each marker, those of the rule inside included."""
        inner = (value.marker_kinds for value in self.complete.values() if isinstance(value, Setting))
        own: dict[str, MarkerKind] = {
            name: self.optimizer.marker_kinds.get(name, "point") for name in self.optimizer.markers
        }
        return {name: kind for kinds in (*inner, own) for name, kind in kinds.items()}

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the numbers that its steps are taken with, those of the rule inside included."""
        inner = (value.series for value in self.complete.values() if isinstance(value, Setting))
        own = (RATE,) if is_schedule(self.complete.get(RATE)) else ()
        return tuple(dict.fromkeys(name for names in (*inner, own, self.optimizer.series) for name in names))

    @property
    def rate_owner(self) -> "Setting | None":
        """The setting whose learning rate there is to choose: this one, or that of the rule inside it."""
        if self.optimizer.has_rate:
            return self if self.optimizer.tuned else None
        return self.complete["inner"].rate_owner if self.optimizer.inner else None

    @property
    def needs_rate(self) -> bool:
        """True if there is a learning rate to choose, and none is given."""
        owner = self.rate_owner
        return owner is not None and RATE not in owner.hyperparameters

    def with_rate(self, rate: Any) -> "Setting":
        """The setting with another learning rate, in the rule inside if that has it."""
        if self.optimizer.has_rate:
            return replace(self, hyperparameters={**self.hyperparameters, RATE: rate})
        inner = self.complete["inner"].with_rate(rate)
        return replace(self, hyperparameters={**self.hyperparameters, "inner": inner})


def is_schedule(rate: Any) -> bool:
    """Tell whether a learning rate is one of the catalogue's schedules, or a function of the step."""
    return hasattr(rate, "rates") or callable(rate)


def _as_inner(outer: str, value: Any) -> "Setting":
    """Make the setting of a rule inside another one."""
    if isinstance(value, Setting):
        return value
    if isinstance(value, str):
        loaded: Any = catalogue.load(value)
        return Setting(optimizer=loaded)
    if isinstance(value, Optimizer):
        return Setting(optimizer=value)
    if callable(value) or hasattr(value, "update"):
        made: Any = value
        return Setting(optimizer=Optimizer.of(made))
    raise HyperparameterError(f"inner of {outer} must be an optimizer, such as adam; got {shown(value)}.")


catalogue: Catalogue[Optimizer] = Catalogue(
    package="ravine.optimizers.rules", variable="OPTIMIZER", kind="optimizer"
)
