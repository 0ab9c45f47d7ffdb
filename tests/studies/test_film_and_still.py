"""One plane is one picture: a film and a still of it agree in every number that both show."""

import re

import numpy as np
import pytest
from matplotlib.text import Text

from ravine.renderer.canvas._canvas import Canvas
from ravine.renderer.figures import draw_plane, plane_background
from ravine.renderer.figures._axis import Axis
from ravine.renderer.figures._background import norm_of
from ravine.renderer.figures._plane import _view
from ravine.renderer.figures._sheet import Sheet
from ravine.renderer.layers.trails import FADING, Fading
from ravine.renderer.plots._series import Series
from ravine.renderer.style import colours
from ravine.renderer.style._theme import COMMON, THEMES
from ravine.renderer.views.contour import BANDS, ContourView, band_colours
from ravine.studies._plane_film import path_of, plane_film
from ravine.studies._trainings import Trajectory

X, Y = np.linspace(-2.0, 2.0, 25), np.linspace(-1.0, 3.0, 21)


def banana(x, y):
    return (1.0 - x) ** 2 + 20.0 * (y - x**2) ** 2


def tilted(x, y):
    return 3.0 * x - 2.0 * y


def cliff(x, y):
    return np.where(x + 0.3 * y > 0.1, 1e6, 0.5 + 0.1 * x**2)


def holed(x, y):
    return np.where(np.hypot(x + 1.0, y - 2.0) < 0.5, np.nan, banana(x, y) + 0.1)


SMALL = (320, 240)

LOSSES = {"banana": banana, "tilted": tilted, "cliff": cliff, "holed": holed}
SCALES = {
    "auto": {},
    "linear": {"scale": "linear"},
    "log": {"scale": "log"},
    "cut": {"heights": (0.5, 60.0)},
    "cut and linear": {"heights": (-3.0, 40.0), "scale": "linear"},
    "convexity": {"convexity": np.abs(np.sin(X) * np.cos(Y[:, None])) * 1.7},
}


def path(*, lengths=(1.0, 1.0), **facts):
    way = np.linspace(0.0, 1.0, 20)
    common = {
        "label": "SGD",
        "rule": "sgd",
        "points": np.stack([-1.5 + 2.5 * way, 2.0 * way**2], axis=-1),
        "loss": 70.0 ** (1.0 - way),
        "plane_loss": 70.0 ** (1.0 - way),
        "distance": 3.0 * way * (1.0 - way),
        "steps": 10 * np.arange(20),
    }
    return path_of(Trajectory(iterates=None, **{**common, **facts}), lengths)


def picture(function=banana, *, paths=None, **facts):
    """What a film and a still of one plane are both made of."""
    common = {
        "title": "MLP on digits",
        "x": X,
        "y": Y,
        "loss": function(*np.meshgrid(X, Y)),
        "axes": ("first", "second"),
    }
    return plane_background(**{**common, **facts}), (path(),) if paths is None else paths


def bands_of(pixels, shades):
    """The number of each pixel's shade, -1 where something lies over it."""
    same = (pixels[..., None, :3].astype(int) == shades.astype(int)).all(-1)
    return np.where(same.any(-1), same.argmax(-1), -1)


@pytest.mark.parametrize(
    ("name", "scale", "theme"),
    [
        ("banana", "auto", "dark"),
        ("tilted", "cut and linear", "light"),
        ("cliff", "cut", "light"),
        ("holed", "log", "light"),
        ("tilted", "auto", "light"),
        ("banana", "convexity", "dark"),
    ],
)
def test_the_shades_are_those_of_the_same_losses(name, scale, theme, monkeypatch):
    """At the same place of the plane, but for a pixel at the border of two of them."""
    monkeypatch.setattr(ContourView, "_paint_contour_lines", lambda *_: None)
    shown = picture(LOSSES[name], theme=theme, **SCALES[scale])
    colour = COMMON[theme]["rmsprop"] if scale == "convexity" else ""
    shades = np.unique(band_colours(THEMES[theme], BANDS, colour), axis=0)
    figure = draw_plane(*shown, theme=theme, size=SMALL)
    plane = next(axes for axes in figure.axes if axes.get_xlim() == (X[0], X[-1]))
    still = bands_of(np.asarray(plane.images[0].get_array()), shades)
    frames = plane_film(*shown, theme=theme, size=SMALL)
    left, top, right, bottom = frames._view.box
    canvas = Canvas(frames.size, THEMES[theme].ground)
    frames._view.paint(canvas, 0.0)
    film = bands_of(canvas.pixels[top:bottom, left:right][::-1], shades)[3:-3, 3:-3]
    assert (still >= 0).all()
    assert (film >= 0).mean() > 0.9
    rows, columns = (
        ((np.arange(3, many - 3) + 0.5) / many * of).astype(int)
        for many, of in zip((bottom - top, right - left), still.shape, strict=True)
    )
    nearby = np.stack([still[rows + dy][:, columns + dx] for dy in range(-2, 3) for dx in range(-2, 3)])
    assert ((nearby.min(0) <= film) & (film <= nearby.max(0)))[film >= 0].mean() > 0.9999
    assert (still[rows][:, columns] == film)[film >= 0].mean() > 0.9


@pytest.mark.parametrize("scale", [scale for scale in SCALES if scale != "convexity"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_relief_has_the_same_heights(name, scale):
    shown = picture(LOSSES[name], **SCALES[scale])
    sheet = Sheet((1280, 720), "light", title="", subtitle="")
    still = _view(sheet, (0.0, 0.0, 800.0, 600.0), *shown)._relief
    film = plane_film(*shown, view="surface")._view._relief
    assert still.norm == film.norm
    np.testing.assert_array_equal(still.heights, film.heights)


@pytest.mark.parametrize("shape", [(2, 2), (3, 7), (40, 4)])
def test_coarse_grids_that_are_not_square_too(shape):
    rows, columns = shape
    x, y = np.linspace(-2.0, 2.0, columns), np.linspace(-1.0, 3.0, rows)
    shown = picture(x=x, y=y, loss=banana(*np.meshgrid(x, y)))
    background, _ = shown
    view = plane_film(*shown)._view
    levels = norm_of(background).level(background.losses(*view._places))
    np.testing.assert_array_equal(view._norm.level(view._losses), levels)


@pytest.mark.parametrize("lengths", [(1.0, 1.0), (0.3, 7.0)])
def test_a_path_is_as_pale(lengths):
    shown = picture(paths=(path(lengths=lengths),))
    (run,) = plane_film(*shown)._scene.runs
    np.testing.assert_allclose(run.nearness, path(lengths=lengths).nearness, atol=1e-12)
    figure = draw_plane(*shown, size=SMALL)
    trail = next(axes for axes in figure.axes if axes.get_xlim() == (X[0], X[-1])).collections[1]
    fading = Fading(run, THEMES["light"])
    assert fading.face(0.0) == run.colour
    widths = np.array(trail.get_linewidths())
    farther = np.minimum(run.nearness[:-1], run.nearness[1:])
    share = 0.625 + 0.375 * farther
    np.testing.assert_allclose(widths / widths.max(), share / share.max(), atol=1e-6)
    assert widths.min() / widths.max() >= 0.625
    assert FADING in {text.get_text() for text in figure.findobj(Text)}


@pytest.mark.parametrize("share", [(0.83, 0.0049), (0.996, 0.004), (1.0, 0.0), (0.0951, 0.0999)])
def test_the_shares_of_the_axes_are_written_alike(share):
    shown = picture(shares=share)
    texts = {text.get_text() for text in draw_plane(*shown, size=SMALL).findobj(Text)}
    for name in plane_film(*shown)._scene.background.axes:
        assert f"{name} of the motion" in texts
        assert re.fullmatch(r"(first|second), [0-9.]+ %", name)


def test_a_marked_point_has_the_same_words():
    shown = picture(points=(("mean", (0.5, 1.0), 0.0281349),))
    ((_, word),) = plane_film(*shown)._scene.background.marks
    assert word in {text.get_text() for text in draw_plane(*shown, size=SMALL).findobj(Text)}
    assert word == "mean: 0.0281"


@pytest.mark.parametrize("ratio", [2.0, 45.0, 51.0])
def test_losses_are_on_a_log_scale_in_both_or_in_none(ratio):
    loss = np.geomspace(ratio, 1.0, 20)
    shown = picture(paths=(path(loss=loss, plane_loss=loss),))
    series = Series.of_losses(plane_film(*shown)._scene.runs, lowest=None, floor=0.1)
    axes = next(axes for axes in draw_plane(*shown, size=SMALL).axes if axes.get_xlim()[1] == 190.0)
    assert (axes.get_yscale() == "log") == series.log == (ratio > 50.0) == Axis.of(loss).log


def test_each_path_has_the_same_colour():
    keys = ("adam", "mine", "sgd")
    paths = tuple(
        path(label=key, rule=key, points=path().points + np.array([at, 0.0])) for at, key in enumerate(keys)
    )
    shown = picture(paths=paths)
    runs = {run.label: run.colour for run in plane_film(*shown, theme="dark")._scene.runs}
    assert tuple(runs[key] for key in keys) == colours(keys, theme="dark")
    figure = draw_plane(*shown, theme="dark")
    assert set(runs.values()) <= {line.get_color() for axes in figure.axes for line in axes.lines}
