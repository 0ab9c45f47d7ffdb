"""What is off the plane of the picture fades, and the picture says so; the clock may skip numbers."""

from itertools import pairwise

import numpy as np
import pytest

from ravine.renderer import Timing
from ravine.renderer._frames import Moment
from ravine.renderer.canvas._camera import Camera
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.layers._stack import entries_of
from ravine.renderer.layers.trails import FADING, faint
from ravine.renderer.panels.header import Header
from ravine.renderer.panels.standings import Standings
from ravine.renderer.plots._lines import Axes
from ravine.renderer.plots._plot import PlotPanel
from ravine.renderer.plots._series import Series
from ravine.renderer.style._layout import Layout
from ravine.renderer.style._theme import THEMES
from ravine.renderer.views._relief import edge_names

LIGHT = THEMES["light"]
SIZE = (640, 360)
VIEWS = {"contour": {}, "surface": {"view": "surface"}, "turning": {"view": "surface", "turn": 40.0}}
LINE = np.stack([np.linspace(-1.5, 1.5, 13), np.linspace(0.3, 0.3, 13)], axis=-1)


def flat(scenes):
    """A background of one shade, without stars."""
    return scenes.background(losses=lambda xs, ys: 0.0 * xs + 0.0 * ys[:, None], minima=(), lowest=None)


def pixels_of(scenes, nearness, *, index=-1, **choices):
    """A run along a line from left to right, as far off the plane as is said."""
    run = scenes.run(LINE, nearness=None if nearness is None else np.asarray(nearness, dtype=float))
    choices = {"background": flat(scenes), "size": SIZE, "panels": "none", **choices}
    return scenes.frames(run, **choices).still(index)[..., :3].astype(int)


@pytest.fixture(
    scope="module",
    params=[("contour", "radford"), ("surface", "light"), ("turning", "dark")],
    ids="-".join,
)
def look(request) -> dict[str, object]:
    view, theme = request.param
    return {**VIEWS[view], "theme": theme}


@pytest.fixture(scope="module")
def ends(scenes, look) -> dict[float, np.ndarray]:
    """A run that is off the plane altogether, and one that lies in it."""
    return {near: pixels_of(scenes, np.full(13, near), **look) for near in (0.0, 1.0)}


class TestFading:
    def test_a_run_in_the_plane_is_not_faint(self, scenes, look, ends):
        changed = ends[1.0] != pixels_of(scenes, None, **look)
        rows, columns = np.nonzero(changed.any(-1))
        assert len(rows) > 0  # the key
        assert np.ptp(rows) < 40
        assert np.ptp(columns) < 160

    def test_the_farther_the_fainter_and_never_gone(self, scenes, look, ends):
        bare = pixels_of(scenes, np.zeros(13), index=0, **look)
        between = (pixels_of(scenes, np.full(13, near), **look) for near in (0.66, 0.33))
        trails = [ends[1.0], *between, ends[0.0]]
        moved = [np.abs(trail - bare)[:, : SIZE[0] // 2].sum() for trail in trails]
        assert all(nearer > farther for nearer, farther in pairwise(moved))
        assert moved[-1] > 0.15 * moved[0]


@pytest.mark.parametrize("view", ["contour", "surface"])
def test_numbers_beyond_the_range_are_as_its_ends(scenes, view):
    odd, ends = (
        pixels_of(scenes, np.repeat(numbers, [4, 4, 5]), **VIEWS[view])
        for numbers in ((-7.0, np.nan, 7.0), (0.0, 0.0, 1.0))
    )
    np.testing.assert_array_equal(odd, ends)


@pytest.mark.parametrize("theme", THEMES)
def test_the_trail_is_drawn_in_a_paler_colour(scenes, theme):
    """Where it is wide enough that a pixel has nothing but its colour."""
    look, size = THEMES[theme], (480, 1080)
    for nearness in (1.0, 0.5, 0.0):
        pixels = pixels_of(scenes, np.full(13, nearness), theme=theme, size=size)
        colour, share = faint("#c83800", nearness, look)
        column = pixels[:, size[0] // 3]
        own = (np.abs(column - rgb(colour)).max(-1) <= 3).sum()
        assert 3.2 * 1.5 * share - 2.0 <= own <= 3.2 * 1.5 * share + 1.0


def test_a_trail_fades_only_where_it_is_off_the_plane(scenes):
    nearness = np.where(np.arange(13) < 6, 1.0, 0.0)
    mixed, near, far = (pixels_of(scenes, numbers) for numbers in (nearness, np.ones(13), np.zeros(13)))
    middle = SIZE[0] // 2
    left, right = np.s_[:, 100 : middle - 12], np.s_[60:, middle + 12 : 540]
    np.testing.assert_array_equal(mixed[left], near[left])
    np.testing.assert_array_equal(mixed[right], far[right])
    assert (near[left] != far[left]).any()


@pytest.mark.parametrize("theme", THEMES)
def test_a_ball_off_the_plane_is_hollow(scenes, theme):
    """Its shell keeps its colour, its face has the background's."""
    size = (480, 720)
    x, y = round((1.5 + 2.0) / 4.0 * size[0]), round((1.5 - 0.3) / 3.0 * size[1])
    near, half, far = (
        pixels_of(scenes, np.full(13, nearness), theme=theme, size=size) for nearness in (1.0, 0.5, 0.0)
    )
    own, background = np.array(rgb("#c83800")), np.array(rgb(THEMES[theme].mid))
    np.testing.assert_array_equal(near[y, x], own)
    np.testing.assert_allclose(half[y, x], (own + background) / 2, atol=2)
    np.testing.assert_array_equal(far[y, x], background)
    for pixels in (near, half, far):
        assert np.abs(pixels[y, x + 5 : x + 9] - own).max(-1).min() <= 30


def test_a_run_that_stops_far_off_has_a_square_of_its_own_colour(scenes):
    size = (480, 720)
    x, y = round((1.5 + 2.0) / 4.0 * size[0]), round((1.5 - 0.3) / 3.0 * size[1])
    for nearness, colour in ((1.0, LIGHT.halo), (0.0, "#c83800")):
        run = scenes.run(LINE, nearness=np.full(13, nearness), stopped_at=12)
        pixels = scenes.frames(run, background=flat(scenes), size=size, panels="none").still(-1)
        assert tuple(pixels[y, x, :3]) == rgb(colour)


@pytest.mark.parametrize(
    ("view", "panels"),
    [*(("contour", panels) for panels in ("all", "legend", "none")), ("surface", "all"), ("turning", "none")],
)
def test_the_picture_says_what_is_faint(scenes, view, panels, written):
    pixels_of(scenes, np.ones(13), panels=panels, **VIEWS[view])
    assert written.words.count(FADING) == 1
    written.clear()
    pixels_of(scenes, None, panels=panels, **VIEWS[view])
    assert FADING not in written.words


def test_a_surface_has_no_key_of_what_it_does_not_show(scenes):
    markers = {"worker 0": LINE}
    for view, names in (("contour", ["worker", FADING]), ("surface", [FADING])):
        run = scenes.run(LINE, nearness=np.ones(13), markers=markers)
        assert [entry.name for entry in entries_of(scenes.scene(run, view=view))] == names


@pytest.mark.parametrize("view", VIEWS)
def test_frames_are_what_stills_are(scenes, view):
    """Only what changes is drawn anew: shades do not change behind the ball."""
    runs = [
        scenes.run(
            scenes.spiral(number, steps=30),
            nearness=0.5 + 0.5 * np.cos(np.arange(31) / (2.0 + number)),
            series={"plane_loss": 0.1 + scenes.spiral(number, steps=30)[:, 0] ** 2},
            colour=colour,
        )
        for number, colour in enumerate(("#c83800", "#00b888"))
    ]
    background = scenes.background(axes=("across", "up"))
    frames = scenes.frames(
        *runs, background=background, size=(400, 240), timing=Timing(seconds=0.24), **VIEWS[view]
    )
    for index, (pixels, _) in enumerate(frames):
        if index % 2 == 0:
            continue
        apart = np.abs(frames.still(index).astype(int) - pixels)
        assert apart.max() <= 4, index
        assert (apart > 0).any(-1).mean() < 0.01


class TestPlaneLoss:
    def series(self, scenes, *, floor=None, **facts):
        losses = np.linspace(2.0, 1.0, 13)
        run = scenes.run(LINE, losses=losses, **facts)
        return Series.of_losses([run, scenes.run(LINE, losses=losses)], lowest=None, floor=floor)

    def test_without_any_there_is_no_shadow(self, scenes):
        series = self.series(scenes)
        assert series.title == "loss"
        assert len(series.shadows) == 0

    @pytest.mark.parametrize("plane", [(5.0, 4.0), (0.5, 0.1), (1.0, 0.001)])
    def test_the_axis_has_room_for_both_and_the_title_says_which(self, scenes, plane):
        series = self.series(scenes, series={"plane_loss": np.geomspace(*plane, 13)}, floor=1.5)
        assert series.title == "loss · dotted: the plane's"
        assert series.low <= min(1.0, *plane) * 1.05
        assert series.high >= max(2.0, *plane) * 0.95
        shares = series.share(np.array([2.0, 1.0, *plane]))
        assert (np.argsort(shares) == np.argsort([2.0, 1.0, *plane])).all()
        assert np.isnan(series.shadows[1]).all()

    def test_a_landscape_s_minimum_is_taken_off_both(self, scenes):
        run = scenes.run(LINE, losses=np.linspace(2.0, 1.0, 13), series={"plane_loss": np.full(13, 3.0)})
        series = Series.of_losses([run], lowest=0.5, floor=None)
        np.testing.assert_allclose(series.shadows, 2.5)
        assert series.title == "loss above the minimum · dotted: the plane's"

    def test_the_distance_is_a_dotted_line_up_to_the_moment(self, scenes):
        losses, plane = np.full(13, 2.0), np.full(13, 1.0)
        losses[0], plane[5] = 2.1, np.nan
        run = scenes.run(LINE, losses=losses, series={"plane_loss": plane})
        series = Series.of_losses([run], lowest=None, floor=None)
        canvas = Canvas((400, 400), LIGHT.ground)
        panel = PlotPanel([run], series, clock="step", box=(50, 50, 350, 350), theme=LIGHT, unit=1.0)
        axes = Axes(series, clock="step", box=panel._axes.box, theme=LIGHT, unit=1.0)
        panel.draw(canvas, Moment(9.0, 0.75))
        at = axes.shadow(0)
        row = round(at[0, 1])
        drawn = (
            np.abs(canvas.pixels[row - 1 : row + 2, :, :3].astype(int) - rgb(LIGHT.ground)).sum((0, 2)) > 60
        )
        columns = np.flatnonzero(drawn)
        assert columns[0] == pytest.approx(at[0, 0], abs=2.0)
        assert columns[-1] == pytest.approx(at[9, 0], abs=5.0)
        gap = (columns > at[4, 0] + 3.0) & (columns < at[6, 0] - 3.0)
        assert not gap.any()
        dotted = drawn[round(at[0, 0]) : round(at[4, 0])]
        assert 0.2 < dotted.mean() < 0.9
        assert (np.diff(dotted.astype(int)) == 1).sum() >= 8


class TestCounts:
    def test_counts_of_one_change_nothing(self, scenes):
        runs = [*scenes.runs(2), scenes.run(scenes.spiral(5), stopped_at=7)]
        plain, counted = (
            scenes.frames(*runs, size=(480, 270), counts=counts) for counts in (None, np.arange(13))
        )
        for index in range(len(plain)):
            np.testing.assert_array_equal(plain.still(index), counted.still(index))

    def test_the_counter_shows_counts(self):
        pictures = []
        for step, steps, count in ((3, 4, lambda step: 25 * step), (75, 100, int)):
            header = Header("T", "s", steps=steps, box=(10, 0, 600, 80), theme=LIGHT, unit=1.0, count=count)
            canvas = Canvas((620, 100), LIGHT.ground)
            header.draw(canvas, Moment(float(step), 0.75))
            pictures.append(canvas.pixels)
        np.testing.assert_array_equal(*pictures)

    @pytest.mark.parametrize("fate", [{"stopped_at": 3}, {"diverged_at": 3}])
    def test_the_table_shows_counts(self, scenes, fate):
        pictures = []
        for steps, count in ((4, lambda step: 25 * step), (100, int)):
            at = 3 if steps == 4 else 75
            losses = np.linspace(2.0, 1.0, steps + 1)
            losses[at:] = np.nan if "diverged_at" in fate else losses[at]
            run = scenes.run(np.zeros((steps + 1, 2)), losses=losses, **dict.fromkeys(fate, at))
            table = Standings([run], box=(10, 10, 490, 100), theme=LIGHT, unit=1.0, count=count)
            canvas = Canvas((500, 120), LIGHT.ground)
            table.paint(canvas)
            table.draw(canvas, Moment(float(steps), 1.0))
            pictures.append(canvas.pixels)
        np.testing.assert_array_equal(*pictures)

    def test_the_axis_is_even_in_counts(self, scenes):
        counts = np.array([0, 10, 40, 100])
        losses = np.array([3.0, 2.0, 1.5, 1.0])
        run = scenes.run(LINE[:4], losses=losses)
        series = Series.of_losses([run], lowest=None, floor=None)
        axes = Axes(series, clock="step", box=(0, 0, 200, 100), theme=LIGHT, unit=1.0, counts=counts)
        np.testing.assert_allclose(axes.points(0)[:, 0], 2.0 * counts)


class TestNames:
    def test_edge_names_of_a_contour_take_room_from_the_view_alone(self):
        whole = Layout.of((1280, 720), panels="all", runs=3, tick_width=30.0)
        named = whole.with_names()
        assert named.view == (whole.view[0] + 20, whole.view[1], whole.view[2], whole.view[3] - 20)
        assert (named.standings, named.losses) == (whole.standings, whole.losses)
        bare = Layout.of((1280, 720), panels="none", runs=3, tick_width=30.0)
        assert bare.with_names() == bare

    @pytest.mark.parametrize("axes", [("first component", ""), ("", "second component")])
    def test_edge_names_of_a_contour_are_below_and_aside(self, scenes, axes):
        """The same picture has labels in another place where only an axis is named."""
        ink = (
            scenes.frames(background=scenes.background(axes=axes), size=(1280, 720))
            .still(0)[..., :3]
            .astype(int)
        )
        ink = np.abs(ink - rgb(LIGHT.ground)).sum(-1) > 90
        below, aside = ink[684:719, 200:700], ink[150:650, 2:24]
        assert below.any() == bool(axes[0])
        assert aside.any() == bool(axes[1])
        assert not ink[719].any()
        assert not ink[:, 0].any()

    def test_a_slanted_text_is_a_turned_one(self):
        canvases = []
        for angle in (0.0, 90.0):
            canvas = Canvas((200, 200), "#ffffff")
            canvas.slanted_text("component", (100.0, 100.0), size=16.0, colour="#000000", angle=angle)
            canvases.append(canvas.pixels[..., 0] < 128)
        level, upright = canvases
        rows, columns = np.nonzero(level)
        np.testing.assert_allclose(np.ptp(np.nonzero(upright)[0]), np.ptp(columns), atol=2)
        np.testing.assert_allclose(np.ptp(np.nonzero(upright)[1]), np.ptp(rows), atol=2)
        assert columns.mean() == pytest.approx(100.0, abs=4.0)
        assert np.nonzero(upright)[0].mean() == pytest.approx(100.0, abs=4.0)
        assert rows.min() < 100 < rows.max()  # the descender
        assert np.nonzero(upright)[1].max() > 100

    @pytest.mark.parametrize("azimuth", range(5, 360, 10))
    def test_edge_names_of_a_surface_run_along_the_near_edges(self, azimuth):
        camera = Camera(azimuth=float(azimuth), elevation=38.0, scale=150.0, centre=(300.0, 250.0))
        names = list(edge_names(("first", "second"), camera, labels=1.11, widest=30.0, size=16.0, unit=1.0))
        assert [name.text for name in names] == ["first", "second"]
        for dimension, (_, at, angle) in enumerate(names):
            ends = np.zeros((2, 3))
            ends[:, dimension] = -1.0, 1.0
            ends[:, 1 - dimension] = np.sign(camera.axes[2][1 - dimension])
            edge = camera.project(ends)
            way = np.subtract(*edge)
            along = np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))])
            assert abs(way[0] * along[1] - way[1] * along[0]) < 1e-6 * np.hypot(*way)
            assert -90.0 <= angle <= 90.0
            middle = camera.project(np.zeros(3))
            assert np.hypot(*(at - middle)) > np.hypot(*(edge.mean(0) - middle)) + 20.0

    def test_a_name_without_room_is_left_out(self):
        camera = Camera(azimuth=-60.0, elevation=38.0, scale=20.0, centre=(100.0, 100.0))
        assert not list(edge_names(("word " * 9,) * 2, camera, labels=1.11, widest=9.0, size=16.0, unit=1.0))
