"""Planes whose heights are chosen have one scale, whatever their losses are, and say where these go on."""

import numpy as np
import pytest
from matplotlib.text import Text


def texts(figure):
    return {text.get_text() for text in figure.findobj(Text)}


def shades(figure):
    return np.asarray(figure.axes[0].images[0].get_array()).astype(int)


@pytest.fixture
def steep(pictures):
    """A plane whose losses rise from 10 to 1000, a decade a unit."""

    def drawn(**facts):
        x, y = np.linspace(0.0, 2.0, 9), np.linspace(0.0, 1.0, 5)
        losses = np.tile(10.0 ** (1.0 + x), (5, 1))
        plane = pictures.plane(**{"x": x, "y": y, "loss": losses, "paths": (), "points": (), **facts})
        return pictures.drawn("plane", plane, theme="light")

    return drawn


def test_the_shades_are_even_in_decades_from_the_lowest_height_to_the_highest(steep):
    row = shades(steep(heights=(1.0, 10_000.0)))[0].sum(-1)
    changes = np.flatnonzero(np.diff(row)) / (len(row) - 1)
    bands = 22
    borders = 4.0 * np.arange(1, bands) / bands - 1.0  # decades above the left edge
    inside = borders[(borders > 0.0) & (borders < 2.0)] / 2.0
    np.testing.assert_allclose(changes, inside, atol=3e-3)


def test_losses_beyond_the_heights_are_cut_off_and_the_bar_says_so(steep):
    figure = steep(heights=(50.0, 200.0), scale="linear")
    assert {"≤ 50", "≥ 200"} <= texts(figure)
    row = shades(figure)[0].sum(-1)
    assert row[0] == row[int(0.3 * len(row))]
    assert row[-1] == row[int(0.7 * len(row))]
    assert not any(text.startswith(("≤", "≥")) for text in texts(steep(heights=(10.0, 1000.0))))


def test_a_grid_is_cut_off_between_its_points(steep):
    """On a logarithmic slope the border of what is cut off is where the loss is, not a grid point away."""
    row = shades(steep(heights=(10.0, 10.0**2.1), scale="log"))[0].sum(-1)
    assert np.flatnonzero(np.diff(row))[-1] / (len(row) - 1) == pytest.approx(1.1 * 21 / 22 / 2, abs=3e-3)


def test_a_point_has_its_loss_beside_its_name(steep):
    shown = texts(steep(points=(("mean", (1.0, 0.5), 0.0281349),)))
    assert "mean: 0.0281" in shown


def test_curvature_beyond_1_is_said_on_the_bar(steep):
    assert "≥ 1" in texts(steep(convexity=np.linspace(0.0, 3.0, 45).reshape(5, 9)))
    assert "1" in texts(steep(convexity=np.linspace(0.0, 1.0, 45).reshape(5, 9)))
