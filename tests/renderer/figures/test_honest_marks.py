"""What is not worth seeing is not enlarged, what is long is not cut, and what is estimated is called so."""

import numpy as np
import pytest
from matplotlib.text import Text

from ravine.renderer.figures._axis import Axis


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def test_rounding_is_no_curve():
    losses = 2.3025 + 1e-6 * np.sin(np.arange(21.0))
    axis = Axis.of(losses, scale="linear")
    assert axis.low < 2.3025 < axis.high
    assert axis.high - axis.low > 100 * np.ptp(losses)


def test_small_losses_that_differ_are_a_curve():
    losses = np.linspace(5e-5, 7e-5, 21)
    axis = Axis.of(losses, scale="linear")
    assert axis.high - axis.low < 1.5 * np.ptp(losses)


@pytest.mark.parametrize("words", [9, 12, 18])
def test_a_title_stands_whole_on_two_lines_at_most(words, pictures, assert_words_apart):
    title = " ".join(["network"] * words)
    figure = pictures.drawn("line", pictures.line(title=title), size=(960, 540))
    assert_words_apart(figure)
    bold = [text.get_text() for text in figure.texts if text.get_fontweight() == "bold"]
    shown = " ".join(text for text in bold if "network" in text)
    assert shown == title


def test_a_rise_that_nobody_sees_is_no_barrier(pictures):
    t = np.linspace(0.0, 1.0, 31)
    flat = pictures.curved(train_loss=0.01 + 4e-4 * t * (1.0 - t), barrier=(0.5, 0.01, 0.0101))
    picture = pictures.connection(curve=flat)
    (shown,) = (text for text in texts(pictures.drawn("connection", picture)) if text.startswith("barrier"))
    assert shown == "barrier 0.5"


def test_an_estimated_index_is_called_so(pictures):
    assert "12 of 4810" in texts(pictures.drawn("spectrum"))
    assert "about 12 of 4810" in texts(pictures.drawn("spectrum", pictures.spectrum(index_exact=False)))


def test_both_ends_are_enlarged_under_each_other(pictures):
    figure = pictures.drawn("line")
    zooms = [axes.get_position().x0 for axes in figure.axes if axes.get_position().x0 > 0.6]
    assert len(zooms) == 2
    assert zooms[0] == zooms[1]


def test_of_many_lines_only_the_training_losses_are_drawn(pictures, lines_of):
    curves = [pictures.line_curve(label=f"net {n}", colour_key=f"n{n}", barrier=None) for n in range(5)]
    figure = pictures.drawn("line", pictures.line(*curves))
    assert "test examples" not in texts(figure)
    wide = [line for line in lines_of(figure, "loss") if len(line) > 2]
    assert len(wide) == len(curves)
    assert len([line for line in lines_of(figure, "distance") if len(line) > 2]) == len(curves)
