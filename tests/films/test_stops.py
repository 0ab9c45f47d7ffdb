"""Early stopping: where a run is stopped, and what is left of it then."""

import numpy as np
import pytest

import ravine
from ravine import landscapes
from ravine.films._runs import stop_early
from ravine.films._series import HELD_OUT
from ravine.optimizers import Descent, read_setting

GROUND = landscapes.load("small_sample_regression")
START, BEST, MINIMUM = np.array(GROUND.start), np.array(GROUND.marks[0][0]), np.array(GROUND.minima[0])


def held_out_losses(points):
    inputs, targets = GROUND.examples.held_out
    return 0.5 * ((points @ inputs.T - targets) ** 2).mean(-1)


def walk(shares, *, diverged_at=-1):
    """A descent along the line from the start to the place that is best on held-out examples, and past it."""
    points = START + np.array(shares)[:, None] * (BEST - START)
    steps = len(points) - 1
    return Descent(
        setting=read_setting("sgd"),
        points=points,
        losses=np.arange(steps + 1.0),
        gradients=points + 1.0,
        markers={"beside": points + 2.0},
        series={"rate": np.arange(steps) + 0.5},
        evaluations=np.stack([np.zeros(steps + 1), np.arange(steps + 1.0), np.zeros(steps + 1)], axis=-1),
        diverged_at=np.array(diverged_at),
    )


def test_the_mark_is_best_on_held_out_examples():
    around = BEST + 0.01 * np.array([(np.cos(t), np.sin(t)) for t in np.linspace(0, 6, 25)])
    assert held_out_losses(BEST[None])[0] < held_out_losses(around).min()
    assert held_out_losses(MINIMUM[None])[0] > 2 * held_out_losses(BEST[None])[0]


SHARES = (0.0, 0.5, 0.9, 1.3, 0.95, 1.4, 1.5, 1.6, 1.7, 1.8)
"""The best held-out loss is reached at step 4; one after the other is worse from there on."""


@pytest.mark.parametrize(("patience", "stop"), [(1, 3), (2, 6), (3, 7), (5, 9), (6, None)])
def test_a_run_is_stopped_when_nothing_is_better_for_so_long(patience, stop):
    descent = walk(SHARES)
    losses = held_out_losses(descent.points)
    assert losses.argmin() == 4
    stopped, step = stop_early(descent, GROUND, patience=patience)
    assert step == stop
    if stop is None:
        assert stopped is descent


def test_a_stopped_run_stays_where_it_was():
    descent = walk(SHARES, diverged_at=9)
    stopped, step = stop_early(descent, GROUND, patience=2)
    assert step == 6
    for name in ("points", "losses", "gradients", "evaluations"):
        before, after = getattr(descent, name), getattr(stopped, name)
        np.testing.assert_array_equal(after[:7], before[:7])
        np.testing.assert_array_equal(after[7:], np.repeat(before[6:7], 3, axis=0))
    np.testing.assert_array_equal(stopped.markers["beside"], stopped.points + 2.0)
    np.testing.assert_array_equal(stopped.series["rate"], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, *[np.nan] * 3])
    assert stopped.diverged_at == -1


def test_a_run_that_diverged_before_it_was_stopped_has_diverged():
    descent = walk((*SHARES[:4], np.nan, np.nan, np.nan), diverged_at=4)
    stopped, step = stop_early(descent, GROUND, patience=3)
    assert step == 5
    assert stopped.diverged_at == 4


@pytest.fixture(scope="module")
def film():
    return ravine.film(
        "small_sample_regression",
        ["sgd:learning_rate=0.3", "momentum:learning_rate=0.1"],
        batch_size="full",
        early_stopping=10,
        steps=120,
    )


def test_a_film_shows_the_run_that_goes_on_beside_the_one_that_is_stopped(film):
    assert [run.label for run in film.descents] == [
        "SGD",
        "SGD, not stopped",
        "Momentum",
        "Momentum, not stopped",
    ]
    for stopped, free, stop, never in zip(
        film.descents[::2],
        film.descents[1::2],
        film.computation.stops[::2],
        film.computation.stops[1::2],
        strict=True,
    ):
        losses = held_out_losses(free.points)
        waited = [step - int(losses[: step + 1].argmin()) for step in range(len(losses))]
        assert stop == waited.index(10)
        assert never is None
        np.testing.assert_array_equal(stopped.points[: stop + 1], free.points[: stop + 1])
        assert (stopped.points[stop:] == stopped.points[stop]).all()


def test_a_run_that_is_stopped_says_when_and_plots_why(film):
    assert [run.stopped_at for run in film.data.runs] == list(film.computation.stops)
    for run in film.data.runs:
        np.testing.assert_allclose(run.series[HELD_OUT], held_out_losses(run.points), rtol=1e-12)


def test_the_tuned_rate_is_that_of_the_run_that_is_stopped():
    stopped, free = ravine.film(
        "small_sample_regression", ["sgd"], batch_size="full", early_stopping=10, steps=60
    ).descents
    assert stopped.setting.hyperparameters == free.setting.hyperparameters
