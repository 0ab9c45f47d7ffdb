"""What every study has to choose: what is trained on what, how, and the look of the picture."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, Self, Union, get_args, get_origin, get_type_hints

import numpy as np

from ravine.core.recipe import (
    LARGEST,
    MOST_STEPS,
    SMALLEST,
    RecipeError,
    check_keys,
    check_optimizers,
    in_a_list,
    name_of,
    read_size,
    texts_of,
)
from ravine.landscapes.networks import training_examples

MOST_POINTS = 100_000
"""On a line or a curve."""

_POSITIVE = ("steps", "keep_every", "early_stopping", "memory")
_NOT_NEGATIVE = ("seed", "weight_decay")
_MOST = {"steps": MOST_STEPS, "seed": 2**31 - 1}
_NAMES: Mapping[type, str] = {
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    str: "a text",
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is studied and how it looks.

    Attributes:
        networks: Texts such as "mlp:activation=tanh"; a curve or a row each where a picture has several.
        data: "digits", "mnist", "moons", or the path of a .npz file with x and y.
        optimizers: Texts such as "momentum:learning_rate=0.05". A rate that is not given is found by trying.
        steps: Minibatches that a training sees.
        batch_size: How many examples each of them holds, or "full"; one for all runs, or one for each
            optimizer. Unless given it is 100, or all where there are fewer to train on.
        batch_order: How they are drawn.
        keep_every: Iterates are kept every so many steps.
        weight_decay: This times the parameters is added to every gradient.
        early_stopping: Stop once the test loss, measured at the iterates that are kept, has not improved for
            so many steps.
        seed: Of the initial weights, the minibatches and the directions.
        batch_norm: By the stored statistics, or by those of the training examples at each point; each command
            says what it takes unless this is given.
        objective: A loss in place of a network's: a function of a pytree, an `Objective`, or
            "package.module:name".
        points: Checkpoints, or from Python pytrees, in place of trained networks.
        fixed: Patterns such as "encoder.*" on the names of leaves that are held fixed, besides the stored
            statistics and counters of the usual frameworks; "none" takes those for parameters too.
        memory: What the evaluation of many points may take, in megabytes.
        keep: Keep trained networks and half-done grids in the user's cache folder.
        about: What to watch for.
    """

    default_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "recomputed"

    networks: tuple[str, ...] = ("mlp",)
    data: str = "digits"
    optimizers: tuple[Any, ...] = ("momentum:learning_rate=0.05",)
    steps: int = 1000
    batch_size: tuple[int | str, ...] = (100,)
    batch_order: Literal["shuffled", "replacement"] = "shuffled"
    keep_every: int = 10
    weight_decay: float = 0.0
    early_stopping: int | None = None
    seed: int = 0
    batch_norm: Literal["inference", "recomputed"] | None = None
    objective: Any = None
    points: tuple[Any, ...] = ()
    fixed: tuple[str, ...] = ()
    memory: int = 1024
    keep: bool = True
    theme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = (1280, 720)
    title: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is not ClassVar:
                check_kind(name, getattr(self, name), kind)
        self._check_numbers()
        check_optimizers(self.optimizers)
        for size in self.batch_size:
            if size != "full" and not (isinstance(size, int) and size >= 1):
                raise RecipeError(f"batch_size is a number of examples, 1 or more, or 'full'; got {size!r}.")
        if len(self.batch_size) not in (1, len(self.optimizers)):
            raise RecipeError(
                "batch_size is given once for all optimizers, or once for each; got "
                f"{len(self.batch_size)} of it and {len(self.optimizers)} of them."
            )
        if self.fixed and not self.points:
            raise RecipeError(
                "fixed is of points that are given; a network that is trained here moves as a whole. Give "
                "points, or leave fixed out."
            )

    def _check_numbers(self) -> None:
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise RecipeError(f"{name} must be at least 1; got {value}.")
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise RecipeError(f"{name} must not be negative; got {getattr(self, name)}.")
        for name, most in _MOST.items():
            if getattr(self, name) > most:
                raise RecipeError(f"{name} must be at most {most}; got {getattr(self, name)}.")
        for name in ("networks", "optimizers"):
            if not getattr(self, name):
                raise RecipeError(f"A study needs at least one of its {name}; got none.")
        if not all(SMALLEST <= side <= LARGEST for side in self.size):
            width, height = self.size
            raise RecipeError(f"Each side of size is {SMALLEST} to {LARGEST} pixels; got {width}x{height}.")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Choices from the keys and values of a file or a call.

        Raises:
            RecipeError: a key is unknown, or a value is of the wrong kind.
        """
        check_keys(values, {field.name for field in fields(cls)}, lacking="This study has no choice")
        if "batch_size" not in values:
            values = {**values, "batch_size": cls._usual_batch_size(values)}
        kinds = get_type_hints(cls)
        return cls(**{key: _plain(key, value, kinds[key]) for key, value in values.items()})

    @classmethod
    def _usual_batch_size(cls, values: Mapping[str, Any]) -> tuple[int | str, ...]:
        """The default, with no more examples than a file of data has to train on."""
        count = None if "objective" in values else training_examples(values.get("data", cls.data))
        return tuple(
            size if count is None or isinstance(size, str) else min(size, count) for size in cls.batch_size
        )

    def replace(self, **values: Any) -> Self:
        """The choices with others for some keys."""
        return type(self).of({**self._values, **values})

    def check_film(self) -> None:
        """Refuse a film that would show nothing; pictures are not its matter.

        Raises:
            ValueError: naming what is wrong.
        """

    @property
    def policy(self) -> Literal["inference", "recomputed"]:
        """Where the statistics of batch norm come from."""
        return self.batch_norm or self.default_batch_norm

    def described(self) -> str:
        """The choices as one line of JSON, without what has its default."""
        defaults = {field.name: field.default for field in fields(self)}
        chosen = {key: value for key, value in self._values.items() if not _same(value, defaults[key])}
        chosen.setdefault("seed", self.seed)
        if "optimizers" in chosen:
            chosen["optimizers"] = texts_of(self.optimizers)
        return json.dumps(chosen, default=name_of, ensure_ascii=False)

    @property
    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def check_kind(name: str, value: Any, kind: Any) -> None:
    """Refuse a value of another kind than its field's.

    Raises:
        RecipeError: naming the field, the value and what it may be.
    """
    if not _fits(value, kind):
        raise RecipeError(f"{name} must be {_said(kind)}; got {value!r}.")


def _fits(value: Any, kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if origin is Literal:
        return value in parts
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return len(each) == len(value) and all(map(_fits, value, each))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _said(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(str, parts))
    if origin in (Union, UnionType):
        return " or ".join(_said(part) for part in parts if part is not NoneType)
    if origin is tuple and parts[-1] is Ellipsis:
        return "a list" if parts[0] is Any else f"a list, each {_said(parts[0])}"
    if origin is tuple and len(set(parts)) == 1:
        return f"{len(parts)} values, each {_said(parts[0])}"
    if origin is tuple:
        return ", ".join(map(_said, parts[:-1])) + f" and {_said(parts[-1])}"
    return _NAMES.get(kind, "a value")


def _plain(key: str, value: Any, kind: Any) -> Any:
    if key in ("objective", "points"):
        return tuple(value) if isinstance(value, list) and key == "points" else value
    value = _of_python(in_a_list(value) if key == "optimizers" else value)
    if key == "size" and isinstance(value, str):
        return read_size(value)
    if key == "batch_size" and not isinstance(value, list | tuple):
        value = (value,)
    if key == "batch_size":
        return tuple(int(size) if isinstance(size, str) and size.isdecimal() else size for size in value)
    if key in ("networks", "optimizers", "fixed") and isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) and get_origin(kind) is not None else value


def _of_python(value: Any) -> Any:
    """NumPy's numbers and arrays, and paths, as Python's own."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return type(value)(map(_of_python, value)) if type(value) in (list, tuple) else value
    return str(value) if isinstance(value, Path) else value


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and not hasattr(value, "shape") and bool(value == default)
