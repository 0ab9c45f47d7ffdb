"""Batches: dashed contours of what a step saw, below the runs."""

from itertools import pairwise

import numpy as np
import pytest

from ravine.renderer import Batches, Timing
from ravine.renderer._frames import Moment
from ravine.renderer.canvas._canvas import rgb
from ravine.renderer.canvas._lines import dashed
from ravine.renderer.layers.batches import BatchContours
from ravine.renderer.style._theme import THEMES
from ravine.renderer.views.contour import ContourView

LIGHT = THEMES["light"]
XS, YS = np.linspace(-2, 2, 41), np.linspace(-1.5, 1.5, 31)


def bowl(step: int) -> np.ndarray:
    """A bowl whose middle goes round with the steps."""
    x, y = np.cos(step), 0.5 * np.sin(step)
    return (XS - x) ** 2 + 3 * (YS[:, None] - y) ** 2


def batches_of(losses) -> Batches:
    """The losses that 60 steps saw, one example a step."""
    examples = np.stack([losses(step) for step in range(60)])
    return Batches(xs=XS, ys=YS, examples=examples, rows=np.arange(60)[:, None])


BATCHES = batches_of(bowl)


class TestDashes:
    LINE = np.array([(0.0, 0.0), (30.0, 0.0), (30.0, 41.0), (100.0, 41.0)])

    def cut(self, line, dash=7.0, space=5.0):
        starts = np.arange(len(line)) == 0
        points, firsts = dashed(np.asarray(line, float), starts, dash=dash, space=space)
        return np.split(points, np.flatnonzero(firsts)[1:]) if len(points) else []

    def along(self, point) -> float:
        """How far along `LINE` a point is; fails where it is not on it."""
        x, y = point
        assert y == pytest.approx(0, abs=1e-9) or x == pytest.approx(30) or y == pytest.approx(41)
        return x + y

    def test_dashes_and_spaces_have_their_lengths(self):
        dashes = [(self.along(dash[0]), self.along(dash[-1])) for dash in self.cut(self.LINE)]
        assert len(dashes) == 12
        for number, (first, last) in enumerate(dashes):
            assert first == pytest.approx(12 * number)
            assert last == pytest.approx(min(12 * number + 7, 141))

    def test_a_dash_goes_round_a_corner(self):
        (dash,) = [dash for dash in self.cut(self.LINE) if len(dash) > 2 and self.along(dash[0]) < 40]
        np.testing.assert_allclose(dash, [(24, 0), (30, 0), (30, 1)], atol=1e-9)

    def test_lines_are_cut_one_by_one(self):
        two = np.concatenate([self.LINE, self.LINE + 500])
        starts = np.isin(np.arange(8), (0, 4))
        points, firsts = dashed(two, starts, dash=7.0, space=5.0)
        assert firsts.sum() == 2 * len(self.cut(self.LINE))
        assert not ((points > 101) & (points < 500)).any()

    @pytest.mark.parametrize("line", [[], [(3, 4)], [(3, 4), (3, 4)]])
    def test_a_line_without_length_has_no_dashes(self, line):
        points = np.array(line, float).reshape(-1, 2)
        found, firsts = dashed(points, np.arange(len(points)) == 0, dash=7.0, space=5.0)
        assert len(found) == len(firsts) == 0


class TestContours:
    BOX = (0, 0, 400, 300)

    def layer(self, scenes, batches=BATCHES, **choices) -> BatchContours:
        look = {"theme": LIGHT, "unit": 1.0}
        view = ContourView(scenes.background(), box=self.BOX, bare=True, **look)
        choices = {"readable": lambda moment: moment, "scale": "linear", **choices}
        return BatchContours(batches, view=view, **look, **choices)

    def test_lines_are_about_the_batch_s_own_minimum(self, scenes):
        layer = self.layer(scenes)
        for step in (0, 1, 4):
            points, _ = layer._lines(step)
            x, y = points[:, 0] / 100 - 2, 1.5 - points[:, 1] / 100
            losses = (x - np.cos(step)) ** 2 + 3 * (y - 0.5 * np.sin(step)) ** 2
            shares = (losses - bowl(step).min()) / np.ptp(bowl(step)) * 8 - 0.5
            np.testing.assert_allclose(shares, np.round(shares), atol=0.12)
            assert set(np.round(shares).astype(int)) == set(range(8))

    def test_touches_the_whole_view_where_the_batch_changes_and_nothing_else(self, scenes):
        layer = self.layer(scenes)
        assert layer.dirty_box(Moment(0.9, 0.0), Moment(1.0, 0.1)) == self.BOX
        left, top, right, bottom = layer.dirty_box(Moment(1.0, 0.1), Moment(1.9, 0.2))
        assert (right - left) * (bottom - top) == 0

    def test_keeps_clear_of_a_box(self, scenes):
        points, _ = self.layer(scenes, avoid=(100, 50, 250, 150))._lines(0)
        assert len(points) > 100
        assert not ((points >= (100, 50)) & (points <= (250, 150))).all(-1).any()

    @pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1e300])
    def test_any_losses(self, scenes, value):
        batches = batches_of(lambda step: np.where(bowl(0) < 1 + step, value, bowl(0)))
        for step in range(3):
            points, _ = self.layer(scenes, batches, scale="auto")._lines(step)
            assert np.isfinite(points).all()

    def test_one_scale_for_all_steps(self, scenes):
        """A skewed first batch makes the scale a log one for good."""

        def losses(step):
            return np.exp(4 * bowl(0)) if step == 0 else bowl(0)

        skewed = self.layer(scenes, batches_of(losses), scale="auto")
        logged = self.layer(scenes, batches_of(lambda _: bowl(0)), scale="log")
        np.testing.assert_array_equal(skewed._lines(1)[0], logged._lines(1)[0])


class TestFilm:
    def frames(self, scenes, *runs, steps=40, **choices):
        choices = {"panels": "none", "size": (400, 300), "timing": Timing(seconds=1.6, fps=25.0), **choices}
        far = scenes.run(np.full((steps + 1, 2), 9.0))
        return scenes.frames(
            *(runs or (far,)), background=scenes.background(batches=BATCHES, minima=()), **choices
        )

    def test_changes_no_faster_than_it_can_be_followed(self, scenes):
        pictures = [frame.pixels.copy() for frame in self.frames(scenes)]
        changes = [bool((one != two).any()) for one, two in pairwise(pictures)]
        assert 8 <= sum(changes) <= 12
        assert changes[-1]

    def test_lies_below_the_runs(self, scenes):
        """Ball and trail have their own colours wherever they are."""
        run = scenes.run(scenes.spiral(steps=40), colour="#c83800")
        with_batches = self.frames(scenes, run).still(-1)
        without = scenes.frames(
            run, background=scenes.background(minima=()), panels="none", size=(400, 300)
        ).still(-1)
        own = (without[..., :3] == rgb("#c83800")).all(-1)
        assert own.sum() > 200
        np.testing.assert_array_equal(with_batches[own], without[own])

    def test_lines_are_seen_and_do_not_hide_the_ground(self, scenes):
        plain = scenes.frames(
            scenes.run(np.full((41, 2), 9.0)),
            background=scenes.background(minima=()),
            panels="none",
            size=(400, 300),
        ).still(-1)
        changed = (self.frames(scenes).still(-1) != plain).any(-1)
        assert 0.01 < changed.mean() < 0.15

    def test_the_key_says_what_they_are_and_is_not_written_over(self, scenes):
        frames = self.frames(scenes, size=(1280, 720))
        (key,) = [layer for layer in frames._layers[0]._layers if type(layer).__name__ == "Key"]
        assert [entry.name for entry in key._entries] == ["loss on the batch"]
        left, top, right, bottom = key.box
        keys = [frames.still(index)[top:bottom, left:right] for index in (0, 10, -1)]
        np.testing.assert_array_equal(keys[0], keys[1])
        np.testing.assert_array_equal(keys[0], keys[2])

    def test_batches_are_seen_without_any_run(self, scenes, written):
        alone = {"runs": (), "size": (640, 480), "panels": "none"}
        with_batches, plain = (
            scenes.frames(background=background, **alone).still(0)
            for background in (scenes.background(batches=BATCHES), scenes.background())
        )
        assert (with_batches != plain).any()
        assert written.words.count("loss on the batch") == 1

    def test_a_surface_has_none(self, scenes):
        flat = scenes.background()
        run = scenes.run(scenes.spiral())
        pictures = [
            scenes.frames(run, background=background, view="surface").still(-1)
            for background in (flat, scenes.background(batches=BATCHES))
        ]
        np.testing.assert_array_equal(*pictures)
