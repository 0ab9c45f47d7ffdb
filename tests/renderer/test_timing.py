"""From steps to frames, and how long each frame stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ravine.renderer import Timing

STEPS = [1, 2, 3, 12, 200, 5000]
CLOCKS = [(0.1, 25.0), (0.4, 25.0), (1.0, 10.0), (8.0, 25.0), (8.0, 50.0), (60.0, 29.97), (3600.0, 1.0)]


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize(("seconds", "fps"), CLOCKS)
def test_a_film_goes_from_the_start_to_the_end(steps, seconds, fps):
    positions = Timing(seconds=seconds, fps=fps).positions(steps)
    assert len(positions) == max(2, round(seconds * fps))
    assert positions[0] == 0.0
    assert positions[-1] == steps
    assert (np.diff(positions) > 0).all()


@pytest.mark.parametrize("steps", [12, 50, 200, 1000, 5000])
def test_the_first_step_can_be_seen(steps):
    positions = Timing(seconds=8.0, fps=25.0).positions(steps)
    assert (positions < 1.0).sum() >= 5


def test_no_step_takes_less_time_than_one_before():
    positions = Timing().positions(200)
    reached = np.searchsorted(positions, np.arange(201))
    taken = np.diff(reached)
    assert taken[0] == max(taken)
    assert (np.diff(positions, 2) > -1e-9).all()


def test_few_steps_go_at_an_even_pace():
    np.testing.assert_allclose(np.diff(Timing(seconds=2.0).positions(5)), 5 / 49, rtol=1e-9)


@pytest.mark.parametrize(
    ("steps", "pace", "wanted"),
    [
        (4, 1.0, [0, 1, 2, 3, 4]),
        (4, 2.0, [0, 2, 4]),
        (5, 2.0, [0, 2, 4, 5]),
        (2, 0.5, [0, 0.5, 1, 1.5, 2]),
        (3, 100.0, [0, 3]),
        (0, 2.0, [0]),
    ],
)
def test_an_exact_pace(steps, pace, wanted):
    timing = Timing(seconds=60.0, steps_per_frame=pace)
    np.testing.assert_array_equal(timing.positions(steps), wanted)


@given(steps=st.integers(1, 500), pace=st.floats(0.05, 40.0))
def test_an_exact_pace_is_kept_to_the_end(steps, pace):
    positions = Timing(steps_per_frame=pace).positions(steps)
    np.testing.assert_array_equal(positions[:-1], np.arange(len(positions) - 1) * pace)
    assert positions[-1] == steps
    assert positions[-1] - positions[-2] <= pace * (1 + 1e-9)


@pytest.mark.parametrize(("steps", "pace"), [(7, 0.7), (21, 0.7), (14, 1.4)])
def test_an_exact_pace_shows_no_frame_twice(steps, pace):
    assert (np.diff(Timing(steps_per_frame=pace).positions(steps)) > 1e-9).all()


def test_a_film_without_runs():
    assert (Timing(seconds=0.4).positions(0) == 0).all()


@pytest.mark.parametrize(("hold", "last"), [(2.0, 2.0), (0.0, 0.04), (0.01, 0.04), (0.5, 0.5)])
@pytest.mark.parametrize("frames", [1, 2, 200])
def test_durations(frames, hold, last):
    durations = Timing(fps=25.0, hold=hold).durations(frames)
    assert len(durations) == frames
    assert set(durations[:-1]) <= {0.04}
    assert durations[-1] == last
    assert sum(durations) == pytest.approx((frames - 1) * 0.04 + last)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("seconds", 0.1, 3600.0),
        ("fps", 1.0, 120.0),
        ("hold", 0.0, 600.0),
        ("loops", 0, 65535),
        ("steps_per_frame", 0.001, 1e6),
    ],
)
def test_a_timing_out_of_range_is_refused(name, low, high):
    for good in (low, high):
        assert getattr(Timing(**{name: good}), name) == good
    for bad in (low - 1e-4, high + 1, float("nan"), -1, float("inf")):
        with pytest.raises(ValueError, match=rf"^{name} must lie between .* and .*; got "):
            Timing(**{name: bad})
