"""From a loss to a shade or a height."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ravine.renderer.style._levels import LossNorm

SCALES = ["auto", "linear", "log"]
LOSSES = {
    "bowl": np.hypot(*np.mgrid[-3:3:40j, -2:2:40j]) ** 2,
    "deep well": np.exp(20 * np.random.default_rng(1).uniform(-1, 1, (40, 40))),
    "negative": -np.hypot(*np.mgrid[-3:3:40j, -2:2:40j]),
    "with a pole": 1 / (np.abs(np.mgrid[-3:3:41j, -2:2:41j][0]) + 1e-12),
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", LOSSES)
def test_levels_go_from_0_to_1_and_never_fall(name, scale):
    losses = LOSSES[name]
    levels = LossNorm.of(losses, scale).level(losses)
    assert levels.min() == 0.0
    assert levels.max() == pytest.approx(1.0)
    order = np.argsort(losses, axis=None)
    assert (np.diff(levels.ravel()[order]) >= 0).all()


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_the_inverse_of_level(name, scale):
    norm = LossNorm.of(LOSSES[name], scale)
    levels = np.linspace(0, 1, 50)
    np.testing.assert_allclose(norm.level(norm.loss(levels)), levels, atol=1e-6)
    losses = np.linspace(norm.low, norm.high, 50)
    np.testing.assert_allclose(norm.loss(norm.level(losses)), losses, atol=1e-8 * (norm.high - norm.low))


def test_a_skewed_landscape_is_shown_on_a_log_scale():
    assert LossNorm.of(LOSSES["deep well"], "auto").linthresh is not None
    assert LossNorm.of(LOSSES["negative"], "auto").linthresh is None
    assert LossNorm.of(LOSSES["deep well"], "linear").linthresh is None
    assert LossNorm.of(LOSSES["negative"], "log").linthresh is not None


def test_a_log_scale_spreads_small_losses():
    losses = LOSSES["deep well"]
    linear, log = (LossNorm.of(losses, scale).level(losses) for scale in ("linear", "log"))
    assert np.median(log) > 0.2 > 0.05 > np.median(linear)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("value", [0.0, -7.5, 1e300, 1e-300])
def test_a_constant(value, scale):
    norm = LossNorm.of(np.full((5, 5), value), scale)
    levels = norm.level(np.full((5, 5), value))
    assert (levels == 0.0).all()
    assert norm.level(np.array([value + 2 * max(1.0, abs(value))])) >= 0.0


@pytest.mark.parametrize("scale", SCALES)
def test_losses_that_are_not_finite_are_at_the_top(scale):
    losses = LOSSES["bowl"].copy()
    losses[0, :3] = np.nan, np.inf, -np.inf
    levels = LossNorm.of(losses, scale).level(losses)
    np.testing.assert_allclose(levels[0, :3], 1.0)
    assert np.isfinite(levels).all()
    assert LossNorm.of(losses, scale).low == 0.0 or LossNorm.of(losses, scale).low > 0.0


@pytest.mark.parametrize("scale", SCALES)
def test_losses_of_which_none_is_finite(scale):
    losses = np.full((4, 4), np.nan)
    np.testing.assert_array_equal(LossNorm.of(losses, scale).level(losses), np.ones((4, 4)))


def test_losses_off_the_view_are_clipped():
    norm = LossNorm.of(LOSSES["bowl"], "linear")
    np.testing.assert_array_equal(norm.level(np.array([-1e300, norm.low, norm.high, 1e300])), [0, 0, 1, 1])


FINITE = st.floats(-1e150, 1e150)


@given(
    losses=arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=FINITE),
    scale=st.sampled_from(SCALES),
)
def test_any_losses_have_levels(losses, scale):
    levels = LossNorm.of(losses, scale).level(losses)
    assert np.isfinite(levels).all()
    assert ((levels >= 0) & (levels <= 1 + 1e-9)).all()
    order = np.argsort(losses, axis=None)
    assert (np.diff(levels.ravel()[order]) >= -1e-12).all()


@pytest.mark.parametrize("scale", SCALES)
def test_losses_as_far_apart_as_numbers_can_be(scale):
    losses = np.array([[-1.7e308, 0.0], [1.0, 1.7e308]])
    levels = LossNorm.of(losses, scale).level(losses)
    assert levels[0, 0] == 0.0
    assert levels[1, 1] == pytest.approx(1.0)


@pytest.mark.parametrize("losses", LOSSES.values(), ids=LOSSES)
def test_chosen_heights_make_one_scale_of_all_views(losses):
    norm = LossNorm.of(losses, "auto", heights=(0.01, 100.0))
    np.testing.assert_allclose(norm.level(np.geomspace(0.01, 100.0, 5)), [0.0, 0.25, 0.5, 0.75, 1.0])
    np.testing.assert_array_equal(norm.level(np.array([1e-9, 1e9, np.nan])), [0.0, 1.0, 1.0])


def test_chosen_heights_are_linear_where_they_are_near_each_other_or_that_is_wanted():
    places = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(LossNorm.of(places, "auto", heights=(1.0, 3.0)).level(places), [0.0, 0.5, 1.0])
    places = np.array([0.01, 50.005, 100.0])
    norm = LossNorm.of(places, "linear", heights=(0.01, 100.0))
    np.testing.assert_allclose(norm.level(places), [0.0, 0.5, 1.0])
