"""A recipe: everything that determines a film, in one record that a file can hold."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from ravine.core.recipe import RecipeError as RecipeError
from ravine.core.recipe import check_keys, name_of, read_size, texts_of
from ravine.films._checks import PAIRS, REAL, WHOLE, check_recipe
from ravine.landscapes import Landscape

Span = tuple[float, float, float, float]
"""(x0, x1, y0, y1)."""

COMMON_RULES = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")


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
        noise: What is added to each component of every gradient: its standard deviation, or the most of it
            where it is uniform.
        noise_shape: How it is distributed.
        batch_size: How many examples of a finite sum each step sees, or "full"; 8 unless given.
        batch_order: How they are drawn: each once an epoch, independently, or the easy ones first.
        show_batch: Draw the contours of what each step sees.
        early_stopping: Stop a run once its held-out loss has not improved for so many steps.
        control: Show a method that has delays beside itself without them, and a run that may be stopped
            early beside itself unstopped.
        clock: What the film counts: steps, or evaluations of the loss, the gradient and the Hessian.
        view: From above, a surface, the graph of a loss of x alone, or a chart of `plot`; from above unless
            given, or the graph where the loss is of x alone.
        plot: What is drawn over the steps in place of the loss, such as accuracy or learning_rate.
        show_vectors: Draw what a step is made of, or the gradient's direction against Newton's or that to
            the nearest minimum.
        slices: Lines (X0, Y0, X1, Y1) along which the loss is shown.
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
    noise: float = 0.0
    noise_shape: Literal["normal", "uniform"] = "normal"
    batch_size: int | Literal["full"] | None = None
    batch_order: Literal["shuffled", "replacement", "curriculum"] = "shuffled"
    show_batch: bool = False
    early_stopping: int | None = None
    control: bool = True
    clock: Literal["steps", "evaluations"] = "steps"
    view: Literal["contour", "surface", "curve", "chart"] | None = None
    plot: str | None = None
    show_vectors: Literal["step", "newton", "minimum"] | None = None
    slices: tuple[Span, ...] = ()
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
        itself: Any = self  # where this file is checked beside the installed package, its types are two
        check_recipe(itself)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Recipe":
        """A recipe from the keys and values of a file.

        Raises:
            RecipeError: a key is unknown, or a value is of the wrong kind.
        """
        check_keys(values, {field.name for field in fields(cls)}, lacking="A recipe has no key")
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
        if "optimizers" in chosen:
            chosen["optimizers"] = texts_of(self.optimizers)
        return json.dumps(chosen, default=name_of, ensure_ascii=False)


_COMPUTED = (
    *("landscape", "function", "domain", "window", "optimizers", "start", "random_start", "steps", "rates"),
    *("seed", "noise", "noise_shape", "batch_size", "batch_order", "show_batch", "early_stopping", "control"),
    *("clock", "show_vectors", "slices"),
)
"""The keys that the numbers of a film depend on."""


def _values(recipe: Recipe) -> dict[str, Any]:
    """The recipe's values by key, as they are."""
    return {field.name: getattr(recipe, field.name) for field in fields(recipe)}


def _plain(key: str, value: Any) -> Any:
    if hasattr(value, "tolist") and key in (*WHOLE, *REAL, *PAIRS, "batch_size"):
        value = value.tolist()
    if key == "size" and isinstance(value, str):
        return read_size(value)
    if key in ("domain", "window") and isinstance(value, list | tuple):
        value = [bound for part in value for bound in (part if isinstance(part, list | tuple) else (part,))]
    if key == "slices" and isinstance(value, list | tuple):
        return tuple(tuple(line) if isinstance(line, list) else line for line in value)
    if key == "batch_size" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return tuple(value) if isinstance(value, list) else value
