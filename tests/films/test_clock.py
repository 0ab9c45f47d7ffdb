"""Runs over evaluations in place of steps, on descents made by hand."""

import json

import numpy as np
import pytest

import ravine
from ravine.films._series import evaluations_at, on_evaluations
from ravine.films._trace import trace_bytes
from ravine.optimizers import Descent, read_setting


def made(points, counts, *, diverged_at=-1, markers=None):
    """A descent with so many evaluations of the loss, the gradient and the Hessian before each point."""
    points = np.array(points, dtype=float)
    return Descent(
        setting=read_setting("sgd"),
        points=points,
        losses=10.0 - np.arange(len(points)),
        gradients=-points,
        markers=markers or {},
        series={},
        evaluations=np.array(counts, dtype=float),
        diverged_at=np.array(diverged_at),
    )


def gradients(*counts):
    return [(0, count, 0) for count in counts]


def over(descent, total, **series):
    return on_evaluations(descent, {name: np.array(v, float) for name, v in series.items()}, total=total)


def test_one_gradient_a_step_is_the_same_clock():
    descent = made([(0, 0), (1, 2), (4, 4), (5, 0)], gradients(0, 1, 2, 3))
    moved, series = over(descent, 3, rate=[0.5, 0.4, 0.3, 0.2])
    for name in ("points", "losses", "gradients", "evaluations"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(descent, name))
    np.testing.assert_array_equal(series["rate"], [0.5, 0.4, 0.3, 0.2])


def test_between_two_points_a_run_is_on_its_way():
    moved, series = over(made([(0, 0), (3, -6), (3, 0)], gradients(0, 3, 5)), 5, rate=[1, 2, 3])
    np.testing.assert_allclose(moved.points, [(0, 0), (1, -2), (2, -4), (3, -6), (3, -3), (3, 0)])
    np.testing.assert_array_equal(moved.losses, [10, 10, 10, 9, 9, 8])
    np.testing.assert_array_equal(series["rate"], [1, 1, 1, 2, 2, 3])


@pytest.mark.parametrize(
    ("counts", "ticks"),
    [([(0, 0, 0), (4, 0, 0)], 4), ([(0, 0, 0), (0, 4, 0)], 4), ([(0, 0, 0), (0, 0, 2)], 4)],
)
def test_a_hessian_counts_as_two(counts, ticks):
    moved, _ = over(made([(0, 0), (8, 4)], counts), 6)
    np.testing.assert_allclose(moved.points[:, 0], np.minimum(8 * np.arange(7) / ticks, 8))
    assert evaluations_at(made([(0, 0), (8, 4)], counts), 1) == ticks


def test_the_evaluations_of_a_step_are_added_up():
    assert evaluations_at(made([(0, 0), (1, 1)], [(0, 0, 0), (3, 1, 2)]), 1) == 8


def test_a_run_whose_steps_end_before_the_clock_stays_where_it_is():
    moved, _ = over(made([(0, 0), (2, 2)], gradients(0, 2)), 5)
    np.testing.assert_allclose(moved.points, [(0, 0), (1, 1), (2, 2), (2, 2), (2, 2), (2, 2)])
    np.testing.assert_array_equal(moved.losses, [10, 10, 9, 9, 9, 9])


def test_a_clock_that_ends_before_the_steps():
    moved, _ = over(made([(0, 0), (4, 0), (8, 0)], gradients(0, 4, 8)), 5)
    np.testing.assert_allclose(moved.points[:, 0], [0, 1, 2, 3, 4, 5])
    assert len(moved.losses) == len(moved.evaluations) == 6


def test_a_step_that_costs_nothing_is_over_at_once():
    moved, _ = over(made([(0, 0), (1, 0), (5, 0), (6, 0)], gradients(0, 1, 1, 2)), 2)
    np.testing.assert_allclose(moved.points[:, 0], [0, 5, 6])


def test_balls_go_along():
    ball = np.array([(0.0, 0.0), (0.0, 4.0)])
    late = np.array([(np.nan, np.nan), (1.0, 1.0)])
    moved, _ = over(made([(0, 0), (2, 0)], gradients(0, 2), markers={"read": ball, "late": late}), 2)
    np.testing.assert_allclose(moved.markers["read"], [(0, 0), (0, 2), (0, 4)])
    np.testing.assert_allclose(moved.markers["late"], [(np.nan, np.nan)] * 2 + [(1, 1)])


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_run_that_diverges_is_there_until_the_step_is_over(lost):
    descent = made([(0, 0), (1, 1), (lost, 0)], gradients(0, 3, 6), diverged_at=2)
    moved, _ = over(descent, 8)
    assert moved.diverged_at == 6
    assert np.isfinite(moved.points[:6]).all()
    np.testing.assert_array_equal(moved.points[3:6], [(1, 1)] * 3)
    assert not np.isfinite(moved.points[6:]).all(-1).any()


def test_a_run_that_diverges_after_the_clock_ends_does_not():
    moved, _ = over(made([(0, 0), (1, 1), (np.nan, 0)], gradients(0, 3, 6), diverged_at=2), 5)
    assert moved.diverged_at == -1
    assert np.isfinite(moved.points).all()


def test_a_run_that_was_stopped_stays_and_tells_when():
    film = ravine.film(
        "small_sample_regression",
        ["easgd@workers:learning_rate=0.3,mode=sync,workers=2,alpha=0.1"],
        batch_size="full",
        early_stopping=5,
        clock="evaluations",
        control=False,
        steps=160,
    )
    (stop,), (run,) = film.computation.stops, film.data.runs
    assert run.stopped_at == 2 * stop < 160
    assert (run.points[2 * stop :] == film.descents[0].points[stop]).all()
    assert len(run.points) == 161


def test_a_film_over_evaluations_counts_them():
    choices = {"landscape": "linear_regression", "steps": 24, "batch_size": 4}
    runs = ["easgd@sync:learning_rate=0.05,mode=sync,workers=4,spread=1.0", "sgd:learning_rate=0.05"]
    film = ravine.film(optimizers=runs, clock="evaluations", **choices)
    by_step = ravine.film(optimizers=runs, **choices)
    sync, sgd = film.data.runs
    np.testing.assert_allclose(sync.points[::4], by_step.descents[0].points[:7], rtol=1e-12)
    np.testing.assert_allclose(sgd.points, by_step.descents[1].points, rtol=1e-12)
    # Its numbers stay those of the steps.
    told = json.loads(trace_bytes(film, ".json"))["runs"][0]
    assert told["evaluations"][-1] == [0.0, 96.0, 0.0]
