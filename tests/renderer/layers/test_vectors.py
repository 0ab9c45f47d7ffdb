"""Vectors: arrows whose heads keep their size, at the ball of the step that they make."""

import math

import numpy as np
import pytest

from ravine.renderer import Timing, Vector
from ravine.renderer._frames import Moment
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.canvas._shapes import Angle, Arrow, angle_between, side_by_side, spaced
from ravine.renderer.style._theme import ARROWS, COMMON, THEMES, arrow_colour, mixed

LIGHT = THEMES["light"]
BLUE, GOLD = "#1868f8", "#d89820"
SIZE = (800, 600)
NONE = (math.nan, math.nan)


def arrow(tail, tip, **choices) -> Arrow:
    found = Arrow.of(np.array(tail, float), np.array(tip, float), BLUE, **{"unit": 1.0, **choices})
    assert found is not None
    return found


def share_of(pixels: np.ndarray, colour: str) -> np.ndarray:
    """Where a picture has exactly a colour."""
    return (pixels[..., :3] == rgb(colour)).all(-1)


def to_pixels(x: float, y: float) -> tuple[float, float]:
    """On a bare view of the bowl in `SIZE`."""
    return (x + 2) / 4 * SIZE[0], (1.5 - y) / 3 * SIZE[1]


class TestArrow:
    @pytest.mark.parametrize("tip", [(100, 0), (0, 100), (-60, -80), (300, 400), (3, -40)])
    def test_goes_from_tail_to_tip(self, tip):
        shape = arrow((5, 7), np.add((5, 7), tip)).outline
        np.testing.assert_allclose(shape[3], np.add((5, 7), tip), atol=1e-9)
        np.testing.assert_allclose((shape[0] + shape[6]) / 2, (5, 7), atol=1e-9)
        np.testing.assert_array_equal(shape[0], shape[-1])

    @pytest.mark.parametrize("length", [30, 100, 1000])
    @pytest.mark.parametrize("unit", [0.5, 1.0, 3.0])
    def test_a_head_keeps_its_size(self, length, unit):
        shape = arrow((0, 0), (length * unit, 0), unit=unit).outline
        wanted = arrow((0, 0), (50, 0)).outline
        for end in (2, 4):
            np.testing.assert_allclose((shape[end] - shape[3]) / unit, wanted[end] - wanted[3], atol=1e-9)

    def test_a_short_arrow_is_a_small_one(self):
        widths = [np.ptp(arrow((0, 0), (length, 0)).outline[:, 1]) for length in (4, 8, 12, 40, 80)]
        assert widths[0] < widths[1] < widths[2] < widths[3] == widths[4]
        assert arrow((0, 0), (4, 0)).outline[:, 0].min() >= 0

    @pytest.mark.parametrize("tip", [(0, 0), (1, 1), NONE, (math.inf, 0), (math.nan, 9)])
    def test_an_arrow_that_cannot_be_seen_is_none(self, tip):
        assert Arrow.of(np.zeros(2), np.array(tip, float), BLUE, unit=1.0) is None

    def test_an_arrow_that_is_too_long_is_cut(self):
        shape = arrow((0, 0), (1e300, 0)).outline
        assert np.abs(shape).max() <= 1e5

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("ground", ["deep", "high"])
    def test_is_seen_on_every_ground(self, theme, ground):
        """Its fill is its colour, and where the theme has halos there is one all around it."""
        look = THEMES[theme]
        canvas = Canvas((120, 60), getattr(look, ground))
        colour = arrow_colour("gradient", theme=theme)
        shape = Arrow.of(np.array([20.0, 30.0]), np.array([100.0, 30.0]), colour, unit=1.0)
        shape.draw(canvas, look, 1.0)
        assert share_of(canvas.pixels, colour)[30, 22:96].all()
        if look.halo_alpha:
            np.testing.assert_allclose(canvas.pixels[30 - 3, 40, :3], rgb(look.halo), atol=30)


class TestSideBySide:
    def test_equal_arrows_stand_apart(self):
        tails, tips = np.zeros((2, 2)), np.array([(50.0, 0.0)] * 2)
        aside = side_by_side(tails, tips, 1.0)
        np.testing.assert_allclose(aside[0], -aside[1])
        assert abs(aside[0, 1]) > 2
        np.testing.assert_allclose(aside[:, 0], 0.0, atol=1e-12)

    @pytest.mark.parametrize("angle", [4.0, 10.0, 16.0])
    def test_close_arrows_stand_further_apart(self, angle):
        turn = np.radians([0.0, angle])
        tips = 60 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        aside = side_by_side(np.zeros((2, 2)), tips, 1.0)
        across = np.array([-np.sin(turn.mean()), np.cos(turn.mean())])
        assert (aside[1] - aside[0]) @ across > 0

    @pytest.mark.parametrize("tip", [(0.0, 50.0), (-50.0, 0.0), (40.0, 40.0)])
    def test_others_stay(self, tip):
        aside = side_by_side(np.zeros((2, 2)), np.array([(50.0, 0.0), tip]), 1.0)
        np.testing.assert_allclose(aside, 0.0)

    def test_arrows_from_other_places_stay(self):
        tails = np.array([(0.0, 0.0), (0.0, 40.0)])
        np.testing.assert_allclose(side_by_side(tails, np.add(tails, (50.0, 0.0)), 1.0), 0.0)


@pytest.mark.parametrize("apart", [0.5, 3.0, 100.0])
def test_arrows_that_stay_are_spaced(apart):
    walk = np.cumsum(np.random.default_rng(4).normal(size=(200, 2)), axis=0)
    walk[7] = np.nan
    chosen = spaced(walk, apart)
    assert chosen[0] == 0
    assert 7 not in chosen
    ways = walk[chosen][:, None] - walk[chosen][None]
    gaps = np.linalg.norm(ways, axis=-1)[np.triu_indices(len(chosen), 1)]
    assert (gaps >= apart).all()
    left_out = [k for k in range(200) if k not in chosen and k != 7]
    near = [np.linalg.norm(walk[chosen] - walk[k], axis=-1).min() for k in left_out]
    assert max(near, default=0.0) < apart


@pytest.mark.parametrize(
    ("one", "two", "degrees"),
    [
        ((1, 0), (0, 1), 90.0),
        ((2, 0), (-5, 0), 180.0),
        ((1, 1), (3, 3), 0.0),
        ((1, 0), (1, math.sqrt(3)), 60.0),
        ((0, -1), (1, -1), 45.0),
        ((1e-200, 0), (0, 1e200), 90.0),
        ((1, 0), (0, 0), None),
        (NONE, (1, 0), None),
    ],
)
def test_angles(one, two, degrees):
    found = angle_between(one, two)
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-9))


def test_the_gradient_may_be_nearly_square_to_the_way_to_the_minimum():
    """On 0.5 (x^2 + k y^2) from (sqrt k, 1/sqrt k) the cosine of the two is 2 sqrt k / (1 + k) or less."""
    k = 1000.0
    point = np.array([math.sqrt(k), 1.0])
    gradient = point * (1.0, k)
    cosine = point @ gradient / np.linalg.norm(point) / np.linalg.norm(gradient)
    assert angle_between(-gradient, -point) == pytest.approx(math.degrees(math.acos(cosine)))
    assert angle_between(-gradient, -point) > 80


class TestAngle:
    BOX = (0, 0, 400, 300)

    def angle(self, degrees: float, *, tail=(200, 150), first=0.0, trail=((190, 150),)) -> Angle:
        turns = np.radians([first, first + degrees])
        ways = [48 * np.array([np.cos(t), np.sin(t)]) for t in turns]
        places = {"trail": np.array(trail, float), "box": self.BOX, "unit": 1.0}
        return Angle(np.array(tail, float), ways, degrees=degrees, **places)

    @pytest.mark.parametrize("degrees", [0, 3, 20, 45, 60, 90, 135, 170, 180])
    @pytest.mark.parametrize("first", [0, 75, 200, -110])
    def test_the_figures_are_clear_of_ball_and_arrows(self, degrees, first):
        found = self.angle(degrees, first=first)
        low, high = found._chip.min(0), found._chip.max(0)
        assert (low + high) @ (0.5, 0.5) > 0
        for turn in np.radians([first, first + degrees]):
            along = np.linspace(0, 48, 60)[:, None]
            places = (200, 150) + along * (np.cos(turn), np.sin(turn))
            assert not ((places > low - 2) & (places < high + 2)).all(-1).any()
        gap = np.maximum(np.maximum(low - (200, 150), (200, 150) - high), 0.0)
        assert np.hypot(*gap) > 9.3

    @pytest.mark.parametrize("side", [-1, 1])
    def test_between_close_arrows_the_figures_are_where_the_trail_is_not(self, side):
        trail = [(200 - 10 * k, 150 + side * 8 * k) for k in range(1, 9)]
        middle = self.angle(8.0, first=-4.0, trail=trail)._chip[:4].mean(0)
        assert np.sign(middle[1] - 150) == -side

    @pytest.mark.parametrize("tail", [(2, 2), (398, 2), (2, 298), (398, 298)])
    def test_the_figures_stay_on_the_view(self, tail):
        for first in range(0, 360, 45):
            corners = self.angle(70.0, tail=tail, first=first)._chip
            assert (corners >= (0, 0)).all()
            assert (corners <= (400, 300)).all()

    def test_figures(self):
        assert self.angle(77.6).text == "78°"


@pytest.mark.parametrize("theme", THEMES)
def test_roles_have_colours_of_the_palette(theme):
    film = ("gradient", "velocity", "jump", "correction", "minimum")
    found = [arrow_colour(role, theme=theme) for role in film]
    assert len(set(found)) == len(found)
    assert {arrow_colour(role, theme=theme) for role in ARROWS} <= set(COMMON[theme].values())
    assert arrow_colour("anything else", theme=theme) == ""


@pytest.mark.parametrize(("share", "wanted"), [(0.0, "#102030"), (1.0, "#ffffff"), (0.5, "#889098")])
def test_a_mixture(share, wanted):
    assert mixed("#102030", "#ffffff", share) == wanted


class TestOnTheView:
    POINTS = np.array([(-1.5, 0.5), (0.0, 0.5), (1.0, 0.5), (1.5, 0.5)])

    def run(self, scenes, *, unit=False, second=False, **facts):
        arrows = np.array([(0.0, -1.0), (0.0, -0.75), (0.0, 0.5), NONE])
        vectors = [Vector(name="gradient", colour=BLUE, tails=self.POINTS, arrows=arrows, unit=unit)]
        if second:
            ways = np.array([(1.0, 0.0)] * 4)
            vectors.append(Vector(name="way", colour=GOLD, tails=self.POINTS, arrows=ways, unit=unit))
        return scenes.run(self.POINTS, vectors=tuple(vectors), **facts)

    def frames(self, scenes, *runs, **choices):
        timing = Timing(steps_per_frame=0.25)
        look = {"panels": "none", "size": SIZE, "timing": timing, **choices}
        return scenes.frames(*runs, background=scenes.background(minima=()), **look)

    def at(self, pixels: np.ndarray, x: float, y: float) -> tuple[int, ...]:
        column, row = to_pixels(x, y)
        return tuple(pixels[round(row), round(column), :3])

    def test_an_arrow_stays_at_its_tail_while_the_ball_goes_on(self, scenes):
        frames = self.frames(scenes, self.run(scenes))
        for index in range(4):
            pixels = frames.still(index)
            assert self.at(pixels, -1.5, -0.2) == rgb(BLUE)
            assert self.at(pixels, -1.5 + 1.5 * index / 4, 0.5) == rgb("#c83800")
        pixels = frames.still(4)
        assert self.at(pixels, -1.5, -0.2) != rgb(BLUE)
        assert self.at(pixels, 0.0, -0.1) == rgb(BLUE)

    def test_without_a_number_there_is_none(self, scenes):
        pixels = self.frames(scenes, self.run(scenes)).still(-1)
        key = self.frames(scenes, self.run(scenes)).still(4)
        assert share_of(pixels, BLUE).sum() < share_of(key, BLUE).sum()

    def test_an_arrow_lies_below_the_ball(self, scenes):
        pixels = self.frames(scenes, self.run(scenes)).still(0)
        assert self.at(pixels, -1.5, 0.5) == rgb("#c83800")
        assert self.at(pixels, -1.5, 0.48) == rgb("#c83800")

    def test_no_colour_is_the_run_s(self, scenes):
        arrows = np.array([(0.0, -1.0)] * 4)
        vector = Vector(name="step", colour="", tails=self.POINTS, arrows=arrows)
        run = scenes.run(self.POINTS, vectors=(vector,), colour="#603090")
        assert self.at(self.frames(scenes, run).still(0), -1.5, -0.2) == rgb("#603090")

    def test_directions_have_one_length_and_stay_faintly(self, scenes):
        """Of lengths 1, 0.75 and 0.5 in the plane, all are drawn alike; at the end two are left behind."""
        frames = self.frames(scenes, self.run(scenes, unit=True))
        lengths = []
        for index, (x, y) in zip((0, 4, 8), self.POINTS, strict=False):
            column, row = to_pixels(x, y)
            blue = share_of(frames.still(index), BLUE)[:, round(column) - 1 : round(column) + 2]
            rows = np.flatnonzero(blue.any(1))
            lengths.append(max(abs(rows[0] - row), abs(rows[-1] - row)))
        np.testing.assert_allclose(lengths, lengths[0], atol=1.5)
        faint = mixed(BLUE, LIGHT.mid, 0.4)
        pixels = frames.still(-1)
        for x in (-1.5, 0.0):
            assert self.at(pixels, x, 0.4) == rgb(faint)

    @pytest.mark.parametrize("position", [0.0, 0.25, 0.5, 0.9, 1.0, 1.7])
    def test_directions_go_with_the_ball_and_are_those_of_a_quadratic(self, scenes, position):
        """Between two iterates the gradient of a quadratic loss is between those of the two."""
        points = np.array([(-1.5, 1.0), (0.5, -1.0), (1.5, -0.2)])
        gradients = -points * (1.0, 3.0)
        vector = Vector(name="down", colour=BLUE, tails=points, arrows=gradients, unit=True)
        frames = self.frames(scenes, scenes.run(points, vectors=(vector,)))
        ((kind,),) = next(
            layer for layer in frames._layers[0]._layers if type(layer).__name__ == "Vectors"
        )._runs
        tail, tip = kind.at(position, 40.0)
        at = np.array([np.interp(position, [0, 1, 2], points[:, k]) for k in range(2)])
        np.testing.assert_allclose(tail, ((at[0] + 2) * 200, (1.5 - at[1]) * 200), atol=1e-9)
        wanted = -at * (1.0, -3.0)
        np.testing.assert_allclose(tip - tail, 40 * wanted / np.linalg.norm(wanted), atol=1e-9)

    def test_the_angle_is_written(self, scenes, written):
        self.frames(scenes, self.run(scenes, unit=True, second=True)).still(0)
        assert "90°" in written.words
        written.clear()
        self.frames(scenes, self.run(scenes, unit=True)).still(0)
        self.frames(scenes, self.run(scenes, second=True)).still(0)
        assert not any(words.endswith("°") for words in written.words)

    def test_a_surface_shows_no_arrows(self, scenes):
        with_arrows = self.frames(scenes, self.run(scenes, unit=True, second=True), view="surface")
        without = self.frames(scenes, scenes.run(self.POINTS), view="surface")
        np.testing.assert_array_equal(with_arrows.still(5), without.still(5))

    @pytest.mark.parametrize("length", [1e-300, 1e3, 1e150, 1e300, math.inf])
    def test_any_length_can_be_drawn(self, scenes, length):
        ways = np.array([(1.0, -0.5)] * 4) * length
        vectors = tuple(
            Vector(name=name, colour=BLUE, tails=self.POINTS, arrows=ways, unit=name in "cd")
            for name in "abcd"
        )
        for pixels, _ in self.frames(scenes, scenes.run(self.POINTS, vectors=vectors)):
            assert (pixels[..., 3] == 255).all()

    def test_an_arrow_does_not_change_during_a_step(self, scenes):
        frames = self.frames(scenes, self.run(scenes, second=True))
        (vectors,) = [layer for layer in frames._layers[0]._layers if type(layer).__name__ == "Vectors"]
        left, top, right, bottom = vectors.dirty_box(Moment(0.25, 0.0), Moment(0.75, 0.1))
        assert (right - left) * (bottom - top) == 0
        left, top, right, bottom = vectors.dirty_box(Moment(0.75, 0.1), Moment(1.0, 0.2))
        assert (right - left) * (bottom - top) > 1000


class TestKey:
    def key(self, scenes, *runs, **choices):
        frames = scenes.frames(*runs, **{"panels": "none", "size": (800, 600), **choices})
        return next((layer for layer in frames._layers[0]._layers if type(layer).__name__ == "Key"), None)

    def pushed(self, scenes, points, name="push", colour=BLUE, **facts):
        points = np.array(points, float)
        vector = Vector(name=name, colour=colour, tails=points, arrows=0 * points + 0.1)
        return scenes.run(points, vectors=(vector,), **facts)

    @pytest.mark.parametrize(("x", "y"), [(1.8, 1.4), (-1.8, 1.4), (1.8, -1.4), (-1.8, -1.4)])
    def test_stands_where_no_run_goes(self, scenes, x, y):
        """The run crosses three corners; the key is in the fourth."""
        corners = [(sx * x, sy * y) for sx, sy in ((-1, 1), (-1, -1), (1, -1))]
        left, top, right, bottom = self.key(scenes, self.pushed(scenes, corners)).box
        middle = ((left + right) / 2 / 800 * 4 - 2, 1.5 - (top + bottom) / 2 / 600 * 3)
        assert (np.sign(middle) == np.sign((x, y))).all()

    @pytest.mark.parametrize("panels", ["legend", "none", "all"])
    def test_keeps_clear_of_the_legend(self, scenes, panels):
        left, top, *_ = self.key(scenes, self.pushed(scenes, [(0, 0), (0.1, 0.1)]), panels=panels).box
        assert (left > 400 and top < 300) == (panels == "none") or panels == "all"

    def test_names_each_kind_once(self, scenes):
        runs = [
            self.pushed(scenes, [(0, 0), (0.1, 0.1)], label=label, name=name)
            for label, name in (("one", "push"), ("two", "push"), ("two", "pull"))
        ]
        assert [entry.name for entry in self.key(scenes, *runs)._entries] == ["push", "pull"]

    def test_tells_runs_apart_by_their_labels(self, scenes):
        points = np.array([(0, 0), (0.1, 0.1)])
        vector = Vector(name="step", colour="", tails=points, arrows=points)
        runs = [
            scenes.run(points, label=label, colour=colour, vectors=(vector,))
            for label, colour in (("SGD", BLUE), ("Adam", GOLD))
        ]
        found = [(entry.name, entry.colour) for entry in self.key(scenes, *runs)._entries]
        assert found == [("step, SGD", BLUE), ("step, Adam", GOLD)]

    def test_is_left_out_where_there_is_no_room(self, scenes):
        run = self.pushed(scenes, [(0, 0), (0.1, 0.1)], name="a very long name " * 5)
        assert self.key(scenes, run).box is None

    def test_is_not_there_without_arrows(self, scenes):
        assert self.key(scenes, scenes.run(scenes.spiral())) is None
