"""Pictures whose every number is known, and a look at the words on a figure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

SUBTITLE = "MLP 64-64-10 on handwritten digits · batch norm: statistics recomputed at every point · seed 0"
NAN = float("nan")


@pytest.fixture(scope="session")
def pictures() -> "Pictures":
    return Pictures()


@dataclass(frozen=True, kw_only=True)
class Found:
    """Eigenvalues as a study finds them."""

    top: np.ndarray
    bottom: np.ndarray
    density: tuple[np.ndarray, np.ndarray] | None
    index: int
    index_exact: bool
    kind: str
    gradient_norm: float
    size: int


class Pictures:
    """One of each kind; what is given replaces what is made up."""

    KINDS = ("line", "plane", "surface", "walk", "spectrum", "training", "connection")

    def drawn(self, kind: str, picture: "Callable[..., Figure] | None" = None, **options: Any) -> "Figure":
        picture = getattr(self, "plane" if kind == "surface" else kind)() if picture is None else picture
        if kind == "surface":
            options["view"] = "surface"
        return picture(**{"size": (640, 360), **options})

    def line_curve(self, **facts: Any) -> Any:
        from ravine.renderer.figures import LineCurve, LinePath, LineZoom

        alphas = np.linspace(-0.5, 1.5, 41)
        loss = 2.3 * np.exp(-3.0 * alphas) + 0.5 * np.exp(-(((alphas - 0.5) / 0.1) ** 2))
        way = np.linspace(0.0, 1.0, 20)
        path = LinePath(
            step=np.arange(20), projection=way, residual=0.3 * np.sin(np.pi * way), loss=2.0 - way
        )
        common = {
            "label": "MLP",
            "colour_key": "relu",
            "alphas": alphas,
            "train_loss": loss,
            "test_loss": loss + 0.1,
            "train_accuracy": np.clip(1.0 - loss / 3.0, 0.1, 1.0),
            "test_accuracy": np.clip(0.9 - loss / 3.0, 0.1, 1.0),
            "zooms": tuple(
                LineZoom(part, part**2) for part in (np.linspace(0.0, 0.01, 9), np.linspace(0.99, 1.0, 9))
            ),
            "path": path,
        }
        return LineCurve(**{**common, **facts})

    def line(self, *curves: Any, **facts: Any) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_line

        common = {"title": "From start to solution", "subtitle": SUBTITLE}
        return partial(draw_line, curves or (self.line_curve(),), **{**common, **facts})

    def path(self, **facts: Any) -> Any:
        from ravine.renderer import Run
        from ravine.renderer.figures import nearness

        way = np.linspace(0.0, 1.0, 30)
        points = np.stack([-3.0 + 3.0 * way, np.sin(3.0 * way) * (1.0 - way)], axis=-1)
        common = {
            "label": "SGD",
            "colour_key": "sgd",
            "note": "",
            "points": points,
            "losses": 2.0 * np.exp(-3.0 * way),
            "markers": {},
            "diverged_at": None,
            "series": {"plane_loss": 2.5 * np.exp(-2.0 * way)},
            "nearness": nearness(points, np.sin(np.pi * way), (1.0, 1.0)),
            "counts": 10 * np.arange(30),
        }
        return Run(**{**common, **facts})

    def grid(self) -> dict[str, np.ndarray]:
        x, y = np.linspace(-4.0, 2.0, 25), np.linspace(-2.0, 2.0, 21)
        return {"x": x, "y": y, "loss": 0.01 + x**2 + 3.0 * y[:, None] ** 2}

    def plane(
        self, *, paths: Sequence[Any] | None = None, curves: Sequence[Any] = (), **facts: Any
    ) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_plane, plane_background

        common = {
            "title": "Training paths on the plane of most motion",
            "axes": ("first principal component", "second principal component"),
            "shares": (0.83, 0.09),
            "points": (("start", (-3.0, 0.0), 2.5), ("SWA", (0.3, 0.3), 0.1)),
        }
        mirrored = self.path(label="Adam", colour_key="adam", points=self.path().points * [1.0, -1.0])
        background = plane_background(**{**self.grid(), **common, **facts})
        runs = (self.path(), mirrored) if paths is None else paths
        return partial(draw_plane, background, runs, curves, subtitle=SUBTITLE)

    def walk_run(self, **facts: Any) -> Any:
        from ravine.renderer.figures import WalkRun

        alphas, updates = np.linspace(0.0, 1.0, 11), 40
        heights = 2.0 * np.exp(-np.arange(updates) / 20)[:, None]
        common = {
            "label": "GD",
            "colour_key": "adagrad",
            "alphas": alphas,
            "losses": heights * (1.0 - 2.0 * alphas * (1.0 - alphas)),
            "cosines": -0.9 + 0.1 * np.sin(np.arange(updates - 1.0)),
            "distances": np.sqrt(np.arange(updates + 1.0)),
            "sharpness": np.linspace(1.0, 4.0, 9),
            "sharpness_at": 5 * np.arange(9),
            "rate": 0.5,
            "interior_share": 0.87,
        }
        return WalkRun(**{**common, **facts})

    def walk(self, *runs: Any, **facts: Any) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_walk

        common = {"title": "A walk with GD", "subtitle": SUBTITLE}
        return partial(draw_walk, runs or (self.walk_run(),), **{**common, **facts})

    def spectrum(self, **facts: Any) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_spectrum

        values = np.linspace(-3.0, 40.0, 300)
        common = {
            "top": np.array([36.0, 20.0, 11.0]),
            "bottom": np.array([-2.0, -1.0]),
            "density": (values, 0.5 * np.exp(-(values**2)) + 1e-4 * np.exp(-((values - 36.0) ** 2))),
            "index": 12,
            "index_exact": True,
            "kind": "saddle",
            "gradient_norm": 0.01,
            "size": 4810,
        }
        found = Found(**{**common, **facts})
        return partial(draw_spectrum, found, title="The Hessian at the solution", subtitle=SUBTITLE)

    def training_run(self, **facts: Any) -> Any:
        from ravine.renderer.figures import TrainingRun

        step = np.arange(0, 401, 20)
        common = {
            "label": "Momentum",
            "colour_key": "momentum",
            "note": "rate 0.1",
            "step": step,
            "train_loss": 2.3 * np.exp(-step / 90),
            "test_loss": 2.3 * np.exp(-step / 95),
            "train_accuracy": 1.0 - 0.9 * np.exp(-step / 90),
            "test_accuracy": 0.97 - 0.87 * np.exp(-step / 90),
            "batch_loss": 2.3 * np.exp(-np.arange(400) / 90),
            "reached_at": 300,
        }
        return TrainingRun(**{**common, **facts})

    def training(self, *runs: Any, **facts: Any) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_training

        slow = {"label": "SGD", "colour_key": "sgd", "train_loss": np.full(21, 2.0), "reached_at": None}
        made = runs or (self.training_run(), self.training_run(**slow))
        common = {"title": "With momentum", "subtitle": SUBTITLE, "target": 0.1}
        return partial(draw_training, made, **{**common, **facts})

    def straight(self, **facts: Any) -> Any:
        """The measures on the line between two solutions."""
        from ravine.renderer.figures import LineCurve

        t = np.linspace(0.0, 1.0, 31)
        common = {
            "label": "straight line",
            "colour_key": "sgd",
            "alphas": t,
            "train_loss": 0.01 + 2.0 * t * (1.0 - t),
            "test_loss": 0.1 + 2.0 * t * (1.0 - t),
            "barrier": (0.5, 0.01, 0.51),
        }
        return LineCurve(**{**common, **facts})

    def curved(self, **facts: Any) -> Any:
        """Those on the curve."""
        low = self.straight().train_loss
        common = {"label": "Bézier curve", "colour_key": "momentum", "barrier": None}
        losses = {"train_loss": 0.01 + (low - 0.01) / 40.0, "test_loss": np.full(31, 0.1)}
        return self.straight(**{**common, **losses, **facts})

    def connection(self, line: Any = None, curve: Any = None) -> "Callable[..., Figure]":
        from ravine.renderer.figures import draw_connection

        pair = line or self.straight(), curve or self.curved()
        return partial(draw_connection, *pair, title="A curve of low loss", subtitle=SUBTITLE)


def _length(text: "Text") -> int:
    return len(text.get_text())


@pytest.fixture(scope="session")
def lines_of() -> "Callable[[Figure, str], list[np.ndarray]]":
    """The points of all curves of a panel, which is known by the words over it."""

    def lines(figure: "Figure", title: str) -> list[np.ndarray]:
        word = min((text for text in figure.texts if text.get_text().startswith(title)), key=_length)
        x, y = word.get_position()
        below = [axes for axes in figure.axes if axes.get_position().y1 < y and axes.get_position().x1 > x]
        panel = min(below, key=lambda axes: y - axes.get_position().y1 + abs(axes.get_position().x0 - x))
        return [np.asarray(line.get_xydata()) for line in panel.lines]

    return lines


@pytest.fixture(scope="session")
def assert_words_apart() -> "Callable[[Figure], None]":
    """A check that all level words of a figure are on it, and that no two touch."""
    from ravine.renderer.canvas._canvas import touch

    def check(figure: "Figure") -> None:
        words = list(_words(figure))
        width, height = figure.bbox.size
        for number, (text, (left, low, right, high)) in enumerate(words):
            assert min(left, low) > -1, text
            assert right < width + 1, text
            assert high < height + 1, text
            for other, box in words[number + 1 :]:
                assert not touch((left + 0.3, low + 0.3, right - 0.3, high - 0.3), box), (text, other)

    return check


def _words(figure: "Figure") -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """All words that are seen on a figure, with their boxes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and not text.get_rotation():
            box = text.get_window_extent(renderer)
            yield text.get_text(), (box.x0, box.y0, box.x1, box.y1)
