"""What can be drawn over the steps: numbers along a run, against NumPy and against counting."""

from itertools import pairwise

import numpy as np
import pytest

import ravine
from ravine import landscapes
from ravine.core.recipe import RecipeError


def series_of(*, landscape, optimizer, **choices):
    film = ravine.film(landscape, [optimizer], **choices)
    return film.descents[0], film.data.runs[0].series, film.computation.sampling


def test_accuracy_is_what_share_of_the_moons_is_told_rightly():
    descent, series, _ = series_of(
        landscape="noisy_moons", optimizer="sgd:learning_rate=1", steps=12, batch_size=10
    )
    examples = landscapes.load("noisy_moons").examples
    for (x, y), shown in zip(descent.points, series["accuracy"], strict=True):
        right = sum(
            (a * x + b * y > 0) == (target > 0)
            for (a, b), target in zip(examples.inputs, examples.targets, strict=True)
        )
        assert shown == pytest.approx(right / 200, abs=1e-12)
    assert series["accuracy"][-1] > series["accuracy"][0]


def test_batch_losses_are_those_of_the_rows_that_a_step_sees():
    descent, series, sampling = series_of(
        landscape="linear_regression", optimizer="sgd:learning_rate=0.1", steps=9, batch_size=3, seed=5
    )
    examples = landscapes.load("linear_regression").examples
    wanted = [
        0.5 * np.mean((examples.inputs[rows] @ point - examples.targets[rows]) ** 2)
        for point, rows in zip(descent.points, sampling.samples[:, 0], strict=False)
    ]
    np.testing.assert_allclose(series["batch_loss"], [*wanted, wanted[-1]], rtol=1e-12)


def test_under_noise_a_step_sees_the_loss_itself():
    descent, series, _ = series_of(landscape="beale", optimizer="sgd:learning_rate=0.001", steps=5, noise=0.5)
    np.testing.assert_allclose(series["batch_loss"][:-1], descent.losses[:-1], rtol=1e-12)


def test_without_sampling_there_are_no_batches():
    _, series, _ = series_of(landscape="beale", optimizer="sgd:learning_rate=0.001", steps=3)
    assert set(series) - {"loss"} == {"gradient_norm", "step"}


def test_held_out_losses():
    descent, series, _ = series_of(
        landscape="linear_regression", optimizer="adam:learning_rate=0.2", steps=6, batch_size="full"
    )
    inputs, targets = landscapes.load("linear_regression").examples.held_out
    wanted = 0.5 * ((descent.points @ inputs.T - targets) ** 2).mean(-1)
    np.testing.assert_allclose(series["held_out_loss"], wanted, rtol=1e-12)


def test_steps_in_one_variable_have_a_sign():
    descent, series, _ = series_of(
        landscape="double_well", optimizer="momentum:learning_rate=0.01", steps=40, start=(2.0, 0.0)
    )
    moved = np.diff(descent.points[:, 0])
    assert (moved > 0).any()
    assert (moved < 0).any()
    np.testing.assert_allclose(series["step"], [*moved, moved[-1]], rtol=1e-12)


def test_steps_in_the_plane_have_a_length():
    descent, series, _ = series_of(landscape="beale", optimizer="momentum:learning_rate=0.005", steps=12)
    lengths = [np.hypot(*(after - before)) for before, after in pairwise(descent.points)]
    np.testing.assert_allclose(series["step"], [*lengths, lengths[-1]], rtol=1e-12)
    slopes = np.hypot(*descent.gradients.T)
    np.testing.assert_allclose(series["gradient_norm"], slopes, rtol=1e-12)


def test_a_series_of_a_step_stands_at_the_point_before_it():
    descent, series, _ = series_of(
        landscape="beale", optimizer="sgd:learning_rate=exponential(0.01,0.5)", steps=6
    )
    rates = 0.01 * 0.5 ** np.arange(6)
    np.testing.assert_allclose(series["learning_rate"], [*rates, rates[-1]], rtol=1e-12)
    np.testing.assert_allclose(
        np.diff(descent.points, axis=0), -rates[:, None] * descent.gradients[:-1], rtol=1e-12, atol=1e-15
    )


def test_a_run_that_leaves_the_reals():
    descent, series, _ = series_of(landscape="beale", optimizer="sgd:learning_rate=10", steps=12)
    first = int(descent.diverged_at)
    assert 0 < first < 12
    assert np.isfinite(series["step"][: first - 1]).all()
    assert not np.isfinite(series["step"][-1])


@pytest.mark.parametrize("name", ["accuracy", "nonsense", "learning_rate"])
def test_a_series_that_no_run_has_cannot_be_plotted(name):
    with pytest.raises(RecipeError, match=f"plot is loss, gradient_norm, step; got {name!r}"):
        ravine.film("beale", ["sgd:learning_rate=0.001"], steps=2, plot=name, size="320x180")


@pytest.mark.parametrize("name", ["accuracy", "held_out_loss", "batch_loss", "gradient_norm", "step", "loss"])
def test_every_series_can_be_plotted(name):
    film = ravine.film(
        "noisy_moons", ["sgd:learning_rate=0.1"], steps=2, plot=name, size="320x180", seconds=0.2
    )
    assert film.still().shape == (180, 320, 4)
