"""What the shipped recipes say of their films, beyond Radford's."""

from functools import cache

import numpy as np
import pytest

from ravine import gallery
from ravine.films import Film


@cache
def film_of(recipe):
    return Film(gallery.load(recipe))


def runs_of(recipe):
    return {run.label: run for run in film_of(recipe).descents}


def apart(run, place):
    return np.linalg.norm(run.points - place, axis=-1)


def test_without_its_correction_adams_first_step_is_three_times_as_long():
    runs = runs_of("adam-without-correction")
    first = {label: apart(run, run.points[0])[1] for label, run in runs.items()}
    assert first["uncorrected"] / first["corrected"] == pytest.approx(np.sqrt(10), rel=1e-6)
    assert runs["uncorrected"].points[:, 1].min() < runs["corrected"].points[:, 1].min() - 1.0
    assert apart(runs["uncorrected"], (3.0, 0.5))[-1] < apart(runs["corrected"], (3.0, 0.5))[-1]


def test_looking_ahead_brakes_before_it_overshoots():
    runs = runs_of("looking-ahead")
    assert 0 < runs["Nesterov"].points[:, 0].max() < runs["Momentum"].points[:, 0].max()
    assert "look-ahead" in runs["Nesterov"].markers


def test_momentum_of_nine_tenths_arrives_first():
    runs = runs_of("momentum-in-a-ravine")
    settled = {label: int(np.flatnonzero(apart(run, (0.0, 0.0)) > 0.1)[-1]) for label, run in runs.items()}
    assert min(settled, key=settled.get) == "0.9"
    assert runs["0.98"].points[:, 0].max() > 2.0
    assert runs["no momentum"].points[:, 0].max() < 0.0


def test_only_momentum_comes_over_the_hump():
    runs = runs_of("over-the-hump")
    assert apart(runs["Momentum"], (0.0, 0.0))[-1] < 0.01
    for label in ("SGD", "Adam"):
        assert apart(runs[label], (-1.7476, 0.8738))[-1] < 0.02
        assert runs[label].points[:, 0].max() < -1.0


def test_the_rate_too_high_is_two_over_the_curvature():
    runs = runs_of("rate-too-high")
    for label, run in runs.items():
        rate = run.setting.complete["learning_rate"]
        expected = 0.6 * np.abs(1 - 50 * rate) ** np.arange(len(run.points))
        np.testing.assert_allclose(np.abs(run.points[:, 1]), expected, rtol=1e-9, atol=1e-15)
        assert (rate > 2 / 50) == (label == "too fast")


def test_the_rules_part_on_himmelblaus_hill():
    film = film_of("himmelblau-choices")
    ends = {run.label: run.points[-1] for run in film.descents}
    reached = {
        label: int(np.linalg.norm(np.array(film.landscape.minima) - end, axis=-1).argmin())
        for label, end in ends.items()
    }
    assert len(set(reached.values())) > 1
    assert all(run.losses[-1] < 0.5 for run in film.descents)
    at_10 = np.array([run.points[10] for run in film.descents])
    assert np.ptp(at_10, axis=0).max() > 1.0
