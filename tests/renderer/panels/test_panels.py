"""The panels: standings, losses, header, legend."""

import re

import numpy as np
import pytest

from ravine.renderer._frames import Moment
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.panels.header import Header
from ravine.renderer.panels.legend import Legend
from ravine.renderer.panels.standings import Standings, loss_figures
from ravine.renderer.plots._plot import PlotPanel
from ravine.renderer.plots._series import Series
from ravine.renderer.style._theme import THEMES

LIGHT = THEMES["light"]
BOX = (20, 20, 380, 700)


def at(step: float, steps: int = 4) -> Moment:
    return Moment(step, step / steps)


def balls_from_the_top(canvas: Canvas, colours: list[str], box=BOX) -> list[str]:
    """The colours in the order in which their balls stand in a panel."""
    left, top, right, bottom = box
    pixels = canvas.pixels[top:bottom, left:right, :3]
    rows = {colour: np.flatnonzero((pixels == rgb(colour)).all(-1).any(1)) for colour in colours}
    return sorted((c for c in colours if len(rows[c])), key=lambda colour: rows[colour].mean())


class TestStandings:
    LOSSES = ([9, 5, 3, 1, 4], [9, 4, np.nan, np.nan, np.nan], [9, 7, 2, 2, 2], [9, 6, 8, np.inf, 0.5])
    COLOURS = ("#c83800", "#00b888", "#1868f8", "#603090")

    @pytest.fixture
    def table(self, scenes):
        runs = [
            scenes.run(scenes.spiral(run, steps=4), losses=losses, colour=colour, label=f"run {run}")
            for run, (losses, colour) in enumerate(zip(self.LOSSES, self.COLOURS, strict=True))
        ]
        return Standings(runs, box=BOX, theme=LIGHT, unit=1.0)

    @pytest.mark.parametrize(
        ("step", "order"),
        [(0, [0, 1, 2, 3]), (1, [1, 0, 3, 2]), (2, [2, 0, 3, 1]), (3, [0, 2, 1, 3]), (4, [3, 2, 0, 1])],
    )
    def test_the_lowest_loss_comes_first_and_what_is_lost_last(self, table, step, order):
        canvas = Canvas((400, 720), LIGHT.ground)
        table.paint(canvas)
        table.draw(canvas, at(step))
        assert table.order(step) == order
        wanted = [self.COLOURS[run] for run in order]
        assert balls_from_the_top(canvas, list(self.COLOURS)) == wanted

    def test_diverged_runs_are_marked_in_the_standings(self, table, written):
        canvas = Canvas((400, 720), LIGHT.ground)
        table.paint(canvas)
        marks = []
        for step in range(5):
            written.clear()
            table.draw(canvas, at(step))
            marks.append(written.words)
        assert marks[:3] == [[], [], ["diverged at 2"]]
        assert "diverged at 2" in marks[4]

    def test_runs_that_come_back_are_sorted_and_marked_alike(self, table, written):
        """Run 3 was infinite at one step only: it leads in the end, so it must not read 'diverged'."""
        canvas = Canvas((400, 720), LIGHT.ground)
        table.paint(canvas)
        written.clear()
        table.draw(canvas, at(4))
        assert written.words == ["diverged at 2"]

    def test_between_two_steps_the_last_one_counts(self, table):
        one, two = Canvas((400, 720), LIGHT.ground), Canvas((400, 720), LIGHT.ground)
        table.paint(one)
        table.paint(two)
        table.draw(one, at(1.0))
        table.draw(two, at(1.9))
        np.testing.assert_array_equal(one.pixels, two.pixels)

    def test_rows_stay_in_their_box(self, scenes):
        for count in (1, 7, 14, 24, 40):
            table = Standings(scenes.runs(count), box=(20, 20, 380, 500), theme=LIGHT, unit=1.0)
            canvas = Canvas((400, 720), LIGHT.ground)
            table.paint(canvas)
            table.draw(canvas, at(12, 12))
            changed = (canvas.pixels[..., :3] != rgb(LIGHT.ground)).any(-1)
            rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
            assert rows[0] >= 20
            assert rows[-1] < 500 + 4
            assert columns[0] >= 20
            assert columns[-1] < 380

    def test_standings_tell_of_runs_that_are_left_out(self, scenes, written):
        table = Standings(scenes.runs(24), box=(20, 20, 380, 330), theme=LIGHT, unit=1.0)
        table.paint(Canvas((400, 720), LIGHT.ground))
        ((shown,),) = [
            re.findall(r"^best (\d+) of 24$", words) for words in written.words if words.startswith("best")
        ]
        assert 8 <= int(shown) <= 12

    @pytest.mark.parametrize(
        ("loss", "figures"),
        [
            (0.0, "0.0e+00"),
            (1.0, "1.0e+00"),
            (9.99, "1.0e+01"),
            (0.00123, "1.2e−03"),
            (-2.06, "−2.1e+00"),
            (1.5e-8, "1.5e−08"),
            (3e120, "3.0e+120"),
        ],
    )
    def test_figures(self, loss, figures):
        assert loss_figures(loss) == figures


class TestLossPanel:
    BOX = (50, 50, 350, 350)

    def panel(self, scenes, *losses, lowest=0.0, floor=0.0):
        runs = [
            scenes.run(scenes.spiral(steps=len(values) - 1), losses=values, colour=colour)
            for values, colour in zip(losses, TestStandings.COLOURS, strict=False)
        ]
        series = Series.of_losses(runs, lowest=lowest, floor=floor)
        return PlotPanel(runs, series, clock="step", box=self.BOX, theme=LIGHT, unit=1.0)

    def head(self, panel, moment, colour) -> tuple[float, float] | None:
        """Where the ball of a run is: the middle of what is drawn widest in its colour."""
        canvas = Canvas((400, 400), LIGHT.ground)
        panel.draw(canvas, moment)
        mask = (canvas.pixels[..., :3] == rgb(colour)).all(-1)
        if not mask.any():
            return None
        columns = np.flatnonzero(mask.sum(0) >= 6)
        rows = np.flatnonzero(mask[:, columns].any(1))
        return float(columns.mean()), float(rows.mean())

    def test_a_log_scale_is_even_in_decades(self, scenes):
        panel = self.panel(scenes, 10.0 ** -np.arange(5.0))
        heads = [self.head(panel, at(step), "#c83800") for step in range(5)]
        xs, ys = np.array(heads).T
        np.testing.assert_allclose(np.diff(xs), np.diff(xs).mean(), atol=1.5)
        np.testing.assert_allclose(np.diff(ys), np.diff(ys).mean(), atol=1.5)
        assert (np.diff(ys) > 30).all()

    def test_a_head_goes_on_between_steps(self, scenes):
        panel = self.panel(scenes, 10.0 ** -np.arange(5.0))
        xs = [self.head(panel, at(step), "#c83800")[0] for step in (1.0, 1.5, 2.0)]
        assert xs[1] == pytest.approx((xs[0] + xs[2]) / 2, abs=1.5)

    def test_lower_is_better_stands_lower(self, scenes):
        panel = self.panel(scenes, [9, 3, 1, 0.5, 0.1], [9, 8, 7, 6, 5])
        assert self.head(panel, at(4), "#c83800")[1] > self.head(panel, at(4), "#00b888")[1] + 20

    @pytest.mark.parametrize(
        ("losses", "lowest", "title"),
        [
            ([9, 3, 1, 0.5, 0.1], 0.0, "loss"),
            ([9, 3, 1, 0.5, 0.1], -1.0, "loss above the minimum"),
            ([9, 3, 1, 0.5, 0.1], None, "loss"),
            ([9, 3, -1, -5, -6], None, "loss"),
        ],
    )
    def test_its_title_says_what_it_shows(self, scenes, losses, lowest, title):
        assert self.panel(scenes, losses, lowest=lowest, floor=-6.0).title == title

    @pytest.mark.parametrize(
        "losses",
        [
            [9, 3, 1, 0.5, 0.1],
            [9, 3, -1, -5, -6],
            [9, 3, np.nan, np.nan, np.nan],
            [np.nan] * 5,
            [9, 1e300, np.inf, np.nan, np.nan],
            [0, 0, 0, 0, 0],
            [1e-300, 1e-305, 1e-308, 0.0, 0.0],
            [5, 5, 5, 5, 5],
        ],
    )
    @pytest.mark.parametrize("lowest", [None, 0.0])
    def test_a_plot_stays_in_its_box(self, scenes, losses, lowest):
        panel = self.panel(scenes, losses, lowest=lowest, floor=-6.0)
        canvas = Canvas((400, 400), LIGHT.ground)
        panel.paint(canvas)
        panel.draw(canvas, at(4))
        changed = (canvas.pixels[..., :3] != rgb(LIGHT.ground)).any(-1)
        left, top, right, bottom = self.BOX
        changed[top : bottom + 30, left - 5 : right + 8] = False
        assert not changed.any()

    def test_a_diverged_run_has_no_head(self, scenes):
        panel = self.panel(scenes, [9, 3, np.nan, np.nan, np.nan], [9, 8, 7, 6, 5])
        xs = [self.head(panel, at(step), "#c83800")[0] for step in (1, 3)]
        assert xs[0] == pytest.approx(xs[1], abs=1.0)
        assert self.head(panel, at(4), "#00b888")[0] > xs[1] + 100


class TestHeader:
    @pytest.mark.parametrize(("steps", "counters"), [(200, ["step   0", "step   7", "step 200"])])
    def test_the_counter_has_figures_of_one_width(self, written, steps, counters):
        header = Header("T", "s", steps=steps, box=(10, 0, 600, 80), theme=LIGHT, unit=1.0)
        canvas = Canvas((620, 100), LIGHT.ground)
        for step in (0, 7, 200):
            header.draw(canvas, at(step, steps))
        assert written.words == counters
        assert len({text.at for text in written}) == 1

    def test_a_long_title_is_cut_and_keeps_clear_of_the_counter(self, written):
        header = Header("word " * 40, "start", steps=9, box=(10, 0, 600, 80), theme=LIGHT, unit=1.0)
        header.paint(Canvas((620, 100), LIGHT.ground))
        title, *_ = written.words
        assert title.endswith("…")

    def test_a_subtitle_without_room_stands_below(self, written):
        header = Header(
            "A title of some length",
            "all start at (1, 1.6)",
            steps=9,
            box=(10, 0, 460, 96),
            theme=LIGHT,
            unit=1.0,
        )
        header.paint(Canvas((480, 100), LIGHT.ground))
        title, subtitle = written
        assert title.words.startswith("A title of some")
        assert subtitle.words == "all start at (1, 1.6)"
        assert title.at[0] == subtitle.at[0]
        assert subtitle.at[1] > title.at[1] + 20

    def test_a_header_without_a_title_is_drawn(self, written):
        header = Header("", "start", steps=9, box=(10, 0, 460, 96), theme=LIGHT, unit=1.0)
        header.paint(Canvas((480, 100), LIGHT.ground))
        assert "start" in written.words


class TestLegend:
    @pytest.mark.parametrize("count", [1, 7, 14])
    def test_lists_the_runs_in_their_order_inside_the_view(self, scenes, written, count):
        runs = scenes.runs(count)
        legend = Legend(runs, box=(0, 0, 640, 480), theme=LIGHT, unit=1.0)
        canvas = Canvas((640, 480), LIGHT.pane)
        legend.draw(canvas, at(0))
        assert written.words == [run.label for run in runs]
        changed = (canvas.pixels[..., :3] != rgb(LIGHT.pane)).any(-1)
        left, top, right, bottom = legend.dirty_box(at(0), at(1))
        inside = changed.copy()
        inside[top:bottom, left:right] = False
        assert not inside.any()
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 480

    def test_more_runs_than_fit(self, scenes):
        legend = Legend(scenes.runs(24), box=(0, 0, 640, 360), theme=LIGHT, unit=0.5 * 1.2)
        *_, bottom = legend.dirty_box(at(0), at(1))
        assert bottom <= 360

    def test_a_long_label_is_cut(self, scenes):
        runs = [scenes.run(scenes.spiral(), label="a long label " * 10)]
        left, *_ = Legend(runs, box=(0, 0, 640, 360), theme=LIGHT, unit=0.9).dirty_box(at(0), at(1))
        assert left >= 0
