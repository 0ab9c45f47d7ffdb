"""The curve view: a graph with balls that roll on it."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from ravine.renderer import Timing
from ravine.renderer.canvas._canvas import rgb
from ravine.renderer.style._theme import THEMES
from ravine.renderer.views._profile import Profile
from ravine.renderer.views.curve import CurveView

BOX = (60, 90, 860, 670)
RED, BLUE = "#c83800", "#1868f8"


def double_well(xs):
    return (xs**2 - 1) ** 2 + 0.35 * xs


GRAPHS = {
    "a double well": double_well,
    "a slope": lambda xs: 2.0 * xs + 1.0,
    "a kink": np.abs,
    "waves": lambda xs: np.sin(5 * xs) + 0.3 * xs**2,
}


def ground_of(scenes, loss, **facts):
    """A background of x alone, between -2 and 2."""
    common = {
        "losses": lambda xs, ys: loss(xs) + 0 * ys[:, None],
        "start": (1.6, 0.0),
        "minima": (),
        "lowest": None,
        "scale": "linear",
    }
    return scenes.background(**{**common, **facts})


def view_of(scenes, loss=double_well, *, lanes=2, box=BOX, unit=1.0, **facts) -> CurveView:
    background = ground_of(scenes, loss, **facts)
    look = {"theme": THEMES["light"], "unit": unit, "bare": False}
    return CurveView(background, Profile.of(background), lanes=lanes, box=box, **look)


def on_graph(view: CurveView, xs) -> np.ndarray:
    xs = np.asarray(xs, dtype=float)
    return view.place(np.stack([xs, np.zeros_like(xs)], axis=-1), 0.0).points


def along(scenes, xs, colour=RED, **facts):
    """A run over places."""
    xs = np.asarray(xs, dtype=float)
    return scenes.run(np.stack([xs, 0 * xs], axis=-1), losses=double_well(xs), colour=colour, **facts)


def mask(picture: np.ndarray, colour: str) -> np.ndarray:
    return (picture[..., :3] == rgb(colour)).all(-1)


class TestPlaces:
    @pytest.mark.parametrize("name", GRAPHS)
    def test_the_graph_is_even_in_x_and_in_the_loss(self, scenes, name):
        xs = np.linspace(-2, 2, 41)
        columns, rows = on_graph(view_of(scenes, GRAPHS[name]), xs).T
        np.testing.assert_allclose(np.diff(columns), np.diff(columns)[0])
        fit = np.polyfit(GRAPHS[name](xs), rows, 1)
        assert fit[0] < 0
        np.testing.assert_allclose(np.polyval(fit, GRAPHS[name](xs)), rows, atol=0.3)

    def test_a_log_scale_opens_the_bottom(self, scenes):
        linear, log = (view_of(scenes, lambda xs: 1e4**xs, scale=scale) for scale in ("linear", "log"))
        rises = [np.ptp(on_graph(view, [-1.5, 0.0])[:, 1]) for view in (linear, log)]
        assert rises[1] > 10 * rises[0]

    def test_the_window_fills_the_view(self, scenes):
        view = view_of(scenes)
        left, _, right, _ = view.box
        np.testing.assert_allclose(on_graph(view, [-2.0, 2.0])[:, 0], [left, right])

    def test_beyond_the_window_is_outside_and_at_its_edge(self, scenes):
        view = view_of(scenes)
        placed = view.place(np.array([(-3.0, 0.0), (0.0, 9.0), (1e300, 0.0), (np.nan, 0.0)]), 0.0)
        assert placed.outside.tolist() == [True, False, True, False]
        assert placed.points[:, 0].tolist()[:3] == [view.box[0], sum(view.box[::2]) / 2, view.box[2]]
        assert np.isnan(placed.points[3]).all()

    def test_a_hole_is_at_the_top(self, scenes):
        def loss(xs):
            return np.where(np.abs(xs) < 0.5, np.nan, xs**2)

        rows = on_graph(view_of(scenes, loss), [-2.0, 0.0, 1.0])[:, 1]
        assert rows[1] == pytest.approx(rows[0])
        assert rows[1] < rows[2]

    @pytest.mark.parametrize("lanes", [1, 7, 24])
    @pytest.mark.parametrize("box", [BOX, (60, 90, 500, 300), (80, 100, 1200, 400)])
    def test_the_balls_at_the_start_and_the_lowest_trail_are_on_the_view(self, scenes, box, lanes):
        for start in (-2.0, 1.0, 2.0):
            view = view_of(scenes, lanes=lanes, box=box, start=(start, 0.0))
            _, top, _, bottom = view.box
            (_, y), *_ = on_graph(view, [start])
            assert y - 2.5 * view.radius >= top
            lowest = on_graph(view, np.linspace(-2, 2, 99))[:, 1].max()
            assert lowest + view.depth < bottom


@pytest.mark.parametrize("x", [-1.7, -1.0, -0.4, 0.1, 0.8, 1.5])
@pytest.mark.parametrize("radius", [6.0, 15.0])
def test_a_ball_rests_on_the_graph(scenes, x, radius):
    """The graph touches the ball at its point and nowhere comes nearer to its middle."""
    view = view_of(scenes)
    (at,) = on_graph(view, [x])
    middle = np.array(view.resting(tuple(at.tolist()), radius))
    apart = np.linalg.norm(on_graph(view, np.linspace(-2, 2, 4001)) - middle, axis=-1)
    edge = 1.7  # half the width of the graph's line
    assert np.linalg.norm(at - middle) == pytest.approx(radius + edge)
    assert apart.min() == pytest.approx(radius + edge, abs=0.25)
    assert middle[1] < at[1]


def test_a_ball_does_not_jump_over_a_kink(scenes):
    view = view_of(scenes, np.abs)
    places = on_graph(view, np.linspace(-0.1, 0.1, 201))
    middles = np.array([view.resting(tuple(at), 10.0) for at in places.tolist()])
    assert np.linalg.norm(np.diff(middles, axis=0), axis=-1).max() < 1.5


def test_the_drawn_ball_is_where_it_rests(scenes):
    frames = scenes.frames(
        along(scenes, [1.6, 0.9, -0.6]),
        background=ground_of(scenes, double_well),
        view="curve",
        panels="none",
        size=(800, 500),
        timing=Timing(steps_per_frame=0.5),
    )
    view = frames._view
    for index, x in enumerate([1.6, 1.25, 0.9, 0.15, -0.6]):
        (at,) = on_graph(view, [x]).tolist()
        x0, y0 = view.resting(tuple(at), view.radius)
        rows, columns = np.nonzero(mask(frames.still(index), RED))
        ball = np.hypot(rows - y0, columns - x0) < view.radius
        assert ball.sum() > 0.75 * np.pi * (view.radius - 2) ** 2
        assert (rows[ball].mean(), columns[ball].mean()) == pytest.approx((y0, x0), abs=1.0)


@pytest.mark.parametrize("count", [2, 5, 7])
def test_no_ball_hides_its_rival(scenes, count):
    runs = [along(scenes, [1.6, 1.0], colour=run.colour) for run in scenes.runs(count)]
    look = {
        "view": "curve",
        "panels": "none",
        "size": (1280, 720),
        "background": ground_of(scenes, double_well),
    }
    picture = scenes.frames(*runs, **look).still(0)
    assert min(int(mask(picture, run.colour).sum()) for run in runs) >= 60


class TestTrails:
    def still(self, scenes, *runs, index=-1):
        background = ground_of(scenes, double_well)
        look = {"panels": "none", "size": (800, 500), "timing": Timing(steps_per_frame=1.0)}
        frames = scenes.frames(*runs, background=background, view="curve", **look)
        return frames._view, frames.still(index)

    def test_a_trail_covers_all_that_its_ball_rolled_over(self, scenes):
        """There and back again: from the smallest to the largest x so far."""
        for index, (low, high) in enumerate([(1.6, 1.6), (0.2, 1.6), (-1.2, 1.6), (-1.2, 1.6)]):
            view, picture = self.still(scenes, along(scenes, [1.6, 0.2, -1.2, 0.9]), index=index)
            rows, columns = np.nonzero(mask(picture, RED))
            below = rows > on_graph(view, 4 * columns / 800 - 2)[:, 1] + 1
            if low == high:
                assert not below.any()
                continue
            ends = np.sort(on_graph(view, [low, high])[:, 0])
            assert (columns[below].min(), columns[below].max()) == pytest.approx(tuple(ends), abs=7)

    def test_trails_lie_side_by_side(self, scenes):
        shades = [run.colour for run in scenes.runs(7)]
        view, picture = self.still(scenes, *(along(scenes, [1.6, -1.2], colour=c) for c in shades))
        column = round(float(on_graph(view, [0.0])[0, 0]))
        strips = [np.flatnonzero(mask(picture, shade)[:, column]) for shade in shades]
        assert all(len(strip) for strip in strips)
        spans = sorted((strip.min(), strip.max()) for strip in strips)
        assert all(one[1] < two[0] for one, two in pairwise(spans))
        (_, y), *_ = on_graph(view, [0.0])
        assert y < spans[0][0]
        assert spans[-1][1] <= y + view.depth + 1

    def test_the_one_that_comes_farthest_is_nearest_to_the_graph(self, scenes):
        view, picture = self.still(scenes, along(scenes, [1.6, 1.0]), along(scenes, [1.6, -1.2], BLUE))
        column = round(float(on_graph(view, [1.3])[0, 0]))
        near, far = (np.flatnonzero(mask(picture, shade)[:, column]).mean() for shade in (BLUE, RED))
        assert near < far

    def test_a_ball_that_was_stopped_wears_a_square(self, scenes):
        stopped = along(scenes, [1.6, 1.0, 1.0], stopped_at=1)
        (view, one), (_, two) = (self.still(scenes, run) for run in (stopped, along(scenes, [1.6, 1.0, 1.0])))
        x, y = view.resting(tuple(on_graph(view, [1.0])[0].tolist()), view.radius)
        rows, columns = np.nonzero((one != two).any(-1))
        assert (rows.mean(), columns.mean()) == pytest.approx((y, x), abs=1.5)


class TestMarks:
    MARKS = (((-1.04, 0.0), "deep minimum"), ((0.09, 0.0), "local maximum"), ((0.95, 0.0), "shallow minimum"))

    @pytest.mark.parametrize("lanes", [0, 7])
    @pytest.mark.parametrize("box", [BOX, (60, 90, 500, 560), (60, 90, 900, 360)])
    @pytest.mark.parametrize("name", GRAPHS)
    def test_words_stand_below_the_trails_and_apart(self, scenes, name, box, lanes):
        view = view_of(scenes, GRAPHS[name], lanes=lanes, box=box, marks=self.MARKS, minima=((-1.0, 0.0),))
        words = view._words
        assert len(words) == 3
        for word in words:
            left, top, right, bottom = word.box
            xs = np.linspace(-2, 2, 2001)
            columns, rows = on_graph(view, xs).T
            above = rows[(columns >= left) & (columns <= right)]
            assert above.max() + view.depth < top
            assert word.point[1] < top
            assert view.box[0] <= left
            assert right <= view.box[2]
            assert bottom <= view.box[3]
            reach = 13.0
            for x, y in view._stars:
                assert x + reach < left or right < x - reach or y + reach < top or bottom < y - reach
        for one, two in combinations(words, 2):
            for a in one.boxes:
                for b in two.boxes:
                    assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]

    def test_a_word_is_about_its_point(self, scenes):
        view = view_of(scenes, marks=self.MARKS)
        for word, ((x, _), text) in zip(
            sorted(view._words, key=lambda word: word.point), self.MARKS, strict=True
        ):
            assert " ".join(word.lines) == text
            assert word.point == pytest.approx(tuple(on_graph(view, [x])[0].tolist()), abs=0.5)

    def test_a_point_off_the_window_has_no_word(self, scenes):
        view = view_of(scenes, marks=(((7.0, 0.0), "far off"), *self.MARKS))
        assert len(view._words) == 3

    def test_words_are_written(self, scenes, written):
        background = ground_of(scenes, double_well, marks=self.MARKS)
        _ = scenes.frames(background=background, runs=(), view="curve", size=(1280, 720)).still(0)
        assert {"deep minimum", "local maximum", "shallow minimum"} <= set(written.words)


def test_stars_stand_below_the_minima(scenes):
    view = view_of(scenes, minima=((-1.04, 0.0), (5.0, 0.0)))
    ((x, y),) = view._stars
    (at,) = on_graph(view, [-1.04])
    assert x == pytest.approx(at[0])
    assert at[1] + view.depth < y < at[1] + view.depth + 40


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ground_is_shaded_below_the_graph_alone(scenes, theme):
    slope = ground_of(scenes, lambda xs: 2.0 * xs)
    look = {"view": "curve", "panels": "none", "size": (400, 300), "runs": (), "theme": theme}
    picture = scenes.frames(background=slope, **look).still(0)
    colours = THEMES[theme]
    assert tuple(picture[10, 20, :3]) == rgb(colours.ground)
    np.testing.assert_allclose(picture[-2, 200, :3], rgb(colours.deep), atol=2)
    shades = picture[40:, 396, :3].astype(int)
    along_ground = (shades - rgb(colours.high)) @ (np.array(rgb(colours.deep)) - rgb(colours.high))
    assert (np.diff(along_ground) >= 0).all()
    assert len(np.unique(along_ground)) >= 15


def test_the_header_says_where_all_start(scenes, written):
    background = ground_of(scenes, double_well)
    for facts in ({}, {"subtitle": "gradients with noise"}):
        _ = scenes.frames(
            along(scenes, [1.6, 1.0]), background=background, view="curve", size=(1280, 720), **facts
        ).still(0)
    assert "all start at x = 1.6" in written.words
    assert "gradients with noise" in written.words
    assert written.words.count("all start at x = 1.6") == 1
