"""Facts of losses along a line and of a walk, from their definitions."""

import numpy as np
import pytest

from ravine.landscapes.geometry._statistics import (
    cosines,
    distances,
    interior,
    interior_share,
    line_barrier,
    line_facts,
    updates,
)

ALPHAS = np.linspace(0, 1, 101)


class TestLine:
    def test_a_falling_convex_loss(self):
        found = line_facts(ALPHAS, (1 - ALPHAS) ** 2)
        assert found == (0.0, 0.0, True, 1.0)

    def test_a_barrier(self):
        """sin^2 of two pi alpha, from 0 up to 1 and down, twice."""
        found = line_facts(ALPHAS, 0.25 + np.sin(2 * np.pi * ALPHAS) ** 2)
        np.testing.assert_allclose(found.barrier, 1.0, atol=1e-12)
        np.testing.assert_allclose(found.total_rise, 2.0, atol=1e-12)
        assert not found.monotone
        # Convex where cos(4 pi alpha) > 0: on half of the line.
        np.testing.assert_allclose(found.convex_share, 0.5, atol=0.03)

    def test_a_barrier_has_a_place_a_foot_and_a_top(self):
        barrier = line_barrier(np.array([0.0, 0.4, 1.0]), np.array([1.0, 5.0, 2.0]))
        assert barrier == (0.4, 2.0, 5.0)
        assert barrier.height == 3.0

    @pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
    def test_where_a_loss_is_not_finite_the_barrier_has_no_top(self, lost):
        barrier = line_barrier(np.array([0.0, 0.4, 1.0]), np.array([1.0, lost, 2.0]))
        assert barrier == (0.4, 2.0, np.inf)
        assert barrier.height == np.inf

    def test_the_barrier_is_above_the_higher_end(self):
        assert line_facts(ALPHAS, 3.0 * ALPHAS).barrier == 0.0
        losses = np.array([1.0, 5.0, 2.0])
        assert line_facts(np.array([0.0, 0.4, 1.0]), losses).barrier == 3.0

    @pytest.mark.parametrize(("bump", "monotone"), [(0.0, True), (2e-3, True), (4e-3, False)])
    def test_rises_up_to_a_thousandth_of_the_range_count_for_nothing(self, bump, monotone):
        losses = 3.0 * (1 - ALPHAS)
        losses[60:] += bump
        losses[60] = losses[59] + bump
        losses[61:] = np.minimum(losses[61:], losses[60])
        found = line_facts(ALPHAS, losses)
        np.testing.assert_allclose(found.total_rise, bump, atol=1e-12)
        assert found.monotone is monotone

    def test_a_constant_loss_in_float32_noise_is_monotone_and_convex(self):
        noise = np.random.default_rng(0).uniform(-3e-8, 3e-8, ALPHAS.size)
        found = line_facts(ALPHAS, (2.0 + noise).astype(np.float32))
        assert found.monotone
        assert found.convex_share > 0.5

    def test_convexity_does_not_hang_on_even_steps(self):
        alphas = np.concatenate(
            [np.linspace(0, 0.01, 20), np.linspace(0.02, 0.98, 30), np.linspace(0.99, 1, 20)]
        )
        assert line_facts(alphas, np.exp(-3 * alphas)).convex_share == 1.0
        assert line_facts(alphas, -np.exp(-3 * alphas)).convex_share == 0.0

    def test_values_beyond_the_ends_are_left_out(self):
        alphas = np.linspace(-1, 2, 31)
        assert line_facts(alphas, (alphas - 1) ** 2) == line_facts(alphas[10:21], (alphas[10:21] - 1) ** 2)

    def test_a_loss_that_is_not_finite_is_a_wall(self):
        losses = 1 - ALPHAS
        losses[40] = np.nan
        found = line_facts(ALPHAS, losses)
        assert (found.barrier, found.total_rise, found.monotone) == (np.inf, np.inf, False)

    def test_bad_lines_are_refused(self):
        with pytest.raises(ValueError, match="at least 3 points"):
            line_facts(np.array([0.0, 1.0, 2.0]), np.zeros(3))
        with pytest.raises(ValueError, match="rise from point to point"):
            line_facts(np.array([0.0, 0.5, 0.5, 1.0]), np.zeros(4))


class TestWalk:
    RATE = 0.9

    def losses(self, rates: np.ndarray) -> np.ndarray:
        """Along gradient steps of several rates on x^2 / 2 from 1: the minimum is inside from rate 1 on."""
        alphas = np.linspace(0, 1, 11)
        return np.stack([(1 - alphas * rate) ** 2 / 2 for rate in rates])

    def test_updates_over_the_minimum_cross_a_valley(self):
        rates = np.array([0.5, 0.9, 1.2, 1.9, 2.5])
        np.testing.assert_array_equal(interior(self.losses(rates)), rates > 1)
        assert interior_share(self.losses(rates)) == 0.6

    def test_a_minimum_at_an_end_is_none_inside(self):
        assert interior_share(np.array([[1.0, 0.5, 0.5], [0.5, 0.5, 0.5], [0.2, 0.9, 0.1]])) == 0.0

    def test_losses_that_are_not_finite_are_no_minimum(self):
        losses = np.array([[1.0, np.nan, 0.5], [1.0, 0.2, np.inf], [np.nan, np.nan, np.nan]])
        assert interior(losses).tolist() == [False, True, False]

    def test_too_few_points_are_refused(self):
        with pytest.raises(ValueError, match="at least 3 points"):
            interior(np.zeros((4, 2)))

    def test_cosines_and_distances_are_those_of_the_numbers(self):
        rows = np.random.default_rng(0).normal(size=(7, 20)).astype(np.float32)
        tree = {
            "a": rows[:, :12].reshape(7, 3, 4),
            "b": rows[:, 12:],
            "other": np.full((7, 2), 1e6, np.float32),
        }
        mask = {"a": True, "b": True, "other": False}
        double = rows.astype(np.float64)
        unit = double / np.linalg.norm(double, axis=1, keepdims=True)
        np.testing.assert_allclose(cosines(tree, mask), (unit[1:] * unit[:-1]).sum(1), rtol=1e-12)
        np.testing.assert_allclose(
            distances(tree, mask), np.linalg.norm(double - double[0], axis=1), rtol=1e-12
        )
        np.testing.assert_array_equal(updates(tree, mask)["b"], rows[1:, 12:] - rows[:-1, 12:])

    def test_a_gradient_of_zero_has_no_angle(self):
        found = cosines(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]]), True)
        assert np.isnan(found).all()

    @pytest.mark.parametrize(("rate", "cosine"), [(0.5, 1.0), (1.5, -1.0)])
    def test_bouncing_across_a_valley_reverses_the_updates(self, rate, cosine):
        points = [np.array([(1 - rate) ** step, 0.0]) for step in range(6)]
        np.testing.assert_allclose(cosines(updates(points, True), True), cosine, rtol=1e-12)
