# Made of the recipes' fields by 'python -m ravine.core.signature ravine.films._call'.

from collections.abc import Callable, Sequence
from typing import Any, Literal

from numpy.typing import NDArray

from ravine.films._film import Film
from ravine.landscapes import Landscape
from ravine.optimizers import Optimizer, Setting

def film(
    landscape: str | Landscape | Callable[..., Any] = "beale",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "adadelta",
        "rmsprop",
        "adam",
    ),
    *,
    function: str | None = None,
    domain: tuple[float, float, float, float]
    | list[Any]
    | NDArray[Any]
    | Sequence[Sequence[float]]
    | None = None,
    window: tuple[float, float, float, float]
    | list[Any]
    | NDArray[Any]
    | Sequence[Sequence[float]]
    | None = None,
    start: tuple[float, float] | list[Any] | NDArray[Any] | None = None,
    random_start: bool = False,
    steps: int = 200,
    rates: Literal["tuned", "published"] = "tuned",
    seed: int = 0,
    noise: float = 0.0,
    noise_shape: Literal["normal", "uniform"] = "normal",
    batch_size: int | Literal["full"] | None = None,
    batch_order: Literal["shuffled", "replacement", "curriculum"] = "shuffled",
    show_batch: bool = False,
    early_stopping: int | None = None,
    control: bool = True,
    clock: Literal["steps", "evaluations"] = "steps",
    view: Literal["contour", "surface", "curve", "chart"] | None = None,
    plot: str | None = None,
    show_vectors: Literal["step", "newton", "minimum"] | None = None,
    slices: Sequence[tuple[float, float, float, float] | list[Any] | NDArray[Any]] = (),
    turn: float | None = None,
    azimuth: float | None = None,
    elevation: float | None = None,
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    theme: Literal["light", "dark", "radford"] = "light",
    panels: Literal["all", "legend", "none"] = "all",
    seconds: float = 8.0,
    fps: float = 25.0,
    hold: float = 2.0,
    loops: int = 0,
    steps_per_frame: float | None = None,
    title: str = "",
    about: str = "",
) -> Film: ...
