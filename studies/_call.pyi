# Made of the recipes' fields by 'python -m ravine.core.signature ravine.studies._call'.

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from ravine.optimizers import Optimizer, Setting
from ravine.studies._connect import Connect
from ravine.studies._line import Line
from ravine.studies._plane import Plane
from ravine.studies._spectrum import Spectrum
from ravine.studies._train import Train
from ravine.studies._walk import Walk

def line(
    subject: Any = None,
    *points: Any,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "momentum:learning_rate=0.05",
    ),
    steps: int = 1000,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = (100,),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 10,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    batch_norm: Literal["inference", "recomputed"] | None = None,
    fixed: str | Sequence[str] = (),
    memory: int = 1024,
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    between: Literal[
        "start,solution", "solution,solution", "random,solution", "solution,permuted"
    ] = "start,solution",
    alphas: tuple[float, float, int] | list[Any] | NDArray[Any] = (0.0, 1.0, 201),
    zoom: bool = True,
    scale: Literal["auto", "linear", "log"] = "linear",
) -> Line: ...
def plane(
    subject: Any = None,
    *points: Any,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "momentum:learning_rate=0.05",
    ),
    steps: int = 1000,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = (100,),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 10,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    batch_norm: Literal["inference", "recomputed"] | None = None,
    fixed: str | Sequence[str] = (),
    memory: int = 1024,
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    directions: Literal["random", "pca", "residual", "hessian", "swa", "solutions", "bend", "points"]
    | None = None,
    span: tuple[float, float, float, float] | list[Any] | NDArray[Any] | None = None,
    resolution: int = 51,
    view: Literal["contour", "surface"] = "contour",
    scale: Literal["auto", "linear", "log"] = "auto",
    heights: tuple[float, float] | list[Any] | NDArray[Any] | None = None,
    convexity: bool = False,
    paths: bool = True,
    seconds: float = 8.0,
    fps: float = 25.0,
    hold: float = 2.0,
) -> Plane: ...
def walk(
    subject: Any = None,
    *points: Any,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "sgd@GD:learning_rate=1",
        "sgd@SGD:learning_rate=1",
    ),
    steps: int = 100,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = ("full", 100),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 1,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    batch_norm: Literal["inference", "recomputed"] | None = None,
    fixed: str | Sequence[str] = (),
    memory: int = 1024,
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    sharpness_every: int = 5,
) -> Walk: ...
def spectrum(
    subject: Any = None,
    *points: Any,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "momentum:learning_rate=0.05",
    ),
    steps: int = 1000,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = (100,),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 10,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    batch_norm: Literal["inference", "recomputed"] | None = None,
    fixed: str | Sequence[str] = (),
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    at: Literal["solution", "start"] = "solution",
    top: int = 5,
    bottom: int = 5,
) -> Spectrum: ...
def train(
    subject: Any = None,
    *,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = ("sgd", "momentum", "adam"),
    steps: int = 1000,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = (100,),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 10,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    target: float | None = 0.1,
) -> Train: ...
def connect(
    subject: Any = None,
    *points: Any,
    data: str | Path = "digits",
    optimizers: str | Sequence[Any] | Callable[..., Any] | Optimizer | Setting = (
        "momentum:learning_rate=0.05",
    ),
    steps: int = 1000,
    batch_size: int | Literal["full"] | Sequence[int | Literal["full"]] = (100,),
    batch_order: Literal["shuffled", "replacement"] = "shuffled",
    keep_every: int = 10,
    weight_decay: float = 0.0,
    early_stopping: int | None = None,
    seed: int = 0,
    batch_norm: Literal["inference", "recomputed"] | None = None,
    fixed: str | Sequence[str] = (),
    memory: int = 1024,
    keep: bool = True,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] | list[Any] | NDArray[Any] | str = (1280, 720),
    title: str = "",
    about: str = "",
    places: int = 101,
) -> Connect: ...
