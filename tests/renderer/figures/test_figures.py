"""What is drawn is what was given, its words do not touch, and every theme draws each kind of picture."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from ravine.renderer import colours
from ravine.renderer._canvas import touch
from ravine.renderer._theme import THEMES

KINDS = ("line", "plane", "surface", "walk", "spectrum", "training", "curve")
LONG = "a name that goes on and on until nothing is left of the sheet that it is written on " * 2


def assert_words_apart(figure, words_of):
    FigureCanvasAgg(figure)
    words = words_of(figure)
    width, height = figure.bbox.size
    for number, (text, box) in enumerate(words):
        assert min(box.x0, box.y0) > -1, text
        assert box.x1 < width + 1, text
        assert box.y1 < height + 1, text
        for other, beside in words[number + 1 :]:
            inner = (box.x0 + 0.3, box.y0 + 0.3, box.x1 - 0.3, box.y1 - 0.3)
            assert not touch(inner, (beside.x0, beside.y0, beside.x1, beside.y1)), (text, other)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("size", "theme"),
    [((1280, 720), "light"), ((640, 480), "dark"), ((500, 800), "light"), ((320, 240), "radford")],
)
def test_words_are_on_the_picture_and_apart(kind, size, theme, pictures, words_of):
    figure = pictures.drawn(kind, size=size, theme=theme)
    assert tuple(figure.bbox.size.round().astype(int)) == size
    assert_words_apart(figure, words_of)


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_at_least_a_45th_of_the_height(kind, pictures):
    figure = pictures.drawn(kind, size=(640, 480))
    words = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    sizes = [text.get_fontsize() / 72 * figure.dpi for text in words]
    assert min(sizes) >= 480 / 45 - 1e-9


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ground_and_words_wear_the_theme(kind, theme, pictures):
    figure = pictures.drawn(kind, theme=theme, size=(640, 360))
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
    curve = pictures.line_curve(alphas=alphas, train_loss=loss, barrier=1.5)
    assert "barrier 1.5" in texts(pictures.drawn("line", pictures.line(curve)))


def test_a_line_without_barrier_has_no_bracket(pictures):
    falling = pictures.line_curve(train_loss=np.linspace(5.0, 0.0, 41), barrier=0.0)
    for curve in (pictures.line_curve(barrier=None), falling):
        assert not any("barrier" in text for text in texts(pictures.drawn("line", pictures.line(curve))))


def test_many_barriers_are_in_the_legend(pictures):
    curves = [pictures.line_curve(label=f"net {n}", barrier=0.25) for n in range(4)]
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
    path = pictures.trajectory()
    figure = pictures.drawn("plane", pictures.plane(trajectories=(path,)), theme="light")
    axes = next(
        axes for axes in figure.axes if any(isinstance(part, LineCollection) for part in axes.collections)
    )
    _, trail = (part for part in axes.collections if isinstance(part, LineCollection))
    points = np.stack([path.x, path.y], axis=-1)
    np.testing.assert_array_equal(np.array(trail.get_segments()), np.stack([points[:-1], points[1:]], axis=1))
    widths = np.array(trail.get_linewidths())
    middle = len(widths) // 2
    assert widths[middle] < widths[0]
    assert (np.diff(widths[: middle - 1]) < 0.0).all()
    assert trail.get_colors()[0][:3] != pytest.approx(trail.get_colors()[middle][:3])


def test_plane_shows_the_gap_between_both_losses(pictures, lines_of):
    path = pictures.trajectory()
    lines = lines_of(pictures.drawn("plane", pictures.plane(trajectories=(path,))), "loss")
    assert drawn(path.step, path.loss, lines)
    assert drawn(path.step, path.plane_loss, lines)


def test_plane_names_axes_with_their_shares_and_points(pictures):
    shown = texts(pictures.drawn("plane"))
    assert "first principal component, 83 % of the motion" in shown
    assert "second principal component, 9 % of the motion" in shown
    assert {"start", "SWA"} <= set(shown)


def test_bands_lie_where_the_losses_are(pictures):
    x, y = np.linspace(0.0, 4.0, 9), np.linspace(0.0, 1.0, 5)
    plane = pictures.plane(x=x, y=y, loss=np.tile(x, (5, 1)), trajectories=(), points=(), scale="linear")
    figure = pictures.drawn("plane", plane, theme="light")
    image = figure.axes[0].images[0]
    assert tuple(image.get_extent()) == (0.0, 4.0, 0.0, 1.0)
    row = np.asarray(image.get_array())[0].astype(int)
    lightness = row.sum(-1)
    assert (np.diff(lightness) >= 0).all()
    changes = np.flatnonzero(np.diff(lightness)) / (len(row) - 1)
    np.testing.assert_allclose(changes, np.arange(1, 22) / 22, atol=2e-3)


def test_convexity_has_a_bar_from_0_to_1(pictures):
    ground = pictures.plane()
    plane = pictures.plane(convexity=np.abs(np.sin(ground.loss)), trajectories=())
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
    assert drawn(run.sharpness_step, run.sharpness, sharpness)
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
        "density_value": None,
    }
    shown = texts(pictures.drawn("spectrum", pictures.spectrum(**two, kind="minimum", index=0, size=2)))
    assert {"minimum", "0 of 2", "condition number", "100"} <= set(shown)


def test_spectrum_of_two_values_has_two_bars(pictures):
    two = {
        "top": np.array([50.0, 0.5]),
        "bottom": np.array([0.5, 50.0]),
        "density": None,
        "density_value": None,
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


def test_curve_shows_both_ways_and_the_barrier(pictures, lines_of):
    record = pictures.curve()
    figure = pictures.drawn("curve", record)
    lines = lines_of(figure, "loss")
    for loss in (record.curve_loss, record.line_loss, record.curve_test_loss, record.line_test_loss):
        assert drawn(record.t, loss, lines)
    assert {"barrier 0.5", "solution A", "solution B"} <= set(texts(figure))


def odd(pictures):
    """Pictures that nobody hopes for."""
    line, trajectory, walk, training = (
        pictures.line_curve,
        pictures.trajectory,
        pictures.walk_run,
        pictures.training_run,
    )
    flat = pictures.plane()
    alone = {"test_loss": None, "train_accuracy": None, "test_accuracy": None}
    nothing = np.zeros(0)
    yield "line", pictures.line(*(line(label=f"network {n}", colour_key=f"n{n}") for n in range(12)))
    yield (
        "line",
        pictures.line(line(label=LONG), line(label=LONG), title=LONG, subtitle=2 * LONG, ends=(LONG, LONG)),
    )
    yield "line", pictures.line(line(alphas=np.zeros(1), train_loss=np.ones(1), zooms=(), path=None, **alone))
    yield "line", pictures.line(line(train_loss=np.full(41, np.nan), barrier=0.1))
    yield "line", pictures.line(line(train_loss=np.where(np.arange(41) % 3, 1e200, np.inf)))
    yield "line", pictures.line(line(train_loss=1.7e308 * np.linspace(-1.0, 1.0, 41)))
    yield "line", pictures.line(line(train_loss=np.geomspace(1e-200, 1e200, 41)), scale="log")
    yield "line", pictures.line(line(train_loss=np.full(41, -1.0)), scale="log")
    yield "line", pictures.line(curves=())
    many = tuple(trajectory(label=f"optimizer {n}", colour_key=f"o{n}") for n in range(12))
    yield "plane", pictures.plane(trajectories=many)
    yield "plane", pictures.plane(trajectories=(trajectory(label=LONG),), title=LONG, axes=(LONG, LONG))
    short = {"x": np.zeros(1), "y": np.zeros(1), "loss": np.ones(1), "plane_loss": None, "distance": None}
    yield "plane", pictures.plane(trajectories=(trajectory(**short, step=None),))
    gone = np.full(30, np.nan)
    yield "plane", pictures.plane(trajectories=(trajectory(x=gone, y=gone, loss=gone),))
    for view in ("plane", "surface"):
        yield view, pictures.plane(loss=np.full_like(flat.loss, np.nan))
        yield view, pictures.plane(loss=np.ones_like(flat.loss))
        yield view, pictures.plane(loss=1e290 * flat.loss, trajectories=())
    yield "walk", pictures.walk(*(walk(label=f"run {n}", colour_key=f"r{n}") for n in range(4)))
    yield "walk", pictures.walk(walk(losses=np.full((40, 11), np.nan), cosines=np.full(39, np.nan)))
    once = {"losses": walk().losses[:1], "cosines": nothing, "distances": np.arange(2.0)}
    yield "walk", pictures.walk(walk(**once, sharpness=None, sharpness_step=None, interior_share=None))
    yield "spectrum", pictures.spectrum(top=nothing, bottom=nothing, density=None, density_value=None)
    yield "spectrum", pictures.spectrum(top=np.zeros(3), bottom=np.zeros(3), density=np.zeros(300))
    yield "spectrum", pictures.spectrum(top=np.linspace(40.0, 1.0, 40), bottom=np.linspace(-3.0, -1.0, 20))
    yield "training", pictures.training(*(training(label=f"o {n}", reached_at=n) for n in range(12)))
    yield "training", pictures.training(training(train_loss=np.full(21, np.nan)))
    yield "training", pictures.training(training(**alone, batch_loss=None, reached_at=None), target=None)
    yield "curve", pictures.curve(plane=None, line_loss=np.full(31, np.nan))
    yield "curve", pictures.curve(barrier=None, line_test_loss=None, curve_test_loss=None)


def test_odd_numbers_and_names_are_drawn_too(pictures, words_of):
    for kind, record in odd(pictures):
        assert_words_apart(pictures.drawn(kind, record, size=(640, 480)), words_of)
