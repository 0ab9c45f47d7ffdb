"""Runs and backgrounds at the edge of what there is: none of them stops a film or fills it with warnings."""

import io

import numpy as np
import pytest
from PIL import Image

from ravine.renderer import Timing, writers
from ravine.renderer.canvas._canvas import rgb

LOOKS = {
    "contour": {},
    "surface": {"view": "surface"},
    "turning": {"view": "surface", "turn": 30.0},
    "legend": {"panels": "legend"},
}


every_look = pytest.mark.parametrize("look", LOOKS, indirect=True)


@pytest.fixture(params=["contour", "surface"])
def look(request) -> dict[str, object]:
    """One of each view: what turns, or has no panels, is asked of `every_look` where that may matter."""
    return LOOKS[request.param]


def drawn(frames) -> list[np.ndarray]:
    """Every frame, once read in order and once as a still; warnings are errors."""
    width, height = frames.size
    pictures = []
    for pixels, (left, top, right, bottom) in frames:
        assert (pixels[..., 3] == 255).all()
        assert 0 <= left <= right <= width
        assert 0 <= top <= bottom <= height
        pictures.append(pixels.copy())
    assert np.abs(frames.still(-1).astype(int) - pictures[-1]).max() <= 4
    return pictures


def shows(picture: np.ndarray, colour: str) -> bool:
    return bool((picture[..., :3] == rgb(colour)).all(-1).any())


@every_look
def test_a_run_that_leaves_the_reals(scenes, look):
    points = scenes.spiral(steps=20)
    points[3:] = np.nan
    gone = scenes.run(points, colour="#c83800")
    pictures = drawn(scenes.frames(gone, scenes.run(scenes.spiral(1, steps=20), colour="#1868f8"), **look))
    assert shows(pictures[-1], "#1868f8")
    assert gone.diverged_at == 3


def test_a_ball_is_gone_once_its_run_has_left_the_reals(scenes):
    points = np.array([(-1.5, 0.0), (-0.5, 0.0), (0.5, 0.0), (np.nan, np.nan), (np.nan, np.nan)])
    frames = scenes.frames(
        scenes.run(points), panels="none", size=(400, 300), timing=Timing(steps_per_frame=1.0)
    )

    def ball(index: int) -> bool:
        column = round((0.5 + 2) / 4 * 400)
        return bool((frames.still(index)[150 - 2, column, :3] == rgb("#c83800")).all())

    assert [ball(index) for index in range(5)] == [False, False, True, False, False]


def test_all_of_a_run_but_its_start(scenes, look):
    runs = []
    for value in (np.nan, np.inf, -np.inf):
        points = np.full((13, 2), value)
        points[0] = scenes.START
        runs.append(scenes.run(points))
    drawn(scenes.frames(*runs, **look))


def test_all_of_every_run(scenes):
    for view in ("contour", "surface"):
        drawn(scenes.frames(scenes.run(np.full((13, 2), np.nan)), view=view))


@pytest.mark.parametrize("scales", [(1e3, 1e8), (1e150, 1e300)])
def test_coordinates_that_are_far_off(scenes, look, scales):
    runs = []
    for scale in scales:
        points = scenes.spiral()
        points[4:] *= scale
        runs.append(scenes.run(points))
    pictures = drawn(scenes.frames(*runs, *scenes.runs(2)[1:], **look))
    assert shows(pictures[-1], scenes.runs(2)[1].colour)


def test_runs_that_are_never_on_the_view(scenes, look):
    drawn(scenes.frames(*(scenes.run([(far, -far)] * 13) for far in (1e150, 5.0)), **look))


def test_losses_that_overflow(scenes, look):
    losses = np.logspace(3, 308, 13), [*np.logspace(3, 300, 12), np.inf]
    drawn(scenes.frames(*(scenes.run(scenes.spiral(), losses=each) for each in losses), **look))


@pytest.mark.parametrize("value", [0.0, -1e4, 1e12])
def test_a_constant_ground(scenes, look, value):
    background = scenes.background(
        losses=lambda xs, ys: value + 0 * xs + 0 * ys[:, None], minima=(), lowest=None
    )
    run = scenes.run(scenes.spiral(), losses=np.full(13, value))
    drawn(scenes.frames(run, background=background, **look))


def test_a_log_scale_below_zero(scenes):
    """As on the cross-in-tray function: every loss is negative, and few are far below the others."""

    def losses(xs, ys):
        return -1.0 - np.exp(-40 * (xs**2 + ys[:, None] ** 2))

    background = scenes.background(losses=losses, lowest=-2.0, scale="log")
    drawn(
        scenes.frames(
            scenes.run(scenes.spiral(), losses=-np.linspace(1, 2, 13)), background=background, view="surface"
        )
    )


@every_look
def test_a_ground_with_holes(scenes, look):
    def losses(xs, ys):
        with np.errstate(all="ignore"):
            return np.log(xs + 0 * ys[:, None]) + 1 / np.abs(np.round(ys[:, None], 1))

    run = scenes.run(scenes.spiral(), losses=np.linspace(3, 1, 13))
    drawn(scenes.frames(run, background=scenes.background(losses=losses, minima=(), lowest=None), **look))


def test_a_ground_that_is_nowhere_real(scenes, look):
    background = scenes.background(losses=lambda xs, ys: np.nan * (xs + ys[:, None]), minima=(), lowest=None)
    drawn(scenes.frames(scenes.run(scenes.spiral()), background=background, **look))


@pytest.mark.parametrize("lowest", [None, 0.0])
def test_a_ground_without_a_minimum_can_be_drawn(scenes, look, lowest):
    drawn(scenes.frames(background=scenes.background(minima=(), lowest=lowest), **look))


def test_many_minima(scenes, look):
    minima = tuple((x, y) for x in (-1.5, -0.5, 0.5, 1.5) for y in (-1.0, 0.0, 1.0))
    drawn(scenes.frames(background=scenes.background(minima=minima), **look))


@pytest.mark.parametrize(
    ("look", "pace"),
    [*((look, None) for look in ("contour", "turning")), *(("contour", pace) for pace in (1.0, 0.25, 100.0))],
    indirect=["look"],
)
def test_a_single_step(scenes, look, pace):
    run = scenes.run([(-1.5, 1.2), (0.5, 0.3)], colour="#c83800")
    pictures = drawn(scenes.frames(run, timing=Timing(seconds=0.2, steps_per_frame=pace), **look))
    assert len(pictures) >= 2
    assert shows(pictures[-1], "#c83800")


def test_a_run_that_stands_still(scenes, look):
    drawn(scenes.frames(scenes.run([scenes.START] * 13), **look))


@pytest.mark.parametrize(
    ("look", "size"),
    [
        *((look, (64, 64)) for look in ("contour", "surface", "legend")),
        *((look, size) for look in ("contour", "surface") for size in ((640, 64), (64, 640))),
    ],
    indirect=["look"],
)
def test_many_runs_on_any_size(scenes, look, size):
    drawn(scenes.frames(*scenes.runs(24), size=size, timing=Timing(seconds=0.12), **look))


def test_many_runs_have_many_colours(scenes):
    runs = scenes.runs(24)
    seen = np.unique(scenes.frames(*runs, size=(1280, 720)).still(-1).view("<u4"))
    own = [int.from_bytes((*rgb(run.colour), 255), "little") for run in runs]
    assert np.isin(own, seen).sum() >= 20


@every_look
def test_balls_beside_a_run(scenes, look):
    slow, lost = scenes.spiral(1) * 0.3, scenes.spiral(2)
    lost[5:] = np.nan
    run = scenes.run(scenes.spiral(), markers={"slow": slow, "lost": lost, "off": scenes.spiral(3) * 1e9})
    drawn(scenes.frames(run, **look))


def test_a_ball_beside_a_run_is_where_its_point_is(scenes):
    beside = np.array([(1.0, 0.75)] * 13)
    run = scenes.run([(-1.0, 0.75)] * 13, markers={"slow": beside}, colour="#c83800")
    without = scenes.run([(-1.0, 0.75)] * 13, colour="#c83800")
    size = (800, 600)
    one, two = (scenes.frames(r, panels="none", size=size).still(-1) for r in (run, without))
    rows, columns = np.nonzero((one != two).any(-1))
    assert rows.mean() == pytest.approx(150, abs=2)
    assert columns.max() == pytest.approx(600, abs=8)
    # Tied to the run's ball.
    assert columns.min() < 300


def test_a_scene_without_runs_can_be_drawn(scenes):
    """The landscape alone."""
    for view in ("contour", "surface"):
        (picture, *_) = drawn(scenes.frames(runs=(), view=view, timing=Timing(seconds=0.1)))
        assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 20


@pytest.mark.parametrize("text", ["$x^2", "100 % of _it_ \\frac", "Ω ≤ 3 – é", "a" * 99, "  ", "$$", "$_$"])
def test_odd_texts(scenes, text):
    drawn(scenes.frames(scenes.run(scenes.spiral(), label=text, note=text), title=text))


def test_a_film_of_them_can_be_written(scenes):
    """A run that leaves the view and one that leaves the reals, by the writer that trusts `changed` most."""
    away = scenes.spiral(steps=20) * np.linspace(1, 5, 21)[:, None]
    gone = scenes.spiral(1, steps=20)
    gone[7:] = np.nan
    runs = [scenes.run(away), scenes.run(gone, colour="#1868f8")]
    frames = scenes.frames(*runs, size=(400, 240), timing=Timing(seconds=0.8, hold=0.1))
    stills = [frames.still(index)[..., :3].astype(int) for index in range(20)]
    film = Image.open(io.BytesIO(writers.to_bytes(frames, ".webp")))
    shown = -1
    for index in range(film.n_frames):
        film.seek(index)
        picture = np.array(film.convert("RGB"))
        apart = [np.abs(picture - still).max() for still in stills]
        assert min(apart) <= 3
        assert int(np.argmin(apart)) >= shown
        shown = int(np.argmin(apart))
    assert shown == 19
