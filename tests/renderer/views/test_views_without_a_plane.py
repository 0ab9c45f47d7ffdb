"""The curve and the chart as films: what holds for every view holds for them, whatever the runs do."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from ravine.renderer import Plot, Timing
from ravine.renderer.canvas._canvas import rgb

RATE = Plot(name="rate", title="learning rate")
LOOKS = {
    "curve": {"view": "curve"},
    "curve, legend": {"view": "curve", "panels": "legend"},
    "curve, bare": {"view": "curve", "panels": "none", "theme": "dark"},
    "curve, radford": {"view": "curve", "theme": "radford"},
    "chart": {"view": "chart"},
    "chart of a rate": {"view": "chart", "plot": RATE, "theme": "dark"},
    "chart, legend": {"view": "chart", "panels": "legend"},
    "chart, bare": {"view": "chart", "panels": "none", "theme": "radford"},
}
SHAPES = [name for name in LOOKS if name not in ("curve, radford", "chart of a rate")]
"""One look for each arrangement: those left out differ from others in their colours and numbers alone."""

SIZES = [(640, 480), (1280, 720), (720, 1280), (800, 800)]


@pytest.fixture(params=LOOKS)
def look(request) -> dict[str, object]:
    return LOOKS[request.param]


with_panels = pytest.mark.parametrize("look", ["curve", "chart", "chart of a rate"], indirect=True)
"""Where a run's numbers matter alone: the other looks show them, or fewer of them, in the same way."""


@pytest.fixture(params=["curve", "chart"])
def view(request) -> str:
    return request.param


def with_rate(scenes, points, **facts):
    """A run whose rate falls, and is not known before the first step."""
    points = np.asarray(points, dtype=float)
    rate = np.append(np.nan, np.linspace(0.1, 0.02, len(points) - 1))
    return scenes.run(points, series={"rate": rate}, **facts)


def runs_of(scenes, count: int = 3, *, steps: int = 20):
    return [
        with_rate(scenes, run.points, label=run.label, colour=run.colour)
        for run in scenes.runs(count, steps=steps)
    ]


def drawn(frames) -> list[np.ndarray]:
    """Every frame, which changes only where it says so and is what `still` draws; warnings are errors."""
    pictures = []
    for pixels, (left, top, right, bottom) in frames:
        assert (pixels[..., 3] == 255).all()
        if pictures:
            outside = (pixels != pictures[-1]).any(-1)
            outside[top:bottom, left:right] = False
            assert not outside.any()
        pictures.append(pixels.copy())
    for index in (0, len(pictures) // 2, -1):
        assert np.abs(frames.still(index).astype(int) - pictures[index]).max() <= 4
    return pictures


def shows(picture: np.ndarray, colour: str) -> bool:
    return bool((picture[..., :3] == rgb(colour)).all(-1).any())


@pytest.mark.parametrize("look", [*SHAPES, "chart of a rate"], indirect=True)
def test_frames(scenes, look):
    """Runs that stay, one that leaves the reals, and one that leaves the window with a ball beside it."""
    gone = scenes.spiral(3, steps=20)
    gone[9:] = np.nan
    away = scenes.spiral(4, steps=20) * np.linspace(1, 3, 21)[:, None]
    beside = {"slow": scenes.spiral(1, steps=20) * 0.5}
    more = [
        with_rate(scenes, gone, label="gone", colour="#c080ff"),
        with_rate(scenes, away, label="away", colour="#784038", markers=beside),
    ]
    timing = Timing(seconds=0.8, hold=0.2)
    pictures = drawn(scenes.frames(*runs_of(scenes), *more, timing=timing, size=(400, 240), **look))
    known = pictures[10:]  # no rate is known before the first step
    assert all((one != two).any() for one, two in pairwise(known))
    assert all(shows(pictures[-1], run.colour) for run in runs_of(scenes))


@with_panels
def test_all_of_a_run_but_its_start(scenes, look):
    runs = []
    for value in (np.nan, np.inf, 1e300):
        points = np.full((13, 2), value)
        points[0] = scenes.START
        runs.append(with_rate(scenes, points))
    drawn(scenes.frames(*runs, **look))


def test_all_of_every_run(scenes, view):
    drawn(scenes.frames(scenes.run(np.full((13, 2), np.nan)), view=view))


@with_panels
def test_a_run_that_is_never_on_the_view(scenes, look):
    drawn(scenes.frames(with_rate(scenes, [(5.0, -5.0)] * 13), **look))


@with_panels
def test_a_single_step(scenes, look):
    run = with_rate(scenes, [(-1.5, 1.2), (0.5, 0.3)], colour="#c83800")
    assert shows(drawn(scenes.frames(run, timing=Timing(seconds=0.2), **look))[-1], "#c83800")


@with_panels
@pytest.mark.parametrize("value", [0.0, -1e4, 1e12])
def test_constants(scenes, look, value):
    background = scenes.background(
        losses=lambda xs, ys: value + 0 * xs + 0 * ys[:, None], minima=(), lowest=None
    )
    run = scenes.run(scenes.spiral(), losses=np.full(13, value), series={"rate": np.full(13, value)})
    drawn(scenes.frames(run, background=background, **look))


def test_a_ground_with_holes(scenes, view):
    def losses(xs, ys):
        with np.errstate(all="ignore"):
            return np.log(xs + 0 * ys[:, None]) + 1 / np.abs(np.round(xs, 1))

    run = scenes.run(scenes.spiral(), losses=np.linspace(3, 1, 13))
    drawn(scenes.frames(run, background=scenes.background(losses=losses, minima=(), lowest=None), view=view))


def test_a_ground_that_is_nowhere_real(scenes, view):
    background = scenes.background(losses=lambda xs, ys: np.nan * (xs + ys[:, None]), minima=(), lowest=None)
    drawn(scenes.frames(background=background, view=view))


@pytest.mark.parametrize(
    ("look", "size"),
    [
        *((look, (64, 64)) for look in SHAPES),
        ("curve", (640, 64)),
        ("chart", (64, 640)),
    ],
    indirect=["look"],
)
def test_many_runs_on_any_size(scenes, look, size):
    drawn(scenes.frames(*runs_of(scenes, 24), size=size, timing=Timing(seconds=0.12), **look))


def test_a_view_without_runs_can_be_drawn(scenes, look):
    drawn(scenes.frames(runs=(), timing=Timing(seconds=0.1), **look))


@pytest.mark.parametrize(
    ("look", "size"),
    [
        *((look, SIZES[0]) for look in (*SHAPES, "chart of a rate")),
        *((look, size) for look in ("curve", "chart") for size in SIZES[1:]),
    ],
    indirect=["look"],
)
def test_no_two_texts_touch(scenes, written, look, size):
    marks = (((-1.2, 0.0), "steep side"), ((0.0, 0.0), "the one minimum"), ((0.4, 0.0), "shallow"))
    frames = scenes.frames(
        *runs_of(scenes, 4),
        background=scenes.background(marks=marks),
        subtitle="an honest note about the noise, sigma = 0.1",
        clock="evaluation",
        size=size,
        **look,
    )
    _ = frames.still(-1)
    on_picture = [
        (text.words, text.box, text.size)
        for text in written
        if text.canvas.size == size and text.words.strip()
    ]
    for words, (left, top, right, bottom), font in on_picture:
        assert font >= size[1] / 45 - 1e-6, words
        assert left >= 0, words
        assert top >= 0, words
        assert right <= size[0], words
        assert bottom <= size[1], words
    for (one, a, _), (two, b, _) in combinations(on_picture, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1], (one, two)
