"""Training paths on a plane: the ground between the grid's points, and the clock of the paths."""

from dataclasses import replace

import numpy as np
import pytest

from ravine.renderer.figures import losses_between, plane_background
from ravine.renderer.style import colours
from ravine.studies._plane_film import path_of, plane_film
from ravine.studies._trainings import Trajectory

X, Y = np.linspace(-2.0, 2.0, 51), np.linspace(-1.0, 3.0, 41)


def rosenbrock(x, y):
    """A curved valley that spans decades, about as wide as a cell of the grid."""
    return (1.0 - x) ** 2 + 5.0 * (y - x**2) ** 2 + 0.1


def tilted(x, y):
    return 3.0 * x - 2.0 * y - 20.0


def wavy(x, y):
    return np.exp(np.sin(2.0 * x) * np.cos(y)) + 0.5


FUNCTIONS = {"rosenbrock": rosenbrock, "tilted": tilted, "wavy": wavy}


def on_grid(function, x=X, y=Y):
    return function(*np.meshgrid(x, y))


class TestBetween:
    @pytest.mark.parametrize("kind", ["float64", "float32"])
    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_the_interpolation_goes_through_every_point_of_the_grid(self, name, kind):
        grid = on_grid(FUNCTIONS[name]).astype(kind)
        np.testing.assert_allclose(losses_between(X, Y, grid)(X, Y), grid, rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("shape", [(2, 2), (2, 5), (3, 3), (5, 4)])
    def test_a_coarse_grid_will_do(self, shape):
        rows, columns = shape
        x, y = np.linspace(0.0, 1.0, columns), np.linspace(0.0, 1.0, rows)
        grid = on_grid(tilted, x, y)
        losses = losses_between(x, y, grid)
        np.testing.assert_allclose(losses(x, y), grid, atol=1e-12)
        (middle,) = losses(np.array([0.5]), np.array([0.5])).ravel()
        assert middle == pytest.approx(tilted(0.5, 0.5))

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_the_interpolation_is_close_between_points(self, name):
        from scipy.interpolate import RegularGridInterpolator

        xs, ys = np.linspace(-2.0, 2.0, 333), np.linspace(-1.0, 3.0, 222)
        true, grid = on_grid(FUNCTIONS[name], xs, ys), on_grid(FUNCTIONS[name])
        off = np.abs(losses_between(X, Y, grid)(xs, ys) / true - 1.0)
        straight = RegularGridInterpolator((Y, X), grid)(np.stack(np.meshgrid(ys, xs, indexing="ij"), -1))
        straight_off = np.abs(straight / true - 1.0)
        assert np.median(off) < 1e-4
        assert off.max() < 0.2
        assert name == "tilted" or (off**2).mean() < 0.1 * (straight_off**2).mean()

    def test_the_floor_of_a_valley_has_no_beads(self):
        """Along the floor of a valley askew to the grid the loss stays near its own."""
        x = y = np.linspace(-1.0, 1.0, 51)
        losses = losses_between(x, y, on_grid(lambda x, y: 0.1 + (x - 0.37 * y) ** 2, x, y))
        floor = np.array(
            [losses(np.array([0.37 * at]), np.array([at])).item() for at in np.linspace(-1, 1, 99)]
        )
        np.testing.assert_allclose(floor, 0.1, rtol=2e-3)

    @pytest.mark.parametrize("lift", [0.0, 1.0])
    def test_the_interpolation_does_not_swing_beside_a_cliff(self, lift):
        """Far lower than the ground there is nothing, and far from the cliff all is as flat as it was."""
        grid = lift + on_grid(lambda x, y: np.where(x + 0.3 * y > 0.1, 1000.0, 0.0))
        found = losses_between(X, Y, grid)(np.linspace(-2, 2, 401), np.linspace(-1, 3, 201))
        assert found.min() >= lift
        assert found.max() <= (lift + 1000.0) * (1.0 + 1e-12)
        flat = losses_between(X, Y, grid)(np.linspace(-2, -1, 50), np.linspace(-1, 0, 50))
        np.testing.assert_allclose(flat, lift, atol=1e-9)

    @pytest.mark.parametrize(
        "row",
        [
            [1.0, 1.1, 1.2, 1.3, 1000.0, 1001.0, 1002.0, 1003.0],
            [1e-6, 1e-5, 1e-4, 1.0, 1.1, 1.2, 100.0, 101.0],
            [0.0, 0.0, 0.0, 0.0, 1e9, 1e9, 1e12, 1e12],
            [-5.0, -5.0, -4.0, -3.9, 50.0, 51.0, 51.0, 52.0],
        ],
    )
    def test_the_interpolation_rises_where_its_points_rise(self, row):
        x, y = np.linspace(0.0, 1.0, 8), np.linspace(0.0, 1.0, 5)
        grid = np.tile(np.array(row), (5, 1))
        xs, ys = np.linspace(0.0, 1.0, 501), np.linspace(0.0, 1.0, 7)
        along = losses_between(x, y, grid)(xs, ys)
        across = losses_between(y, x, grid.T)(ys, xs)
        for rising in (along, across.T):
            assert (np.diff(rising, axis=-1) >= -1e-9 * np.abs(rising[:, 1:])).all()
            np.testing.assert_allclose(rising, rising[:1].repeat(7, 0), rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("rows", [5, 25])
    def test_an_exponential_is_one_between_its_points_though_columns_repeat_its_lowest(self, rows):
        x, y = np.linspace(0.0, 2.0, 9), np.linspace(0.0, 1.0, rows)
        xs = np.linspace(0.0, 2.0, 333)
        (row,) = losses_between(x, y, np.tile(10.0 ** (1.0 + x), (rows, 1)))(xs, np.array([0.37]))
        np.testing.assert_allclose(row, 10.0 ** (1.0 + xs), rtol=1e-6)

    def test_the_smallest_and_the_largest_losses_there_are(self):
        grid = on_grid(
            lambda x, y: 0.3 + np.exp(np.minimum(600.0, 300.0 * np.maximum(0.0, np.hypot(x, y) - 0.9)))
        )
        grid[0, 0] = 1.7e308
        found = losses_between(X, Y, grid)(X, Y)
        np.testing.assert_allclose(found, np.minimum(grid, 1e300), rtol=1e-9)

    def test_a_zero_among_positive_losses_leaves_the_others_smooth(self):
        """It has no logarithm, and is no pit: a smooth bowl down to it stays one."""
        grid = on_grid(lambda x, y: x**2 + 3.0 * (y - 1.0) ** 2)
        assert grid.min() == pytest.approx(0.0, abs=1e-30)
        xs, ys = np.linspace(-2.0, 2.0, 301), np.linspace(-1.0, 3.0, 201)
        true = on_grid(lambda x, y: x**2 + 3.0 * (y - 1.0) ** 2, xs, ys)
        np.testing.assert_allclose(losses_between(X, Y, grid)(xs, ys), true, rtol=2e-3, atol=4e-3)

    def test_positive_losses_stay_positive(self):
        grid = on_grid(lambda x, y: np.where(np.hypot(x, y) < 0.3, 1e-8, 5.0))
        assert losses_between(X, Y, grid)(np.linspace(-2, 2, 301), np.linspace(-1, 3, 301)).min() > 0.0

    @pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
    def test_a_hole_is_a_hole_and_no_more(self, hole):
        grid = on_grid(rosenbrock)
        grid[10:13, 20] = hole
        xs, ys = np.linspace(-2.0, 2.0, 501), np.linspace(-1.0, 3.0, 401)
        found = losses_between(X, Y, grid)(xs, ys)
        near = np.abs(xs - X[20]) < 0.5 * (X[1] - X[0]) - 1e-9
        within = (ys > Y[10] - 0.5 * (Y[1] - Y[0]) + 1e-9) & (ys < Y[12] + 0.5 * (Y[1] - Y[0]) - 1e-9)
        assert np.isnan(found[within][:, near]).all()
        assert np.isnan(found).sum() <= 1.4 * within.sum() * near.sum()
        np.testing.assert_allclose(losses_between(X, Y, grid)(X, Y)[0], grid[0], rtol=1e-9)

    def test_a_grid_of_holes_alone_is_no_error(self):
        assert np.isnan(losses_between(X, Y, np.full((41, 51), np.nan))(X, Y)).all()

    def test_beyond_the_grid_it_is_as_at_its_edge(self):
        losses = losses_between(X, Y, on_grid(wavy))
        beyond, edge = (losses(np.array([x]), np.array([1.0])).item() for x in (9.0, 2.0))
        assert beyond == pytest.approx(edge)


def path(label="SGD", key="sgd", *, last=60, every=10, reach=1.0, **facts):
    steps = np.arange(0, last + 1, every)
    share = steps / 60.0
    common = {
        "points": np.stack([-1.5 + 2.5 * reach * share, 2.0 * share**2], axis=-1),
        "loss": 2.0 * np.exp(-3.0 * share),
        "plane_loss": 1.5 * np.exp(-2.0 * share),
        "distance": 3.0 * share * (1.0 - share),
        "steps": steps,
    }
    return Trajectory(label=label, rule=key, iterates=None, **{**common, **facts})


def background(**facts):
    common = {
        "title": "MLP on digits",
        "x": X,
        "y": Y,
        "loss": on_grid(rosenbrock),
        "axes": ("first principal component", "second principal component"),
        "shares": (0.834, 0.0049),
    }
    return plane_background(**{**common, **facts})


def film(*paths, lengths=(1.0, 1.0), look=None, **facts):
    runs = [path_of(path, lengths) for path in paths or (path(),)]
    return plane_film(background(**facts), runs, **look or {})


def scene(*paths, theme="light", **facts):
    return film(*paths, look={"theme": theme}, **facts)._scene


class TestScene:
    def test_a_plane_without_paths_is_refused(self):
        with pytest.raises(ValueError, match=r"shows training paths; got 0 of them\.$"):
            plane_film(background(), ())

    def test_the_window_is_the_box_of_the_grid(self):
        ground = scene().background
        assert ground.window == ((-2.0, 2.0), (-1.0, 3.0))
        np.testing.assert_allclose(ground.losses(X, Y), on_grid(rosenbrock))

    def test_the_axes_say_what_they_are_and_explain(self):
        assert scene().background.axes == (
            "first principal component, 83 %",
            "second principal component, 0.49 %",
        )
        assert scene(axes=("a", "b"), shares=None).background.axes == ("a", "b")

    def test_points_are_marks(self):
        shown = scene(points=(("SWA", (0.5, 1.0), 2.0),))
        assert shown.background.marks == (((0.5, 1.0), "SWA: 2"),)

    def test_the_clock_counts_updates(self):
        shown = scene(path(every=20), path("Adam", "adam", every=15))
        assert shown.counts.tolist() == [0, 15, 20, 30, 40, 45, 60]
        assert [shown.count(step) for step in range(shown.steps + 1)] == shown.counts.tolist()

    def test_without_counts_it_counts_iterates(self):
        own = replace(path_of(path(), (1.0, 1.0)), counts=None)
        assert plane_film(background(), [own])._scene.counts.tolist() == list(range(7))

    @pytest.mark.parametrize("other", [10, 15, 60])
    def test_a_path_goes_through_its_iterates(self, other):
        """Whenever the others were kept, each is where it was, and straight between."""
        own = path(every=20)
        shown = scene(own, path("Adam", "adam", every=other, reach=0.5))
        (run,) = (run for run in shown.runs if run.label == "SGD")
        kept = np.isin(shown.counts, own.steps)
        np.testing.assert_allclose(run.points[kept], own.points)
        np.testing.assert_allclose(run.losses[kept], own.loss)
        np.testing.assert_allclose(run.series["plane_loss"][kept], own.plane_loss)
        way = np.diff(own.points, axis=0)
        for point, count in zip(run.points, shown.counts, strict=True):
            part, rest = divmod(count, 20)
            if rest:
                expected = own.points[part] + rest / 20 * way[part]
                np.testing.assert_allclose(point, expected)

    def test_a_shorter_path_is_stopped_where_it_ends(self):
        long, short = scene(path(), path("momentum", "momentum", last=30)).runs
        assert (long.label, long.stopped_at) == ("SGD", None)
        assert (short.stopped_at, short.diverged_at) == (3, None)
        assert (short.points[3:] == short.points[3]).all()
        assert (short.losses[3:] == short.losses[3]).all()

    def test_a_path_that_leaves_the_reals_is_gone(self):
        lost = path(last=40)
        lost.points[3:, 0], lost.loss[3:] = np.inf, np.nan
        _, run = scene(path(), replace(lost, label="lost")).runs
        assert run.label == "lost"
        assert (run.diverged_at, run.stopped_at) == (3, None)

    def test_the_longest_path_lies_lowest_and_keeps_its_colour(self):
        shown = scene(
            path("short", "sgd", reach=0.2, note="rate 1"), path("long", "adam", note="rate 2"), theme="dark"
        )
        assert [(run.label, run.note) for run in shown.runs] == [("long", "rate 2"), ("short", "rate 1")]
        assert tuple(run.colour for run in shown.runs) == colours(["adam", "sgd"], theme="dark")

    @pytest.mark.parametrize("lengths", [(1.0, 1.0), (0.2, 0.1), (5.0, 40.0)])
    def test_nearness_falls_with_the_distance(self, lengths):
        """To nothing as far off as the path is long, whatever a step along each axis is worth."""
        (run,) = scene(lengths=lengths).runs
        reach = np.hypot(2.5 * lengths[0], 2.0 * lengths[1])
        np.testing.assert_allclose(run.nearness, np.clip(1.0 - path().distance / reach, 0.0, 1.0))

    def test_without_distances_nothing_fades(self):
        on_it = replace(path_of(path(), (1.0, 1.0)), nearness=None)
        (run,) = plane_film(background(), [on_it])._scene.runs
        assert run.nearness is None

    def test_the_own_loss_is_what_is_shown(self):
        """Not the plane's, which is a series of its own."""
        own = path()
        (run,) = scene(own).runs
        np.testing.assert_array_equal(run.losses, own.loss)
        np.testing.assert_array_equal(run.series["plane_loss"], own.plane_loss)


LOOKS = {
    "contour": {},
    "dark": {"theme": "dark"},
    "surface": {"view": "surface"},
    "upright": {"size": (240, 320)},
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_plane_film_with_holes_and_lost_paths_is_drawn(look):
    """With holes in the ground, a path that ends early and one that is lost."""
    grid = on_grid(rosenbrock)
    grid[:4, :9], grid[30, 30] = np.nan, np.inf
    lost = path("lost", "adagrad", last=40)
    lost.points[2:, 1] = np.nan
    paths = (path(), path("momentum", "momentum", last=30, reach=0.5), lost)
    frames = film(
        *paths,
        loss=grid,
        points=(("w", (0.0, 0.0), np.nan),),
        look={"size": (320, 180), "seconds": 0.2, "fps": 20.0, "hold": 0.1, **LOOKS[look]},
    )
    pixels = [frame.pixels.copy() for frame in frames]
    assert len(pixels) == 4
    assert (pixels[0] != pixels[-1]).any()
