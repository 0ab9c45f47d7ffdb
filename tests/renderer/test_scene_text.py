"""No two texts touch, none is cut by the picture's edge, none is too small: measured on what is drawn."""

from itertools import combinations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from ravine import landscapes
from ravine.renderer import SceneFrames, Timing
from ravine.renderer.canvas._canvas import Canvas
from ravine.renderer.layers.trails import Trails
from ravine.renderer.views.contour import ContourView
from ravine.renderer.views.surface import SurfaceView

SIZES = [(620, 480), (1280, 720), (720, 1280), (800, 800)]
LONG = "{} is quite a long name for a rule"


@pytest.fixture(autouse=True)
def bare(monkeypatch) -> None:
    """Nothing but text is drawn on the view, which makes pictures quick."""
    for view in (ContourView, SurfaceView, Trails):
        for part in ("_paint_bands", "_paint_contour_lines", "_paint_relief", "_paint_isolines", "draw"):
            monkeypatch.setattr(view, part, lambda *_, **__: None, raising=False)


def on(written, size: tuple[int, int]) -> list:
    """Texts on the picture, the background's and the moving layers' alike."""
    return [text for text in written if text.canvas.size == size and text.words.strip()]


def strips(written, size: tuple[int, int]) -> list[tuple[Canvas, list]]:
    """The rows that are copied to the picture, with their texts; single figures are looked at in them."""
    rows: dict[int, list] = {}
    for text in written:
        if text.canvas.size != size and text.words.strip():
            rows.setdefault(id(text.canvas), []).append(text)
    return [(texts[0].canvas, texts) for texts in rows.values() if len(texts[0].words) > 1]


def check(written, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    texts, rows = on(written, (width, height)), strips(written, (width, height))
    assert texts or rows
    for text in (*texts, *(text for _, inside in rows for text in inside)):
        assert text.size >= height / 45 - 1e-6, text
    for text in texts:
        left, top, right, bottom = text.box
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width, text
        assert bottom <= height, text
    assert_apart(texts)
    for canvas, inside in rows:
        assert_apart(inside)
        for text in inside:
            _, top, _, bottom = text.box
            assert top >= 0, text
            assert bottom <= canvas.size[1] + 1, text


def assert_apart(texts: list) -> None:
    """A pixel of background at least is left between any two."""
    for one, two in combinations(texts, 2):
        a, b = one.box, two.box
        apart = a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
        assert apart or one == two, (one, two)


def check_rows(written, frames: SceneFrames, picture: np.ndarray) -> None:
    """A row of the table is on the picture as it was written: nothing is on or close to its texts."""
    (left, *_), (height, width) = frames._layout.standings, picture.shape[:2]
    hidden = sum(
        not any(stands(picture[top:, left:], canvas, texts) for top in places(picture[:, left:], canvas))
        for canvas, texts in strips(written, (width, height))
    )
    told = [text.words for text in on(written, (width, height)) if text.words.startswith("best ")]
    shown, of = map(int, told[0].split()[1::2]) if told else (0, 0)
    assert hidden == of - shown


def places(picture: np.ndarray, strip: Canvas) -> list[int]:
    """Where a strip may be: its ball is found there."""
    column = int(strip.pixels[..., 0].std(axis=0)[: round(1.5 * strip.size[1])].argmax())
    rows = sliding_window_view(picture[:, column], strip.size[1], axis=0)
    return np.flatnonzero((rows == strip.pixels[:, column].T).all((1, 2))).tolist()


def stands(picture: np.ndarray, strip: Canvas, texts: list) -> bool:
    """Whether the texts of a strip, each with some room to its right, are at the corner of the picture."""
    for text in texts:
        left, top, right, bottom = text.box
        part = slice(max(top, 0), bottom), slice(left, right + round(text.size / 5))
        if not np.array_equal(picture[: strip.size[1], : strip.size[0]][part], strip.pixels[part]):
            return False
    return True


def runs_of(scenes, count: int, label: str, *, steps: int = 40, note: str = "rate 0.0123 · momentum 0.95"):
    runs = list(scenes.runs(count, steps=steps, label=label, note=note))
    if count > 4:
        gone = runs[2].points.copy()
        gone[steps // 2 :] = np.nan
        runs[2] = scenes.run(gone, label=runs[2].label, note=note, colour=runs[2].colour)
    return runs


@pytest.mark.parametrize(
    ("size", "count", "label", "index"),
    [
        *((size, count, LONG, -1) for size in SIZES for count in (7, 24)),
        *((size, 1, LONG, -1) for size in SIZES[:2]),
        *((size, 14, "run {}", -1) for size in SIZES[2:]),
        *((size, 7, LONG, 0) for size in SIZES[1:3]),
    ],
)
def test_panels(scenes, written, size, count, label, index):
    frames = scenes.frames(*runs_of(scenes, count, label), size=size, timing=Timing(seconds=0.4))
    picture = frames.still(index)
    check(written, picture)
    check_rows(written, frames, picture)


@pytest.mark.parametrize(
    ("size", "theme", "azimuth"),
    [
        *(((640, 480), "dark", azimuth) for azimuth in (None, 45.0, 200.0)),
        *(((720, 1280), "light", azimuth) for azimuth in (0.0, 90.0, -100.0)),
    ],
)
def test_surfaces(scenes, written, size, theme, azimuth):
    check(written, scenes.frames(size=size, view="surface", theme=theme, azimuth=azimuth).still(-1))


def test_a_turning_surface(scenes, written):
    frames = scenes.frames(
        size=(1280, 720), view="surface", turn=360.0, azimuth=0.0, timing=Timing(seconds=0.32)
    )
    _ = frames.still(0)
    for index in range(8):
        written.clear()
        check(written, frames.still(index))


WINDOWS = {
    "as wide as Schwefel's": ((-500.0, 500.0), (-500.0, 500.0)),
    "far away": ((1e6, 1e6 + 1), (-1e6 - 1, -1e6)),
    "tiny": ((-1e-7, 1e-7), (2e-9, 3e-9)),
    "huge": ((-1e12, 3e12), (0.0, 1e15)),
    "one number": ((0.999999, 1.000001), (0.999999, 1.000001)),
    "a corner": ((-3.0, 0.0), (-1.0, 2.0)),
}


@pytest.mark.parametrize(("view", "size"), [("contour", (640, 480)), ("surface", (720, 1280))])
@pytest.mark.parametrize("window", WINDOWS)
def test_windows(scenes, written, window, size, view):
    (x0, x1), (y0, y1) = WINDOWS[window]

    def losses(xs, ys):
        return ((xs - x0) / (x1 - x0)) ** 2 + 3 * ((ys[:, None] - y0) / (y1 - y0)) ** 2

    background = scenes.background(window=WINDOWS[window], losses=losses, minima=(), start=(x0, y0))
    share = (scenes.spiral() + 2) / 4
    runs = [scenes.run(share * [x1 - x0, y1 - y0] + [x0, y0])]
    check(written, scenes.frames(*runs, background=background, size=size, view=view).still(-1))


@pytest.mark.parametrize("name", landscapes.names())
def test_equations(scenes, written, name):
    """The header of a landscape alone."""
    facts = landscapes.catalogue.facts(name)
    background = scenes.background(title=facts["title"], equation=facts["equation"])
    check(written, scenes.frames(background=background, runs=(), size=(640, 480)).still(0))


@pytest.mark.parametrize(
    ("size", "steps"), [*((SIZES[0], steps) for steps in (1, 99, 20000)), (SIZES[2], 20000)]
)
def test_counts_of_steps(scenes, written, size, steps):
    runs = scenes.runs(2, steps=steps)
    check(written, scenes.frames(*runs, size=size, title="A title that asks for room " * 3).still(-1))


LOSSES = {
    "log": np.logspace(3, -12, 41),
    "down to nothing": np.append(np.logspace(3, -300, 40), 0.0),
    "huge": np.logspace(300, 2, 41),
    "negative": np.linspace(-3.0, -1e6, 41),
    "constant": np.full(41, 0.123456789),
    "nearly constant": 1e6 + np.linspace(1e-3, 0.0, 41),
    "rising": np.logspace(-3, 250, 41),
    "zero": np.zeros(41),
}


@pytest.mark.parametrize(
    ("name", "lowest"),
    [
        *((name, None) for name in LOSSES),
        *((name, 0.0) for name in ("log", "down to nothing", "zero")),
        *((name, -1e7) for name in ("huge", "negative", "constant")),
    ],
)
def test_losses(scenes, written, name, lowest):
    runs = [
        scenes.run(scenes.spiral(run, steps=40), losses=LOSSES[name], label=LONG.format(run))
        for run in (0, 1)
    ]
    frames = scenes.frames(*runs, background=scenes.background(lowest=lowest), size=(640, 480))
    picture = frames.still(-1)
    check(written, picture)
    check_rows(written, frames, picture)


@pytest.mark.parametrize(
    ("size", "count", "label"),
    [
        ((640, 480), 1, LONG),
        ((640, 480), 14, "run {}"),
        ((640, 480), 24, LONG),
        ((720, 1280), 24, LONG),
    ],
)
def test_a_legend(scenes, written, size, count, label):
    check(written, scenes.frames(*scenes.runs(count, label=label), size=size, panels="legend").still(-1))


@pytest.mark.parametrize("view", ["contour", "surface"])
@pytest.mark.parametrize("window", ["far away", "one number"])
def test_ticks_tell_places_apart(scenes, written, window, view):
    background = scenes.background(window=WINDOWS[window], minima=(), title="T", start=(0.0, 0.0))
    size = (1280, 720)
    _ = scenes.frames(background=background, size=size, view=view, runs=()).still(0)
    ticks = [text.words for text in on(written, size) if text.words[-1].isdigit() and text.size == 16]
    assert len(ticks) >= 4
    (x0, _), (y0, _) = WINDOWS[window]
    assert len(set(ticks)) >= len(ticks) - (5 if x0 == y0 else 0)


def test_the_checks_find_what_they_should(written):
    canvas = Canvas((200, 100), "#ffffff")
    canvas.text("one", (10, 50), size=20, colour="#000000")
    canvas.text("two", (70, 50), size=20, colour="#000000")
    check(written, canvas.pixels)
    canvas.text("over", (40, 55), size=20, colour="#000000")
    with pytest.raises(AssertionError, match="over"):
        check(written, canvas.pixels)
    for at in ((-3, 50), (190, 50), (10, 5)):
        written.clear()
        canvas.text("edge", at, size=20, colour="#000000")
        with pytest.raises(AssertionError, match="edge"):
            check(written, canvas.pixels)
    written.clear()
    canvas.text("tiny", (10, 50), size=2, colour="#000000")
    with pytest.raises(AssertionError, match="tiny"):
        check(written, canvas.pixels)
