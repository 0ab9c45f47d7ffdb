"""Pictures whose every number is known, and a look at the words on a figure."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

SUBTITLE = "MLP 64-64-10 on handwritten digits · batch norm: statistics recomputed at every point · seed 0"
NAN = float("nan")


@pytest.fixture(scope="session")
def pictures() -> "Pictures":
    return Pictures()


class Pictures:
    """One of each kind; what is given replaces what is made up."""

    KINDS = ("line", "plane", "surface", "walk", "spectrum", "training", "curve")

    def drawn(self, kind: str, record: Any = None, **options: Any) -> Figure:
        from ravine.renderer import figures

        record = self.record(kind) if record is None else record
        options = {"size": (640, 360), **options}
        if kind in ("plane", "surface"):
            view = "surface" if kind == "surface" else "contour"
            return figures.draw_plane(record, view=view, **options)
        return getattr(figures, f"draw_{kind}")(record, **options)

    def record(self, kind: str, **facts: Any) -> Any:
        return getattr(self, "plane" if kind == "surface" else kind)(**facts)

    def line_curve(self, **facts: Any) -> Any:
        from ravine.renderer.figures import LineCurve, LinePath, LineZoom

        alphas = np.linspace(-0.5, 1.5, 41)
        loss = 2.3 * np.exp(-3.0 * alphas) + 0.5 * np.exp(-(((alphas - 0.5) / 0.1) ** 2))
        way = np.linspace(0.0, 1.0, 20)
        common = {
            "label": "MLP",
            "colour_key": "relu",
            "alphas": alphas,
            "train_loss": loss,
            "test_loss": loss + 0.1,
            "train_accuracy": np.clip(1.0 - loss / 3.0, 0.1, 1.0),
            "test_accuracy": np.clip(0.9 - loss / 3.0, 0.1, 1.0),
            "zooms": tuple(
                LineZoom(alphas=part, train_loss=part**2)
                for part in (np.linspace(0.0, 0.01, 9), np.linspace(0.99, 1.0, 9))
            ),
            "path": LinePath(projection=way, residual=0.3 * np.sin(np.pi * way), loss=2.0 - way),
        }
        return LineCurve(**{**common, **facts})

    def line(self, *curves: Any, **facts: Any) -> Any:
        from ravine.renderer.figures import LinePicture

        common = {
            "title": "From start to solution",
            "subtitle": SUBTITLE,
            "curves": curves or (self.line_curve(),),
        }
        return LinePicture(**{**common, **facts})

    def trajectory(self, **facts: Any) -> Any:
        from ravine.renderer.figures import PlaneTrajectory

        way = np.linspace(0.0, 1.0, 30)
        common = {
            "label": "SGD",
            "colour_key": "sgd",
            "x": -3.0 + 3.0 * way,
            "y": np.sin(3.0 * way) * (1.0 - way),
            "loss": 2.0 * np.exp(-3.0 * way),
            "plane_loss": 2.5 * np.exp(-2.0 * way),
            "distance": np.sin(np.pi * way),
            "step": 10 * np.arange(30),
        }
        return PlaneTrajectory(**{**common, **facts})

    def plane(self, **facts: Any) -> Any:
        from ravine.renderer.figures import PlanePicture, PlanePoint

        x, y = np.linspace(-4.0, 2.0, 25), np.linspace(-2.0, 2.0, 21)
        common = {
            "title": "Training paths on the plane of most motion",
            "subtitle": SUBTITLE,
            "x": x,
            "y": y,
            "loss": 0.01 + x**2 + 3.0 * y[:, None] ** 2,
            "axes": ("first principal component", "second principal component"),
            "explained_share": (0.83, 0.09),
            "trajectories": (
                self.trajectory(),
                self.trajectory(label="Adam", colour_key="adam", y=-self.trajectory().y),
            ),
            "points": (PlanePoint(label="start", x=-3.0, y=0.0), PlanePoint(label="SWA", x=0.3, y=0.3)),
        }
        return PlanePicture(**{**common, **facts})

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
            "sharpness_step": 5 * np.arange(9),
            "rate": 0.5,
            "interior_share": 0.87,
        }
        return WalkRun(**{**common, **facts})

    def walk(self, *runs: Any, **facts: Any) -> Any:
        from ravine.renderer.figures import WalkPicture

        common = {"title": "A walk with GD", "subtitle": SUBTITLE, "runs": runs or (self.walk_run(),)}
        return WalkPicture(**{**common, **facts})

    def spectrum(self, **facts: Any) -> Any:
        from ravine.renderer.figures import SpectrumPicture

        values = np.linspace(-3.0, 40.0, 300)
        common = {
            "title": "The Hessian at the solution",
            "subtitle": SUBTITLE,
            "top": np.array([36.0, 20.0, 11.0]),
            "bottom": np.array([-2.0, -1.0]),
            "density_value": values,
            "density": 0.5 * np.exp(-(values**2)) + 1e-4 * np.exp(-((values - 36.0) ** 2)),
            "index": 12,
            "kind": "saddle",
            "gradient_norm": 0.01,
            "size": 4810,
        }
        return SpectrumPicture(**{**common, **facts})

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

    def training(self, *runs: Any, **facts: Any) -> Any:
        from ravine.renderer.figures import TrainingPicture

        slow = {"label": "SGD", "colour_key": "sgd", "train_loss": np.full(21, 2.0), "reached_at": None}
        made = runs or (self.training_run(), self.training_run(**slow))
        return TrainingPicture(
            **{"title": "With momentum", "subtitle": SUBTITLE, "runs": made, "target": 0.1, **facts}
        )

    def curve(self, **facts: Any) -> Any:
        from ravine.renderer.figures import CURVE_KEY, CurvePicture, PlaneCurve

        t = np.linspace(0.0, 1.0, 31)
        bend = PlaneCurve(label="Bézier curve", colour_key=CURVE_KEY, x=-3.0 + 4.0 * t, y=2.0 * t * (1.0 - t))
        common = {
            "title": "A curve of low loss",
            "subtitle": SUBTITLE,
            "t": t,
            "curve_loss": 0.01 + 0.05 * t * (1.0 - t),
            "line_loss": 0.01 + 2.0 * t * (1.0 - t),
            "curve_test_loss": np.full(31, 0.1),
            "line_test_loss": 0.1 + 2.0 * t * (1.0 - t),
            "barrier": 0.5,
            "plane": self.plane(trajectories=(), curves=(bend,), explained_share=None),
        }
        return CurvePicture(**{**common, **facts})


def _length(text: Text) -> int:
    return len(text.get_text())


@pytest.fixture(scope="session")
def lines_of() -> Callable[[Figure, str], list[np.ndarray]]:
    """The points of all curves of a panel, which is known by the words over it."""

    def lines(figure: Figure, title: str) -> list[np.ndarray]:
        word = min((text for text in figure.texts if text.get_text().startswith(title)), key=_length)
        x, y = word.get_position()
        below = [axes for axes in figure.axes if axes.get_position().y1 < y and axes.get_position().x1 > x]
        panel = min(below, key=lambda axes: y - axes.get_position().y1 + abs(axes.get_position().x0 - x))
        return [np.asarray(line.get_xydata()) for line in panel.lines]

    return lines


@pytest.fixture(scope="session")
def assert_words_apart() -> Callable[[Figure], None]:
    """A check that all level words of a figure are on it, and that no two touch."""
    from ravine.renderer.canvas._canvas import touch

    def check(figure: Figure) -> None:
        words = list(_words(figure))
        width, height = figure.bbox.size
        for number, (text, (left, low, right, high)) in enumerate(words):
            assert min(left, low) > -1, text
            assert right < width + 1, text
            assert high < height + 1, text
            for other, box in words[number + 1 :]:
                assert not touch((left + 0.3, low + 0.3, right - 0.3, high - 0.3), box), (text, other)

    return check


def _words(figure: Figure) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """All words that are seen on a figure, with their boxes."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and not text.get_rotation():
            box = text.get_window_extent(renderer)
            yield text.get_text(), (box.x0, box.y0, box.x1, box.y1)
