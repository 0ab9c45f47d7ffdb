"""What is drawn is what was given, its words do not touch, and every theme draws each kind of picture."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from ravine.renderer.style import colours
from ravine.renderer.style._theme import THEMES

KINDS = ("line", "plane", "surface", "walk", "spectrum", "training", "connection")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("size", "theme"), [((1280, 720), "light"), ((450, 600), "dark"), ((320, 240), "radford")], ids=str
)
def test_words_are_apart_and_large_and_wear_the_theme(kind, size, theme, pictures, assert_words_apart):
    figure = pictures.drawn(kind, size=size, theme=theme)
    assert tuple(figure.bbox.size.round().astype(int)) == size
    assert_words_apart(figure)
    words = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    sizes = [text.get_fontsize() / 72 * figure.dpi for text in words]
    assert min(sizes) >= min(size[1] / 45, size[0] / 58) - 1e-9
    assert to_hex(figure.get_facecolor()) == THEMES[theme].ground
    assert figure.texts[0].get_color() == THEMES[theme].text


def test_too_small_a_size_is_refused(pictures):
    with pytest.raises(ValueError, match=r"^A picture has at least 320x240 pixels; got a size of 200x100\.$"):
        pictures.drawn("line", size=(200, 100))


def same(points, line):
    return points.shape == line.shape and np.array_equal(points, line, equal_nan=True)


def drawn(x, y, lines):
    wanted = np.stack([x, y], axis=-1).astype(float)
    return any(same(wanted, line) for line in lines)


def test_line_shows_its_losses_accuracies_and_path(pictures, lines_of):
    curve = pictures.line_curve()
    figure = pictures.drawn("line", pictures.line(curve))
    losses = lines_of(figure, "loss")
    assert drawn(curve.alphas, curve.train_loss, losses)
    assert drawn(curve.alphas, curve.test_loss, losses)
    assert drawn(curve.path.projection, curve.path.loss, losses)
    assert drawn(curve.alphas, curve.train_accuracy, lines_of(figure, "accuracy"))
    assert drawn(
        curve.path.projection, curve.path.residual, lines_of(figure, "distance of the training path")
    )
    assert drawn(curve.zooms[0].alphas, curve.zooms[0].train_loss, lines_of(figure, "loss near start"))
    assert drawn(curve.zooms[1].alphas, curve.zooms[1].train_loss, lines_of(figure, "loss near solution"))


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def test_barrier_is_the_height_above_the_higher_end(pictures):
    alphas = np.linspace(-1.0, 2.0, 31)
    loss = np.interp(alphas, [-1.0, 0.0, 0.5, 1.0, 2.0], [9.0, 0.5, 2.0, 0.25, 9.0])
    others = dict.fromkeys(("test_loss", "train_accuracy", "test_accuracy"))
    curve = pictures.line_curve(alphas=alphas, train_loss=loss, barrier=(0.5, 0.5, 2.0), **others)
    assert "barrier 1.5" in texts(pictures.drawn("line", pictures.line(curve)))


def test_a_line_without_barrier_has_no_bracket(pictures):
    falling = pictures.line_curve(train_loss=np.linspace(5.0, 0.0, 41), barrier=(0.0, 3.75, 3.75))
    for curve in (pictures.line_curve(barrier=None), falling):
        assert not any("barrier" in text for text in texts(pictures.drawn("line", pictures.line(curve))))


def test_many_barriers_are_in_the_legend(pictures):
    loss = 3.0 - (pictures.line_curve().alphas - 0.5) ** 2
    facts = {"train_loss": loss, "barrier": (0.5, 2.75, 3.0)}
    curves = [pictures.line_curve(label=f"net {n}", **facts) for n in range(4)]
    shown = texts(pictures.drawn("line", pictures.line(*curves)))
    assert "net 3, barrier 0.25" in shown
    assert not any(text.startswith("barrier") for text in shown)


def test_curves_wear_the_colours_of_the_films(pictures):
    keys = ("adam", "sgd", "own")
    curves = [pictures.line_curve(label=key, colour_key=key, zooms=(), path=None) for key in keys]
    figure = pictures.drawn("line", pictures.line(*curves), theme="dark")
    wanted = colours(keys, theme="dark")
    solid = [
        line.get_color()
        for line in figure.axes[0].lines
        if line.get_linestyle() == "-" and len(line.get_xdata()) == 41
    ]
    assert tuple(solid) == wanted


def test_losses_over_decades_get_a_log_scale_when_asked(pictures):
    curve = pictures.line_curve(train_loss=np.geomspace(10.0, 1e-4, 41))
    scales = [
        pictures.drawn("line", pictures.line(curve, scale=scale)).axes[0].get_yscale()
        for scale in ("linear", "log", "auto")
    ]
    assert scales == ["linear", "log", "log"]


def test_plane_shows_each_path_and_fades_it_by_its_distance(pictures):
    path = pictures.path()
    figure = pictures.drawn("plane", pictures.plane(paths=(path,)), theme="light")
    axes = next(
        axes for axes in figure.axes if any(isinstance(part, LineCollection) for part in axes.collections)
    )
    _, trail = (part for part in axes.collections if isinstance(part, LineCollection))
    points = path.points
    np.testing.assert_array_equal(np.array(trail.get_segments()), np.stack([points[:-1], points[1:]], axis=1))
    widths = np.array(trail.get_linewidths())
    middle = len(widths) // 2
    assert widths[middle] < widths[0]
    assert (np.diff(widths[: middle - 1]) < 0.0).all()
    assert trail.get_colors()[0][:3] != pytest.approx(trail.get_colors()[middle][:3])


def test_plane_shows_the_gap_between_both_losses(pictures, lines_of):
    path = pictures.path()
    lines = lines_of(pictures.drawn("plane", pictures.plane(paths=(path,))), "loss")
    assert drawn(path.counts, path.losses, lines)
    assert drawn(path.counts, path.series["plane_loss"], lines)


def test_plane_names_axes_with_their_shares_and_points(pictures):
    shown = texts(pictures.drawn("plane"))
    assert "first principal component, 83 % of the motion" in shown
    assert "second principal component, 9 % of the motion" in shown
    assert {"start: 2.5", "SWA: 0.1"} <= set(shown)


def test_bands_lie_where_the_losses_are(pictures):
    x, y = np.linspace(0.0, 4.0, 9), np.linspace(0.0, 1.0, 5)
    plane = pictures.plane(x=x, y=y, loss=np.tile(x, (5, 1)), paths=(), points=(), scale="linear")
    figure = pictures.drawn("plane", plane, theme="light")
    image = figure.axes[0].images[0]
    assert tuple(image.get_extent()) == (0.0, 4.0, 0.0, 1.0)
    row = np.asarray(image.get_array())[0].astype(int)
    lightness = row.sum(-1)
    assert (np.diff(lightness) >= 0).all()
    changes = np.flatnonzero(np.diff(lightness)) / (len(row) - 1)
    np.testing.assert_allclose(changes, np.arange(1, 22) / 22, atol=2e-3)


def test_convexity_has_a_bar_from_0_to_1(pictures):
    plane = pictures.plane(convexity=np.abs(np.sin(pictures.grid()["loss"])), paths=())
    shown = texts(pictures.drawn("plane", plane))
    assert {"0", "0.25", "0.5", "0.75", "1", "|least / greatest curvature|"} <= set(shown)


def test_walk_strings_the_losses_together_and_marks_the_lowest(pictures):
    run = pictures.walk_run()
    figure = pictures.drawn("walk", pictures.walk(run))
    way, _, lowest = figure.axes[0].lines
    updates = np.arange(len(run.losses))
    np.testing.assert_allclose(way.get_xdata(), (updates[:, None] + run.alphas).ravel())
    np.testing.assert_array_equal(way.get_ydata(), run.losses.ravel())
    np.testing.assert_array_equal(lowest.get_ydata(), run.losses.min(-1))
    np.testing.assert_allclose(lowest.get_xdata(), updates + 0.5)


def test_walk_shows_cosines_distances_and_sharpness_against_2_over_the_rate(pictures, lines_of):
    run = pictures.walk_run()
    figure = pictures.drawn("walk", pictures.walk(run))
    assert drawn(np.arange(1.0, 40.0), run.cosines, lines_of(figure, "cosine"))
    assert drawn(np.arange(41.0), run.distances, lines_of(figure, "distance"))
    sharpness = lines_of(figure, "sharpness")
    assert drawn(run.sharpness_at, run.sharpness, sharpness)
    assert any((line[:, 1] == 2.0 / run.rate).all() for line in sharpness)


def test_a_long_walk_says_how_much_of_it_is_shown(pictures):
    run = pictures.walk_run(losses=np.tile(pictures.walk_run().losses, (30, 1)))
    shown = texts(pictures.drawn("walk", pictures.walk(run)))
    assert any(text.startswith("update, the first ") and text.endswith(" of 1200") for text in shown)


def test_five_walks_are_refused(pictures):
    with pytest.raises(ValueError, match="1 to 4 walks"):
        pictures.drawn("walk", pictures.walk(*[pictures.walk_run()] * 5))


def test_spectrum_says_kind_index_and_condition(pictures):
    shown = texts(pictures.drawn("spectrum"))
    assert {"saddle", "12 of 4810", "36", "\N{MINUS SIGN}2"} <= set(shown)
    two = {
        "top": np.array([50.0, 0.5]),
        "bottom": np.array([0.5, 50.0]),
        "density": None,
    }
    shown = texts(pictures.drawn("spectrum", pictures.spectrum(**two, kind="minimum", index=0, size=2)))
    assert {"minimum", "0 of 2", "condition number", "100"} <= set(shown)


def test_spectrum_of_two_values_has_two_bars(pictures):
    two = {
        "top": np.array([50.0, 0.5]),
        "bottom": np.array([0.5, 50.0]),
        "density": None,
    }
    figure = pictures.drawn("spectrum", pictures.spectrum(**two, size=2))
    assert [bar.get_height() for bar in figure.axes[0].patches] == [50.0, 0.5]


def test_training_marks_the_step_at_the_target(pictures, lines_of):
    run = pictures.training_run()
    figure = pictures.drawn("training", pictures.training(run))
    lines = lines_of(figure, "loss")
    assert drawn(run.step, run.train_loss, lines)
    assert drawn(run.step, run.test_loss, lines)
    assert drawn(np.array([300]), np.array([0.1]), lines)
    assert drawn(run.step, run.test_accuracy, lines_of(figure, "accuracy"))
    assert {"step 300", "loss 0.1"} <= set(texts(figure))


def test_a_run_that_never_reaches_the_target_says_so(pictures):
    assert "SGD, rate 0.1, never at 0.1" in texts(pictures.drawn("training"))


def test_batch_losses_are_means_over_a_window():
    from ravine.renderer.figures._training import averaged

    losses = np.r_[np.nan, np.random.default_rng(0).normal(size=599)]
    shown = averaged(losses)
    assert shown[300] == pytest.approx(losses[295:306].mean())
    assert shown[0] == pytest.approx(np.nanmean(losses[:6]))
    assert shown[-1] == pytest.approx(losses[-6:].mean())
    assert np.isnan(averaged(np.full(5, np.nan))).all()


def test_a_connection_shows_the_curve_the_line_and_the_barrier(pictures, lines_of):
    line, curve = pictures.straight(), pictures.curved()
    figure = pictures.drawn("connection", pictures.connection(line, curve))
    lines = lines_of(figure, "loss")
    for one in (line, curve):
        assert drawn(one.alphas, one.train_loss, lines)
        assert drawn(one.alphas, one.test_loss, lines)
    assert {"barrier 0.5", "solution A", "solution B"} <= set(texts(figure))
