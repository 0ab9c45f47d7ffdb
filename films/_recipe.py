"""A recipe: everything that determines a film, in one record that a file can hold."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

from ravine import landscapes
from ravine.core.options import Option, option
from ravine.core.recipe import (
    ABOUT,
    BATCH_ORDER,
    BATCH_SIZE,
    EARLY_STOPPING,
    FPS,
    HOLD,
    LOOPS,
    OPTIMIZERS,
    SECONDS,
    SEED,
    SIZE,
    STEPS,
    STEPS_PER_FRAME,
    THEME,
    TITLE,
    BaseRecipe,
    RecipeError,
)
from ravine.landscapes import Landscape
from ravine.renderer import views

Span = tuple[float, float, float, float]
"""(x0, x1, y0, y1)."""

COMMON_RULES = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")

_LANDSCAPE = "beale"

_MOST_SLICES = 3


def _in_a_row(span: Any) -> Any:
    """The four numbers of ((x0, x1), (y0, y1))."""
    if not isinstance(span, list | tuple):
        return span
    return tuple(bound for part in span for bound in (part if isinstance(part, list | tuple) else (part,)))


if TYPE_CHECKING:
    ViewName: TypeAlias = str
else:
    ViewName = Literal[views.names()]


def _usual_views() -> str:
    """The views that are taken unless another one is asked for."""
    (plane,), (alone,) = (views.names(variables=variables, usual=True) for variables in (2, 1))
    return f"{plane}, or {alone} for a loss of x alone"


_SPAN = Option(
    "",
    metavar="X0 X1 Y0 Y1",
    part="runs",
    read=_in_a_row,
    accepts="Sequence[Sequence[float]]",
)


@dataclass(frozen=True, kw_only=True)
class Recipe(BaseRecipe):
    """A film's landscape, runs, overlays and look.

    Example:
        >>> recipe = Recipe(landscape="saddle", view="surface", turn=60.0)
        >>> recipe.replace(steps=50).described()
        '{"landscape": "saddle", "steps": 50, "view": "surface", "turn": 60.0, "seed": 0}'
    """

    noun: ClassVar[str] = "film"

    landscape: str | Landscape | Callable[..., Any] = option(
        _LANDSCAPE,
        Option(
            "A name of the catalogue.",
            python="A `Landscape`, or any function of a point in jax.numpy, too.",
            flags=(),
            kind="a name or a function of a point",
            part="runs",
            completes="landscape",
        ),
    )
    function: str | None = option(
        None,
        Option(
            'A formula in x and y, such as "x**2 + 3*sin(y)", or package.module:name, in place of '
            "`landscape`.",
            metavar="F",
            kind="a formula in quotes",
            part="runs",
        ),
    )
    domain: Span | None = option(
        None,
        replace(_SPAN, help="The part of the plane on which a function is looked at.", usual="-5 5 -5 5"),
    )
    window: Span | None = option(
        None, replace(_SPAN, help="The part of the plane that is shown.", usual="the landscape's own")
    )
    optimizers: tuple[Any, ...] = option(COMMON_RULES, OPTIMIZERS)
    start: tuple[float, float] | None = option(
        None,
        Option(
            "The point where all descents start.", metavar="X Y", part="runs", usual="the landscape's own"
        ),
    )
    random_start: bool = option(False, Option("Draw the start from the window, by `seed`.", part="runs"))
    steps: int = option(200, STEPS)
    rates: Literal["tuned", "published"] = option(
        "tuned",
        Option("Rates that are not given are tuned to the landscape, or the catalogue's.", part="runs"),
    )
    seed: int = option(0, SEED)
    noise: float = option(
        0.0,
        Option(
            "Noise that is added to each component of every gradient: its standard deviation, or its largest "
            "size where it is uniform. The picture says so.",
            metavar="SIGMA",
            least=0,
            part="runs",
        ),
    )
    noise_shape: Literal["normal", "uniform"] = option(
        "normal", Option("The distribution of the noise.", part="runs")
    )
    batch_size: int | Literal["full"] | None = option(None, replace(BATCH_SIZE, usual="8 of a finite sum"))
    batch_order: Literal["shuffled", "replacement", "curriculum"] = option(
        "shuffled",
        replace(
            BATCH_ORDER,
            help="How examples are drawn: each once an epoch (shuffled), independently of each other "
            "(replacement), or the easy ones first (curriculum).",
        ),
    )
    show_batch: bool = option(
        False, Option("Draw the contours of the loss that each step sees.", part="overlays")
    )
    early_stopping: int | None = option(None, EARLY_STOPPING)
    control: bool = option(
        True,
        Option(
            "Show a method with delays beside itself without them, and a run that may be stopped early "
            "beside itself unstopped.",
            part="runs",
        ),
    )
    clock: Literal["steps", "evaluations"] = option(
        "steps",
        Option("Count steps, or evaluations of the loss, the gradient and the Hessian.", part="overlays"),
    )
    view: ViewName | None = option(None, Option(views.in_words(), usual=_usual_views()))
    plot: str | None = option(
        None,
        Option(
            "The series that is drawn over the steps, such as accuracy, learning_rate or batch_loss.",
            metavar="SERIES",
            kind="a word",
            usual="the loss, or what the landscape measures",
        ),
    )
    show_vectors: Literal["step", "newton", "minimum"] | None = option(
        None,
        Option(
            "Draw the parts of each step, or the gradient's direction against Newton's, or against that to "
            "the nearest minimum, with the angle.",
            bare="step",
            none="none",
            part="overlays",
        ),
    )
    slices: tuple[Span, ...] = option(
        (),
        Option(
            "A line along which the loss is shown.",
            flags=("--slice",),
            metavar="X0 Y0 X1 Y1",
            kind="lines X0 Y0 X1 Y1 in finite numbers",
            part="overlays",
        ),
    )
    turn: float | None = option(
        None, Option("The angle by which the camera turns about a surface.", metavar="DEGREES")
    )
    azimuth: float | None = option(
        None,
        Option(
            "The camera's azimuth about a surface.", metavar="DEGREES", usual="where most of the runs is seen"
        ),
    )
    elevation: float | None = option(
        None,
        Option(
            "The camera's elevation above a surface.",
            metavar="DEGREES",
            usual="38",
            least=-90,
            most=90,
            interval=True,
        ),
    )
    size: tuple[int, int] = option((1280, 720), SIZE)
    theme: Literal["light", "dark", "radford"] = option("light", THEME)
    panels: Literal["all", "legend", "none"] = option(
        "all", Option("Standings and losses beside the view, a legend over it, or the bare view.")
    )
    seconds: float = option(8.0, SECONDS)
    fps: float = option(25.0, FPS)
    hold: float = option(2.0, HOLD)
    loops: int = option(0, LOOPS)
    steps_per_frame: float | None = option(None, STEPS_PER_FRAME)
    title: str = option("", replace(TITLE, usual="the landscape's"))
    about: str = option("", ABOUT)

    def replace(self, **values: Any) -> Self:
        """The recipe with other values for some keys; a landscape and a function replace each other."""
        if values.get("function") is not None:
            values = {"landscape": _LANDSCAPE, **values}
        elif "landscape" in values and self.function is not None:
            values = {"function": None, "domain": None, **values}
        return super().replace(**values)

    def check(self) -> None:
        _check_start(self)
        for name in ("domain", "window"):
            _check_span(name, getattr(self, name))
        if self.noise_shape != "normal" and not self.noise:
            raise RecipeError(f"noise_shape is {self.noise_shape}, but there is no noise: give noise too.")
        _check_slices(self)
        _check_clock(self)
        _check_camera(self)

    @property
    def is_text(self) -> bool:
        """Tell whether a text holds all of it: names and formulas, no function from a module or a session."""
        named = isinstance(self.landscape, str) and ":" not in (self.function or "")
        return named and all(isinstance(optimizer, str) for optimizer in self.optimizers)

    @property
    def computed_from(self) -> dict[str, object]:
        """The choices on which the landscape and the runs depend, without those of the look."""
        return {it.name: getattr(self, it.name) for it in self.entries() if it.about.part != "look"}


def _check_start(recipe: Recipe) -> None:
    if recipe.random_start and recipe.start:
        raise RecipeError(f"random_start draws the start; start is given too: {recipe.start}.")


def _check_span(name: str, span: Span | None) -> None:
    if span is not None and not (span[0] < span[1] and span[2] < span[3]):
        raise RecipeError(f"{name} goes X0 X1 Y0 Y1 with X0 < X1 and Y0 < Y1; got {span}.")


def _check_slices(recipe: Recipe) -> None:
    for line in recipe.slices:
        if line[:2] == line[2:]:
            raise RecipeError(f"A slice must end elsewhere than it begins; got {line}.")
    if len(recipe.slices) > _MOST_SLICES:
        raise RecipeError(f"A picture has room for {_MOST_SLICES} slices; got {len(recipe.slices)}.")
    if recipe.slices and recipe.plot is not None:
        raise RecipeError(f"slices and plot {recipe.plot} have one panel between them: give one of the two.")


def _check_clock(recipe: Recipe) -> None:
    """Over evaluations a moment belongs to different steps of different runs."""
    for key in ("show_batch", "show_vectors"):
        if recipe.clock == "evaluations" and getattr(recipe, key):
            raise RecipeError(f"{key} shows single steps: it needs clock steps; the clock is evaluations.")


def _check_camera(recipe: Recipe) -> None:
    cameras = views.names(camera=True)
    moved = [name for name in ("turn", "azimuth", "elevation") if getattr(recipe, name) is not None]
    if moved and recipe.view not in cameras:
        raise RecipeError(
            f"{moved[0]} moves the camera of view {' or '.join(cameras)}; the view is "
            f"{recipe.view or _usual_view(recipe)}."
        )


def _usual_view(recipe: Recipe) -> str:
    """The view of the recipe's landscape unless another one is asked for."""
    landscape = recipe.landscape
    if isinstance(landscape, str):
        known = landscape in landscapes.names()
        variables = landscapes.catalogue.facts(landscape).get("variables", 2) if known else 2
    else:
        variables = landscape.variables if isinstance(landscape, Landscape) else 2
    (view,) = views.names(variables=variables, usual=True)
    return view
