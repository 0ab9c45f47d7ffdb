"""The chart view and the plots of series."""

import numpy as np
import pytest

from ravine.renderer import Plot, Timing
from ravine.renderer._frames import Moment
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.panels.header import Header
from ravine.renderer.plots._lines import Axes, Lines, Stroke
from ravine.renderer.plots._plot import PlotPanel
from ravine.renderer.plots._series import Series
from ravine.renderer.style._layout import Layout
from ravine.renderer.style._theme import THEMES

LIGHT = THEMES["light"]
RED, BLUE = "#c83800", "#1868f8"
BOX = (50, 50, 350, 350)


def runs_with(scenes, *values, name="rate", colours=(RED, BLUE), **facts):
    return [
        scenes.run(scenes.spiral(steps=len(v) - 1), series={name: np.asarray(v, float)}, colour=c, **facts)
        for v, c in zip(values, colours, strict=False)
    ]


def series_of(scenes, *values, name="rate", scale="auto") -> Series:
    return Series.of_plot(runs_with(scenes, *values, name=name), Plot(name=name, title=name, scale=scale))


def lines_of(series: Series, *, rings: float = 0.0, steps_box=BOX) -> Lines:
    axes = Axes(series, clock="step", box=steps_box, theme=LIGHT, unit=1.0)
    stroke = Stroke(width=2.0, head=7.0, rings=rings)
    colours = [RED, BLUE, "#00b888"][: len(series.values)]
    return Lines(colours, axes, stroke=stroke, within=(0, 0, 400, 400), theme=LIGHT, unit=1.0)


def mask(lines: Lines, moment: Moment, colour: str = RED) -> np.ndarray:
    canvas = Canvas((400, 400), LIGHT.ground)
    lines.draw(canvas, moment)
    return (canvas.pixels[..., :3] == rgb(colour)).all(-1)


def head(lines: Lines, moment: Moment, colour: str = RED) -> tuple[float, float]:
    """Where the ball of a line is: the middle of what is drawn widest in its colour."""
    drawn = mask(lines, moment, colour)
    columns = np.flatnonzero(drawn.sum(0) >= 11)
    return float(columns.mean()), float(np.flatnonzero(drawn[:, columns].any(1)).mean())


class TestScales:
    @pytest.mark.parametrize(
        ("values", "scale", "log"),
        [
            ([0.1, 0.05, 0.02], "auto", False),
            ([0.1, 0.01, 0.001], "auto", True),
            ([0.1, 0.01, 0.0], "auto", False),
            ([0.1, 0.01, 0.001], "linear", False),
            ([0.3, 0.2, 0.1], "log", True),
            ([np.nan, 0.1, 0.001], "auto", True),
            ([-1.0, 1.0, 100.0], "auto", False),
        ],
    )
    def test_auto_is_log_where_numbers_are_positive_and_far_apart(self, scenes, values, scale, log):
        assert series_of(scenes, values, scale=scale).log is log

    @pytest.mark.parametrize(
        ("values", "low", "high"),
        [
            ([0.1, 0.05, 0.02], 0.0, 0.1),
            ([0.9, 0.95, 0.99], 0.9, 0.99),
            ([-2.0, 0.0, 3.0], -2.0, 3.0),
            ([0.5, np.nan, 0.5], 0.25, 0.75),
            ([np.nan, np.nan, np.nan], 0.0, 1.0),
            ([0.0, 0.0, 0.0], -1.0, 1.0),
        ],
    )
    def test_a_linear_range(self, scenes, values, low, high):
        series = series_of(scenes, values, scale="linear")
        assert (series.low, series.high) == (low, high)

    @pytest.mark.parametrize(
        ("values", "low", "high"),
        [([0.1, 0.01, 0.0007], 1e-4, 0.1), ([3.0, 2.0, 1.5], 1.0, 10.0), ([0.0, -1.0, -2.0], 0.1, 10.0)],
    )
    def test_a_log_range(self, scenes, values, low, high):
        series = series_of(scenes, values, scale="log")
        assert (series.low, series.high) == (pytest.approx(low), pytest.approx(high))

    def test_one_wild_number_does_not_stretch_the_scale(self, scenes):
        values = np.sin(np.arange(1000.0))
        values[500] = 1e9
        assert series_of(scenes, values, scale="linear").high < 10

    @pytest.mark.parametrize("top", [0.7, 0.995])
    def test_accuracy_ends_at_one(self, scenes, top):
        series = series_of(scenes, np.linspace(0.5, top, 9), name="accuracy")
        assert (series.low, series.high, series.log) == (0.5, 1.0, False)

    def test_the_loss_is_a_series_of_that_name(self, scenes):
        run = scenes.run(scenes.spiral(steps=2), losses=[3.0, 2.0, 1.0])
        series = Series.of_plot([run], Plot(name="loss", title="loss", scale="linear"))
        np.testing.assert_array_equal(series.values, [[3.0, 2.0, 1.0]])

    def test_shares(self, scenes):
        linear, log = (series_of(scenes, [1.0, 10.0, 100.0], scale=scale) for scale in ("linear", "log"))
        np.testing.assert_allclose(log.share(np.array([1.0, 10.0, 100.0])), [0.0, 0.5, 1.0], atol=1e-12)
        np.testing.assert_allclose(linear.share(np.array([50.0, 1e9, np.nan])), [0.5, 1.0, np.nan])


class TestLines:
    def test_a_line_goes_through_its_numbers(self, scenes):
        values = [0.0, 0.2, 0.4, 0.7, 1.0]
        lines = lines_of(series_of(scenes, values, scale="linear"))
        for step, value in enumerate(values):
            at = head(lines, Moment(step, step / 4))
            assert at == pytest.approx((50 + 75 * step, 350 - 300 * value), abs=1.5)

    def test_a_head_goes_on_between_steps(self, scenes):
        series = series_of(scenes, [0.0, 1.0, 0.0], scale="linear")
        assert head(lines_of(series), Moment(0.5, 0.25)) == pytest.approx((125, 200), abs=1.0)

    def test_a_line_begins_at_its_first_number(self, scenes):
        series = series_of(scenes, [np.nan, 1.0, 2.0], scale="linear")
        lines = lines_of(series)
        assert not mask(lines, Moment(0.0, 0.0)).any()
        assert not mask(lines, Moment(0.9, 0.45)).any()
        assert head(lines, Moment(1.0, 0.5))[0] == pytest.approx(200, abs=1)

    def test_a_gap_is_a_gap(self, scenes):
        series = series_of(scenes, [1.0, 1.0, np.nan, np.nan, 1.0, 1.0, 1.0], [0.0] * 7, scale="linear")
        lines = lines_of(series)
        columns = mask(lines, Moment(6.0, 1.0)).any(0)
        assert columns[60:95].all()
        assert not columns[105:245].any()
        assert columns[255:340].all()
        assert head(lines, Moment(3.0, 0.5))[0] == pytest.approx(100, abs=1)

    @pytest.mark.parametrize("position", [0.0, 0.4, 1.0, 1.7, 2.0, 3.2, 4.0, 5.5])
    def test_a_line_changes_only_inside_its_dirty_box(self, scenes, position):
        series = series_of(scenes, [1.0, 2.0, np.nan, np.nan, 1.5, 0.0, 2.0], [0.0, 2.0, 1, 1, 1, 1, 0])
        lines = lines_of(series, rings=1.6)
        before, now = Moment(position, position / 6), Moment(position + 0.5, (position + 0.5) / 6)
        one, two = (Canvas((400, 400), LIGHT.ground) for _ in range(2))
        lines.draw(one, before)
        lines.draw(two, now)
        changed = (one.pixels != two.pixels).any(-1)
        left, top, right, bottom = lines.dirty_box(before, now)
        changed[top:bottom, left:right] = False
        assert not changed.any()

    def test_a_line_that_jumps_lies_below_a_smooth_one(self, scenes):
        jumps, smooth = np.tile([0.0, 1.0], 40), np.linspace(0.4, 0.6, 80)
        for values, shade in (((jumps, smooth), BLUE), ((smooth, jumps), RED)):
            lines = lines_of(series_of(scenes, *values, scale="linear"))
            drawn = mask(lines, Moment(79.0, 1.0), shade)
            assert drawn[:, 60:330].any(0).all()

    def test_no_head_hides_its_rival(self, scenes):
        lines = lines_of(series_of(scenes, [1.0, 2.0], [1.0, 2.0], scale="linear"), rings=1.6)
        seen = [int(mask(lines, Moment(1.0, 1.0), colour)[:, 340:].sum()) for colour in (RED, BLUE)]
        assert min(seen) >= 10


class TestChart:
    def frames(self, scenes, *runs, **choices):
        look = {"view": "chart", "size": (1280, 720), "timing": Timing(steps_per_frame=1.0)}
        return scenes.frames(*runs, **{**look, **choices})

    def test_a_chart_shows_the_loss_unless_it_has_a_plot(self, scenes, written):
        runs = runs_with(scenes, [0.1, 0.2, 0.3], losses=[1.0, 2.0, 1.5])
        _ = self.frames(scenes, *runs).still(-1)
        assert written.words.count("loss") == 2  # on the axes and on the table
        assert "learning rate" not in written.words
        written.clear()
        _ = self.frames(scenes, *runs, plot=Plot(name="rate", title="learning rate")).still(-1)
        assert written.words.count("learning rate") == 1
        assert written.words.count("loss") == 2  # on the panel and on the table

    @pytest.mark.parametrize("losses", [[np.nan] * 3, [2.0] * 3])
    def test_no_panel_is_left_for_a_loss_that_says_nothing(self, scenes, losses):
        runs = runs_with(scenes, [0.1, 0.2, 0.3], losses=losses)
        frames = self.frames(scenes, *runs, plot=Plot(name="rate", title="rate"))
        assert frames._layout.losses is None
        assert frames._layout.standings is not None

    def test_the_line_is_on_the_chart_and_the_table_names_it(self, scenes, written):
        (run,) = runs_with(scenes, [0.0, 1.0, 0.5, 1.0, 0.0], losses=[1.0] * 5, label="no momentum")
        frames = self.frames(scenes, run, plot=Plot(name="rate", title="step"))
        left, top, right, bottom = frames._layout.view
        picture = frames.still(-1)
        drawn = (picture[..., :3] == rgb(RED)).all(-1)
        rows, columns = np.nonzero(drawn[top:bottom, left:right])
        assert np.ptp(columns) > 0.9 * (right - left) - 80
        assert np.ptp(rows) > 0.8 * (bottom - top) - 60
        assert "no momentum" in written.words

    def test_a_chart_needs_no_ground(self, scenes):
        def nowhere(xs, ys):
            raise AssertionError("A chart has no background.")

        runs = runs_with(scenes, [0.1, 0.2, 0.3])
        for panels in ("all", "legend", "none"):
            _ = self.frames(scenes, *runs, background=scenes.background(losses=nowhere), panels=panels).still(
                -1
            )

    def test_nothing_is_said_of_a_start_that_is_not_shown(self, scenes, written):
        _ = self.frames(scenes, *runs_with(scenes, [0.1, 0.2])).still(0)
        assert not any(words.startswith("all start") for words in written.words)

    @pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
    def test_a_legend_does_not_lie_on_the_lines(self, scenes, size):
        runs = runs_with(scenes, np.ones(5), np.zeros(5))
        frames = self.frames(scenes, *runs, panels="legend", size=size, plot=Plot(name="rate", title="rate"))
        _, legend = frames._layers
        left, top, right, bottom = legend.dirty_box(Moment(0, 0), Moment(0, 0))
        a, b, c, d = frames._view.plot._axes.box
        assert c <= left or right <= a or d <= top or bottom <= b

    @pytest.mark.parametrize("clock", ["step", "evaluation"])
    def test_the_clock_is_on_the_axis_and_on_the_counter(self, scenes, written, clock):
        _ = self.frames(scenes, *runs_with(scenes, [0.1, 0.2, 0.3]), clock=clock).still(-1)
        assert f"{clock} 0" in written.words
        assert f"{clock} 2" in written.words


class TestPanelBesideAView:
    def test_the_plot_is_in_place_of_the_loss(self, scenes, written):
        runs = runs_with(scenes, [0.5, 0.7, 0.8], name="accuracy")
        for view in ("contour", "curve"):
            for plot, shown, left_out in (
                (None, "loss above the minimum", "accuracy"),
                (Plot(name="accuracy", title="accuracy"), "accuracy", "loss above the minimum"),
            ):
                written.clear()
                background = scenes.background(lowest=-1.0)
                _ = scenes.frames(*runs, background=background, plot=plot, view=view, size=(1280, 720)).still(
                    -1
                )
                assert shown in written.words
                assert left_out not in written.words

    def test_the_axis_of_a_plot_has_few_whole_steps(self, scenes, written):
        series = series_of(scenes, [1.0, 2.0])
        panel = PlotPanel(runs_with(scenes, [1.0, 2.0]), series, clock="step", box=BOX, theme=LIGHT, unit=1.0)
        panel.paint(Canvas((400, 400), LIGHT.ground))
        assert "step 0" in written.words
        assert "0.5" not in written.words


class TestHeader:
    def header(self, title, subtitle, *, width=590, clock="step", steps=9):
        box = (10, 0, 10 + width, 80)
        header = Header(title, subtitle, steps=steps, box=box, theme=LIGHT, unit=1.0, clock=clock)
        canvas = Canvas((width + 20, 100), LIGHT.ground)
        header.paint(canvas)
        header.draw(canvas, Moment(steps, 1.0))

    def test_the_counter_counts_what_the_clock_says(self, written):
        self.header("T", "", clock="evaluation", steps=120)
        assert written.words[-1] == "evaluation 120"

    def test_a_subtitle_that_is_too_long_is_cut(self, written):
        self.header("A title", "gradients carry Gaussian noise, sigma = 0.1, " * 3)
        (subtitle,) = [words for words in written.words if words.startswith("gradients")]
        assert subtitle.endswith("…")

    def test_a_title_that_is_too_long_has_two_lines_where_nothing_else_is_said(self, written):
        self.header("Momentum on a random walk", "", width=300)
        assert written.words[:2] == ["Momentum on", "a random walk"]

    def test_without_a_subtitle_the_title_stays_on_its_line(self, written):
        self.header("A title of some length", "", width=500)
        (title,) = [text.at for text in written if text.words.startswith("A title")]
        (counter,) = [text.at for text in written if text.words == "step 9"]
        assert title[1] == counter[1]


@pytest.mark.parametrize("runs", [1, 3, 7, 24])
@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (720, 1280), (800, 800)])
def test_without_a_plot_the_table_is_below_the_view(size, runs):
    layout = Layout.of(size, panels="all", runs=runs, tick_width=0.0, plot=False)
    left, top, right, bottom = layout.view
    assert layout.losses is None
    assert layout.standings is not None
    assert layout.standings[1] > bottom + 30 * layout.unit
    assert layout.standings[3] <= size[1]
    assert (right - left) * (bottom - top) > 0.28 * size[0] * size[1]
