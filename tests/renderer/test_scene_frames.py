"""A scene as frames: each is what `still` draws, and changes only where it says so."""

from itertools import islice, pairwise
from typing import NamedTuple

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from ravine.renderer import Batches, Frame, SceneFrames, Slice, Timing, Vector
from ravine.renderer.canvas._canvas import rgb, text_size
from ravine.renderer.style._theme import THEMES

VIEWS = {
    "contour": {},
    "surface, bare": {"view": "surface", "panels": "none"},
    "surface, radford": {"view": "surface", "theme": "radford"},
    "contour, crowded": {"crowded": True},
    "contour, crowded, legend": {"crowded": True, "panels": "legend", "theme": "dark"},
    "surface, crowded": {"crowded": True, "view": "surface"},
    "turning, crowded": {"crowded": True, "view": "surface", "turn": 40.0},
}


GRID = np.linspace(-2, 2, 21), np.linspace(-1.5, 1.5, 16)
CROWDED_GROUND = {
    "slices": (
        Slice(ends=((-1.5, 0.0), (1.5, 0.0)), losses=np.linspace(-1, 1, 9) ** 2),
        Slice(ends=((0.0, -1.0), (0.0, 1.0)), losses=np.linspace(-1, 1, 9) ** 2),
    ),
    "batches": Batches(
        xs=GRID[0],
        ys=GRID[1],
        examples=np.stack(
            [(GRID[0] - np.cos(k)) ** 2 + (GRID[1][:, None] - np.sin(k)) ** 2 for k in range(31)]
        ),
        rows=np.arange(31)[:, None],
    ),
}


def crowded_run(scenes):
    """A run with all that a run can have about it, which is stopped on its way."""
    points = scenes.spiral(5, steps=30)
    points[20:] = points[20]
    away = np.append(np.diff(points, axis=0), [(np.nan, np.nan)], axis=0)
    markers = {f"worker {k}": scenes.spiral(k, steps=30) * (1.0 + 0.1 * k) for k in range(4)}
    markers["worker 2"][:9] = np.nan
    markers["read"] = np.roll(points, 3, axis=0)
    markers["read"][::4] = np.nan
    vectors = [
        Vector(name="step", colour="", tails=points, arrows=4.0 * away),
        Vector(name="back", colour="#d89820", tails=points + 0.1, arrows=-points),
        Vector(name="down", colour="#1868f8", tails=points, arrows=-points * (1.0, 3.0), unit=True),
        Vector(name="home", colour="#603090", tails=points, arrows=-points, unit=True),
    ]
    about = {"markers": markers, "vectors": tuple(vectors), "unconnected": frozenset({"worker 1"})}
    return scenes.run(points, label="crowded", colour="#005860", stopped_at=20, **about)


class Film(NamedTuple):
    frames: SceneFrames
    drawn: list[Frame]


def film_of(frames: SceneFrames) -> Film:
    """The frames, each with pixels of its own."""
    return Film(frames, [Frame(pixels.copy(), changed) for pixels, changed in frames])


def far_apart(pixels: np.ndarray, colour: str) -> int:
    return int(np.abs(pixels[..., :3].astype(int) - rgb(colour)).max(-1).min())


@pytest.fixture(scope="module", params=VIEWS)
def film(request, scenes):
    """Runs that stay, one that leaves the reals, and one that leaves the view, with a ball beside it."""
    gone = scenes.spiral(3, steps=30)
    gone[9:] = np.nan
    away = scenes.spiral(4, steps=30) * np.linspace(1, 3, 31)[:, None]
    more = [
        scenes.run(gone, label="gone", colour="#c080ff"),
        scenes.run(away, label="away", colour="#784038", markers={"slow": scenes.spiral(1, steps=30) * 0.5}),
    ]
    choices = dict(VIEWS[request.param])
    if choices.pop("crowded", False):
        more.append(crowded_run(scenes))
        choices["background"] = scenes.background(**CROWDED_GROUND)
    timing = Timing(seconds=0.64 if "turn" in choices else 0.72, hold=0.2)
    runs = [*scenes.runs(3, steps=30), *more]
    return film_of(scenes.frames(*runs, timing=timing, size=(400, 240), **choices))


class TestEveryView:
    def test_frames_are_whole(self, film):
        assert len(film.drawn) == len(film.frames) == len(film.frames.durations) >= 16
        for pixels, (left, top, right, bottom) in film.drawn:
            assert pixels.shape == (240, 400, 4)
            assert pixels.dtype == np.uint8
            assert (pixels[..., 3] == 255).all()
            assert 0 <= left <= right <= 400
            assert 0 <= top <= bottom <= 240
        assert film.drawn[0].changed == (0, 0, 400, 240)

    def test_nothing_changes_outside_the_box_that_is_told(self, film):
        for (before, _), (after, (left, top, right, bottom)) in pairwise(film.drawn):
            outside = (before != after).any(-1)
            outside[top:bottom, left:right] = False
            assert not outside.any()

    def test_every_frame_is_another_one(self, film):
        assert all((before.pixels != after.pixels).any() for before, after in pairwise(film.drawn))

    def test_a_still_looks_like_the_frame(self, film):
        """Every second one is looked at, the last among them."""
        for index in range(len(film.drawn))[::-2]:
            apart = np.abs(film.frames.still(index).astype(int) - film.drawn[index].pixels)
            assert apart.max() <= 4, index
            assert (apart > 0).any(-1).mean() < 0.01

    def test_a_still_counts_from_the_end_too(self, film):
        count = len(film.frames)
        np.testing.assert_array_equal(film.frames.still(-1), film.frames.still(count - 1))
        np.testing.assert_array_equal(film.frames.still(-count), film.frames.still(0))

    def test_a_still_is_the_caller_s_own(self, film):
        still = film.frames.still(3)
        still[:] = 0
        assert film.frames.still(3).any()

    def test_reading_twice_gives_the_same(self, film):
        for one, two in zip(film.drawn[:6], islice(film.frames, 6), strict=True):
            np.testing.assert_array_equal(one.pixels, two.pixels)
            assert one.changed == two.changed

    def test_exact_colours_are_on_the_picture(self, film):
        runs = [rgb(run.colour) for run in film.frames._scene.runs]
        assert set(runs) <= set(film.frames.exact_colours)
        last = film.drawn[-1].pixels[..., :3]
        assert sum(bool((last == colour).all(-1).any()) for colour in runs) >= len(runs) - 1


def test_the_counter_of_a_small_film_leaves_no_ghost(scenes):
    film = film_of(scenes.frames(size=(240, 136)))
    for index, (pixels, _) in enumerate(film.drawn):
        assert np.abs(film.frames.still(index)[:14].astype(int) - pixels[:14]).max() <= 4


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_s_colours(scenes, theme):
    frames = scenes.frames(theme=theme, size=(480, 270))
    pixels = frames.still(-1)
    look = THEMES[theme]
    assert tuple(pixels[2, 2, :3]) == rgb(look.ground)
    assert far_apart(pixels, look.text) <= 4
    for colour in (look.ground, look.text, look.rim):
        assert rgb(colour) in frames.exact_colours


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_bands_of_a_contour_follow_the_loss(scenes, theme):
    """From the deepest to the highest, one shade a band, in order of the loss."""
    plane = scenes.background(
        losses=lambda xs, ys: xs + 0 * ys[:, None], minima=(), lowest=None, scale="linear"
    )
    frames = scenes.frames(background=plane, theme=theme, panels="none", runs=(), size=(440, 240))
    row = frames.still(0)[5, :, :3].astype(int)
    shades = [tuple(row[round((band + 0.5) * 20)]) for band in range(22)]
    assert len(set(shades)) == 22
    look = THEMES[theme]
    ends = np.array([rgb(look.deep), rgb(look.high)])
    np.testing.assert_allclose([shades[0], shades[-1]], ends, atol=2)
    along = (np.array(shades) - ends[0]) @ (ends[1] - ends[0])
    assert (np.diff(along) > 0).all()


def test_high_losses_are_above_in_y(scenes):
    slope = scenes.background(losses=lambda xs, ys: ys[:, None] + 0 * xs, minima=(), lowest=None)
    frames = scenes.frames(background=slope, panels="none", runs=(), size=(64, 64))
    column = frames.still(0)[:, 32, :3].astype(int)
    high, deep = rgb(THEMES["light"].high), rgb(THEMES["light"].deep)
    assert np.abs(column[1] - high).max() < np.abs(column[1] - deep).max()
    assert np.abs(column[-2] - deep).max() < np.abs(column[-2] - high).max()


def test_a_ball_is_where_its_point_is(scenes):
    """Window, box and picture are one map: x to the right, y up."""
    points = np.array([(-1.5, 1.2), (1.0, 0.75), (-1.0, -0.75), (0.0, 0.0), (1.9, 1.4)])
    run = scenes.run(points, colour="#c83800")
    timing = Timing(steps_per_frame=1.0)
    frames = scenes.frames(run, panels="none", size=(400, 300), timing=timing)
    for index, (x, y) in enumerate(points):
        column, row = round((x + 2) / 4 * 400), round((1.5 - y) / 3 * 300)
        pixels = frames.still(index)
        assert tuple(pixels[row, column, :3]) == rgb("#c83800")
        assert tuple(pixels[row - 1, column - 1, :3]) == rgb("#c83800")


def test_a_ball_goes_straight_between_two_steps(scenes):
    run = scenes.run([(-1.5, 0.0), (1.5, 0.0)])
    frames = scenes.frames(run, panels="none", size=(400, 300), timing=Timing(steps_per_frame=0.25))
    for index in range(5):
        row = frames.still(index)[150 - 2, :, :3].astype(int)
        (columns,) = np.nonzero((row == rgb("#c83800")).all(-1))
        assert columns.mean() == pytest.approx((-1.5 + 0.75 * index + 2) / 4 * 400, abs=1.5)


@pytest.mark.parametrize(("view", "count"), [("contour", 2), ("contour", 7), ("surface", 7)])
def test_no_ball_hides_its_rival(scenes, view, count):
    """Runs that share their every place are rings about each other, each in its own colour."""
    same = [scenes.run(scenes.spiral(), colour=run.colour) for run in scenes.runs(count)]
    pixels = scenes.frames(*same, view=view, panels="none", size=(1280, 720)).still(-1)[..., :3]
    seen = [int((pixels == rgb(run.colour)).all(-1).sum()) for run in same]
    assert min(seen) >= 20, seen


def test_many_balls_in_one_place_do_not_hide_the_landscape(scenes):
    same = [scenes.run(scenes.spiral(), colour=run.colour) for run in scenes.runs(24)]
    look = {"size": (800, 800), "panels": "none"}
    with_balls = scenes.frames(*same, **look).still(-1)
    background = scenes.frames(scenes.run(np.full((13, 2), 9.0)), **look).still(-1)
    rows = (with_balls != background).any(-1)
    assert rows.mean() < 0.1


def test_the_minimum_is_marked(scenes):
    with_star = scenes.frames(panels="none", runs=(), size=(200, 150)).still(0)
    without = scenes.frames(
        background=scenes.background(minima=()), panels="none", runs=(), size=(200, 150)
    ).still(0)
    rows, columns = np.nonzero((with_star != without).any(-1))
    assert (rows.mean(), columns.mean()) == (pytest.approx(75, abs=2), pytest.approx(100, abs=2))
    np.testing.assert_allclose(with_star[75, 100, :3], rgb(THEMES["light"].star), atol=2)


@pytest.mark.parametrize(
    "taste",
    [
        {"path.sketch": (1, 100, 2), "savefig.dpi": 40, "figure.dpi": 40},
        {"font.sans-serif": ["DejaVu Serif"], "font.family": ["serif"], "font.size": 30},
        {"axes.unicode_minus": False, "text.usetex": True, "lines.antialiased": False},
    ],
)
def test_nobody_s_own_matplotlibrc_changes_a_film(scenes, taste):
    wanted = scenes.frames(background=scenes.background(title="$x^2$")).still(-1)
    with matplotlib.rc_context(taste):
        np.testing.assert_array_equal(
            scenes.frames(background=scenes.background(title="$x^2$")).still(-1), wanted
        )


@pytest.mark.filterwarnings("ignore:Glyph 20013", "ignore:.*_factor:DeprecationWarning")
def test_sizes_of_plain_texts_follow_matplotlib_s_settings():
    """What was measured under others is not taken for theirs, whichever have changed."""
    texts = ("AVAToday fi 0.123", "Ω \u4e2d")
    tastes = [
        {},
        {"text.hinting": "no_hinting"},
        {"text.hinting": "native"},
        {"text.kerning_factor": 6},
        {"text.hinting_factor": 2},
        {"font.enable_last_resort": False},
        {"font.family": ["serif"], "font.style": "italic", "font.size": 30, "text.antialiased": False},
        {"mathtext.fontset": "cm", "mathtext.default": "rm", "text.parse_math": False, "text.usetex": True},
    ]
    font = FontProperties(family="DejaVu Sans", size=15.5)
    for taste in tastes:
        with matplotlib.rc_context(taste):
            ruler = RendererAgg(16, 16, 72.0)
            for text in texts:
                wanted = ruler.get_text_width_height_descent(text, font, ismath=False)
                assert text_size(text, size=15.5) == wanted, (text, taste)


def test_the_comment_and_the_clock_are_the_scene_s(scenes):
    timing = Timing(seconds=2.0, fps=10.0, hold=1.5, loops=4)
    frames = scenes.frames(timing=timing, comment="made by hand", size=(320, 180))
    assert (frames.comment, frames.fps, frames.loops, frames.size) == ("made by hand", 10.0, 4, (320, 180))
    assert frames.durations == (*[0.1] * 19, 1.5)


def test_figures_change_no_faster_than_they_can_be_read(scenes):
    """The table of a film at 25 frames a second stands for several frames; the last frame is up to date."""
    frames = scenes.frames(*scenes.runs(3, steps=200), size=(640, 360), timing=Timing(seconds=2.0))
    table = [frame.pixels[:, 440:] for frame in film_of(frames).drawn]
    changes = [bool((one != two).any()) for one, two in pairwise(table)]
    assert 8 <= sum(changes) <= 15
    assert changes[-1]
