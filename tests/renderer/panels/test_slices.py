"""Slices: lines across a landscape, and a panel that shows what their middle is on each."""

from itertools import combinations

import numpy as np
import pytest

from ravine.renderer import Slice, Timing
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.layers.slices import letters, shades
from ravine.renderer.panels.slices import SliceChart, SliceCurve, SlicePanel
from ravine.renderer.style._layout import Layout
from ravine.renderer.style._theme import COMMON, SPARE, THEMES

LIGHT = THEMES["light"]
ALONG = np.linspace(-1.0, 1.0, 51)
SIZES = [(1280, 720), (640, 480), (720, 1280), (800, 800)]


def saddle(scenes, **facts):
    """x^2 - y^2, sliced along both axes."""
    slices = (
        Slice(ends=((-1.5, 0.0), (1.5, 0.0)), losses=(1.5 * ALONG) ** 2),
        Slice(ends=((0.0, -1.2), (0.0, 1.2)), losses=-((1.2 * ALONG) ** 2)),
    )
    plain = {"minima": (), "lowest": None, "scale": "linear", "slices": slices}
    return scenes.background(losses=lambda xs, ys: xs**2 - ys[:, None] ** 2, **{**plain, **facts})


def curve(losses, name: int = 0) -> SliceCurve:
    return SliceCurve(names=("A", "B"), colour=LIGHT.slices[name], losses=np.asarray(losses, float))


def has(pixels: np.ndarray, colour: str) -> np.ndarray:
    return (pixels[..., :3] == rgb(colour)).all(-1)


class TestCurve:
    @pytest.mark.parametrize("places", [2, 3, 4, 50, 51])
    def test_its_middle_is_halfway(self, places):
        line = np.linspace(3.0, 7.0, places)
        assert curve(line).middle == pytest.approx(5.0)

    @pytest.mark.parametrize(
        ("losses", "critical"),
        [
            (ALONG**2, "minimum"),
            (-(ALONG**2), "maximum"),
            (ALONG**3, ""),
            (np.sin(6 * ALONG), ""),
            (0 * ALONG, ""),
            (ALONG**2 + 1e12, "minimum"),
            (1 / np.where(ALONG == 0, np.nan, ALONG), ""),
            (np.where(ALONG > 0.9, np.inf, ALONG**2), ""),
        ],
    )
    def test_a_curve_names_the_kind_of_point_in_its_middle(self, losses, critical):
        with np.errstate(invalid="ignore"):
            assert curve(losses).critical == critical


def test_letters_go_on_through_the_alphabet(scenes):
    slices = saddle(scenes).slices * 2
    assert letters(slices) == [("A", "B"), ("C", "D"), ("E", "F"), ("G", "H")]
    assert shades(slices, LIGHT) == [*LIGHT.slices, *LIGHT.slices]


@pytest.mark.parametrize("theme", THEMES)
def test_their_colours_are_of_the_palette(theme):
    """Those stand out from every background and from each other."""
    assert set(THEMES[theme].slices) <= {*COMMON[theme].values(), *SPARE[theme]}
    assert len(set(THEMES[theme].slices)) == 2


class TestChart:
    def drawn(self, *curves, box=(20, 20, 380, 280)) -> np.ndarray:
        canvas = Canvas((400, 320), LIGHT.ground)
        chart = SliceChart(curves, box=box, theme=LIGHT, unit=1.0)
        chart.paint(canvas, chart.indent)
        return canvas.pixels

    def test_a_curve_is_drawn_to_scale(self):
        """On a straight line from 0 to 1 the column halfway is at half the height of the ends."""
        mask = has(self.drawn(curve(np.linspace(0.0, 1.0, 51))), LIGHT.slices[0])
        columns = np.flatnonzero(mask.any(0))
        middles = np.array([np.flatnonzero(mask[:, column]).mean() for column in columns])
        straight = np.polyfit(columns, middles, 1)
        inner = slice(30, -30)
        np.testing.assert_allclose(np.polyval(straight, columns)[inner], middles[inner], atol=1.5)
        assert straight[0] < -0.5

    @pytest.mark.parametrize(("sign", "word"), [(1, "minimum"), (-1, "maximum")])
    @pytest.mark.parametrize("power", [2, 8])
    def test_the_word_is_clear_of_its_curve(self, written, sign, word, power):
        mask = has(self.drawn(curve(sign * ALONG**power)), LIGHT.slices[0])
        ((box,),) = [[text.box for text in written if text.words == word]]
        left, top, right, bottom = (round(edge) for edge in box)
        assert not mask[top - 2 : bottom + 2, left - 2 : right + 2].any()
        assert 20 <= left < right <= 380
        assert 20 <= top < bottom <= 280

    def test_the_words_of_a_minimum_and_a_maximum_are_apart(self, written):
        self.drawn(curve(ALONG**2), curve(-(ALONG**2), 1))
        boxes = {text.words: text.box for text in written}
        assert boxes["minimum"][3] < boxes["maximum"][1]

    @pytest.mark.parametrize(
        "losses", [[1.0, 1.0], [0.0, np.nan, 1.0], [np.nan] * 5, [np.inf, 0.0, 1.0], [-1e300, 1e300], [3.0]]
    )
    def test_a_curve_of_any_losses_can_be_drawn(self, losses):
        pixels = self.drawn(curve(losses))
        changed = ~has(pixels, LIGHT.ground)
        changed[:300, :390] = False
        assert not changed.any()


class TestPanel:
    @pytest.mark.parametrize(
        ("box", "titles"),
        [
            ((0, 0, 360, 600), ["loss from A to B", "loss from C to D"]),
            ((0, 0, 360, 200), ["loss from A to B and C to D"]),
            ((0, 0, 1000, 500), ["loss from A to B and C to D"]),
        ],
    )
    def test_slices_share_a_chart_where_there_is_no_room(self, scenes, written, box, titles):
        panel = SlicePanel(saddle(scenes).slices, box=box, theme=LIGHT, unit=1.0)
        panel.paint(Canvas((1000, 640), LIGHT.ground))
        assert [words for words in written.words if words.startswith("loss")] == titles

    def test_axes_are_in_one_line(self, scenes, written):
        slices = (saddle(scenes).slices[0], Slice(ends=((0, -1), (0, 1)), losses=-1234.5 * ALONG**2))
        SlicePanel(slices, box=(0, 0, 360, 600), theme=LIGHT, unit=1.0).paint(
            Canvas((400, 640), LIGHT.ground)
        )
        rights = {text.box[2] for text in written if text.words[-1].isdigit()}
        assert len(rights) == 1


@pytest.mark.parametrize(
    ("size", "view", "runs"),
    [
        *((size, "contour", runs) for size in SIZES for runs in (0, 3)),
        ((1280, 720), "contour", 1),
        ((640, 480), "surface", 0),
        ((720, 1280), "surface", 3),
    ],
)
def test_texts_are_large_enough_and_apart(scenes, written, size, view, runs):
    frames = scenes.frames(
        background=saddle(scenes), runs=scenes.runs(runs), size=size, view=view, timing=Timing(seconds=0.1)
    )
    frames.still(-1)
    width, height = size
    found = [
        (text.words, text.box, text.size)
        for text in written
        if (text.words.strip() and len(text.words) > 1) or text.words in "ABCD"
    ]
    assert {"minimum", "maximum"} <= {words for words, *_ in found}
    for words, (left, top, right, bottom), text in found:
        assert text >= height / 45 - 1e-6, words
        assert left >= 0
        assert right <= width
        assert top >= 0
        assert bottom <= height
    panel = frames._layout.losses
    inside = [(w, b) for w, b, _ in found if b[0] > panel[0] - 2 and b[1] > panel[1] - 12]
    assert len(inside) >= 7
    for (one, a), (two, b) in combinations(inside, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart or (one, a) == (two, b), (one, two)


class TestOnTheView:
    def letter_boxes(self, scenes, written, **facts):
        scenes.frames(background=saddle(scenes, **facts), runs=(), panels="none", size=(800, 600)).still(0)
        return {text.words: text.box for text in written if text.words in "ABCD"}

    def test_letters_stand_beyond_the_ends(self, scenes, written):
        boxes = self.letter_boxes(scenes, written)
        assert set(boxes) == set("ABCD")
        middles = {name: ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for name, b in boxes.items()}
        ends = {"A": (100, 300), "B": (700, 300), "C": (400, 540), "D": (400, 60)}
        for name, end in ends.items():
            away = np.subtract(middles[name], end)
            assert 8 < np.hypot(*away) < 20
            assert away @ np.subtract(end, (400, 300)) > 0

    def test_letters_stay_on_the_view(self, scenes, written):
        slices = (Slice(ends=((-2.0, -1.5), (5.0, 1.5)), losses=ALONG**2),)
        for left, top, right, bottom in self.letter_boxes(scenes, written, slices=slices).values():
            assert 0 < left < right < 800
            assert 0 < top < bottom < 600

    def test_a_slice_off_the_view_is_not_there(self, scenes, written):
        slices = (Slice(ends=((5.0, 5.0), (6.0, 9.0)), losses=ALONG**2),)
        assert self.letter_boxes(scenes, written, slices=slices) == {}

    @pytest.mark.parametrize("theme", THEMES)
    def test_lines_are_where_they_are_cut(self, scenes, theme):
        background = saddle(scenes)
        pixels = scenes.frames(
            background=background, runs=(), panels="none", size=(800, 600), theme=theme
        ).still(0)
        first, second = shades(background.slices, THEMES[theme])
        assert has(pixels, first)[300, 130:380].all()
        assert has(pixels, second)[330:520, 400].all()

    def test_the_critical_point_is_dotted(self, scenes):
        pixels = scenes.frames(background=saddle(scenes), runs=(), panels="none", size=(800, 600)).still(0)
        assert tuple(pixels[300, 400, :3]) == rgb(LIGHT.star)

    @pytest.mark.parametrize("turn", [0.0, 40.0])
    def test_slices_lie_on_the_ground_of_a_surface(self, scenes, turn):
        """Both are seen, and where the surface turns they turn with it."""
        background = saddle(scenes)
        choices = {"runs": (), "panels": "none", "size": (640, 480), "view": "surface", "turn": turn}
        frames = scenes.frames(background=background, timing=Timing(seconds=0.2), **choices)
        for colour in shades(background.slices, LIGHT):
            masks = [has(frames.still(index), colour) for index in (0, -1)]
            assert min(mask.sum() for mask in masks) > 40
            assert (masks[0] != masks[1]).any() == bool(turn)


@pytest.mark.parametrize("size", SIZES)
def test_without_runs_there_is_one_panel(size):
    found = Layout.of(size, panels="all", runs=0, tick_width=20.0, plot=True)
    left, top, right, bottom = found.losses
    assert found.standings is None
    assert right - left > 0.25 * size[0]
    assert bottom - top > 0.25 * size[1]
    assert left >= found.view[2] or top >= found.view[3]


@pytest.mark.parametrize("panels", ["legend", "none"])
def test_the_bare_view_has_no_panel(scenes, written, panels):
    scenes.frames(background=saddle(scenes), panels=panels, size=(640, 480)).still(0)
    assert not any(words.startswith("loss from") for words in written.words)
