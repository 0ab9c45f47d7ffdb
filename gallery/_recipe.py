"""A recipe: everything that determines a film, in one record that a file can hold."""

import difflib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from ravine.landscapes import Landscape

Span = tuple[float, float, float, float]
"""(x0, x1, y0, y1)."""

MOST_STEPS = 100_000
SMALLEST = 64
LARGEST = 8192

COMMON_RULES = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")


class RecipeError(ValueError):
    """A recipe that makes no film; the message names the key, the value and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a film shows and how.

    Attributes:
        landscape: A name of the catalogue, a record, or from Python any function of a point.
        function: A formula in x and y, or "package.module:name", in place of `landscape`.
        domain: Where `function` is looked at.
        window: The part of the plane that is shown; the landscape's own unless given.
        optimizers: Texts such as "adam:learning_rate=0.1", or from Python settings, optimizers of the
            catalogue and optax transformations.
        start: Where all descents start; the landscape's own unless given.
        random_start: Draw the start from the window, by `seed`.
        rates: Whether a rate that is not given is tuned to the landscape or taken from the catalogue.
        seed: Of whatever is drawn at random.
        about: What to watch for.
    """

    landscape: str | Landscape | Callable[..., Any] = "beale"
    function: str | None = None
    domain: Span | None = None
    window: Span | None = None
    optimizers: tuple[Any, ...] = COMMON_RULES
    start: tuple[float, float] | None = None
    random_start: bool = False
    steps: int = 200
    rates: Literal["tuned", "published"] = "tuned"
    seed: int = 0
    view: Literal["contour", "surface"] = "contour"
    turn: float | None = None
    azimuth: float | None = None
    elevation: float | None = None
    size: tuple[int, int] = (1280, 720)
    theme: Literal["light", "dark", "radford"] = "light"
    panels: Literal["all", "legend", "none"] = "all"
    seconds: float = 8.0
    fps: float = 25.0
    hold: float = 2.0
    loops: int = 0
    steps_per_frame: float | None = None
    title: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        _check_kinds(self)
        _check_choices(self)
        _check_numbers(self)
        _check_limits(self)
        _check_camera(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Recipe":
        """A recipe from the keys and values of a file.

        Raises:
            RecipeError: a key is unknown, or a value is of the wrong kind.
        """
        known = {field.name for field in fields(cls)}
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else f" It has {', '.join(sorted(known))}."
                raise RecipeError(f"A recipe has no key {key!r}.{hint}")
        return cls(**{key: _plain(key, value) for key, value in values.items()})

    def replace(self, **values: Any) -> "Recipe":
        """The recipe with other values for some keys."""
        return Recipe.of({**_values(self), **values})

    @property
    def is_text(self) -> bool:
        """Whether a text holds all of it: names and formulas, but no function from a module or a session."""
        named = isinstance(self.landscape, str) and ":" not in (self.function or "")
        return named and all(isinstance(optimizer, str) for optimizer in self.optimizers)

    @property
    def computed_from(self) -> dict[str, Any]:
        """What the landscape and the runs depend on, unlike the picture of them."""
        return {key: value for key, value in _values(self).items() if key in _COMPUTED}

    def described(self) -> str:
        """The recipe as one line of JSON, without what has its default."""
        defaults = {field.name: field.default for field in fields(self)}
        chosen = {key: value for key, value in _values(self).items() if value != defaults[key]}
        chosen.setdefault("seed", self.seed)
        return json.dumps(chosen, default=_name_of, ensure_ascii=False)


def _values(recipe: Recipe) -> dict[str, Any]:
    """The recipe's values by key, as they are."""
    return {field.name: getattr(recipe, field.name) for field in fields(recipe)}


def _plain(key: str, value: Any) -> Any:
    if hasattr(value, "tolist") and key in (*_WHOLE, *_REAL, *_PAIRS):
        value = value.tolist()
    if key == "size" and isinstance(value, str):
        return read_size(value)
    if key in ("domain", "window") and isinstance(value, list | tuple):
        value = [bound for part in value for bound in (part if isinstance(part, list | tuple) else (part,))]
    return tuple(value) if isinstance(value, list) else value


def read_size(text: str) -> tuple[int, int]:
    """Width and height from a text such as "1280x720".

    Raises:
        RecipeError: the text is not of this form.
    """
    width, cross, height = text.lower().replace("×", "x").partition("x")
    if not (cross and width.strip().isdecimal() and height.strip().isdecimal()):
        raise RecipeError(f"A size is WIDTHxHEIGHT in pixels, such as 1280x720; got {text!r}.")
    return int(width), int(height)


def _check_kinds(recipe: Recipe) -> None:
    for key, kind, what in _KINDS:
        value = getattr(recipe, key)
        if not isinstance(value, kind):
            raise RecipeError(f"{key} must be {what}; got {value!r}.")
    if not (isinstance(recipe.landscape, str | Landscape) or callable(recipe.landscape)):
        raise RecipeError(f"landscape must be a name or a function of a point; got {recipe.landscape!r}.")
    for optimizer in recipe.optimizers:
        if not (
            isinstance(optimizer, str)
            or callable(optimizer)
            or hasattr(optimizer, "rule")
            or hasattr(optimizer, "optimizer")
            or hasattr(optimizer, "update")
        ):
            raise RecipeError(
                "optimizers must be texts such as 'adam:learning_rate=0.1', or optax transformations; "
                f"got {optimizer!r}."
            )


def _check_choices(recipe: Recipe) -> None:
    for field in fields(recipe):
        choices = get_args(field.type)
        value = getattr(recipe, field.name)
        if choices and all(isinstance(choice, str) for choice in choices) and value not in choices:
            raise RecipeError(f"{field.name} is {' or '.join(choices)}; got {value!r}.")


_COMPUTED = (
    *("landscape", "function", "domain", "window", "optimizers"),
    *("start", "random_start", "steps", "rates", "seed"),
)
_KINDS: tuple[tuple[str, Any, str], ...] = (
    ("function", str | None, "a formula in quotes"),
    ("random_start", bool, "true or false"),
    ("title", str, "a text in quotes"),
    ("about", str, "a text in quotes"),
    ("optimizers", tuple, "a list"),
)
_WHOLE = ("steps", "seed", "loops")
_REAL = ("turn", "azimuth", "elevation", "seconds", "fps", "hold", "steps_per_frame")
_PAIRS = ("start", "size", "domain", "window")


def _check_numbers(recipe: Recipe) -> None:
    for key in (*_WHOLE, *_REAL, *_PAIRS):
        value = getattr(recipe, key)
        if value is None:
            continue
        count = {"start": 2, "size": 2, "domain": 4, "window": 4}.get(key)
        numbers = value if count and isinstance(value, tuple) else (value,)
        kind = int if key in (*_WHOLE, "size") else (int, float)
        good = all(isinstance(n, kind) and not isinstance(n, bool) and math.isfinite(n) for n in numbers)
        if not good or len(numbers) != (count or 1):
            what = "whole" if kind is int else "finite"
            wanted = f"{count} {what} numbers" if count else f"a {what} number"
            raise RecipeError(f"{key} must be {wanted}; got {value!r}.")


def _check_limits(recipe: Recipe) -> None:
    for key, least in (("steps", 1), ("seed", 0)):
        if getattr(recipe, key) < least:
            raise RecipeError(f"{key} must be at least {least}; got {getattr(recipe, key)}.")
    if recipe.steps > MOST_STEPS:
        raise RecipeError(f"steps must be at most {MOST_STEPS}; got {recipe.steps}.")
    if recipe.random_start and recipe.start:
        raise RecipeError(f"random_start draws the start; start is given too: {recipe.start}.")
    if not recipe.optimizers:
        raise RecipeError("A film needs at least one optimizer; got none.")
    for name in ("domain", "window"):
        _check_span(name, getattr(recipe, name))
    if not all(SMALLEST <= side <= LARGEST for side in recipe.size):
        width, height = recipe.size
        raise RecipeError(f"size must have sides of {SMALLEST} to {LARGEST} pixels; got {width}x{height}.")


def _check_camera(recipe: Recipe) -> None:
    if recipe.view != "surface":
        for name in ("turn", "azimuth", "elevation"):
            if getattr(recipe, name) is not None:
                raise RecipeError(f"{name} moves the camera of view surface; the view is {recipe.view}.")


def _check_span(name: str, span: Span | None) -> None:
    if span is not None and not (span[0] < span[1] and span[2] < span[3]):
        raise RecipeError(f"{name} goes X0 X1 Y0 Y1 with X0 < X1 and Y0 < Y1; got {span}.")


def _name_of(value: object) -> str:
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or type(value).__name__)
