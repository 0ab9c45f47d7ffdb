"""Lanczos' method and the density of eigenvalues, against dense eigensolvers and random-matrix laws."""

import numpy as np
import pytest

from ravine.landscapes.curvature._lanczos import NotFiniteError, lanczos, lanczos_quadrature, smoothed


def symmetric(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """A matrix of known eigenvalues."""
    basis, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values), len(values))))
    return basis * values @ basis.T


def wigner(size: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(size, size))
    return (noise + noise.T) / np.sqrt(2 * size)


def start(size: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


class TestLanczos:
    def test_all_steps_give_all_eigenvalues(self):
        from scipy.linalg import eigvalsh

        matrix = wigner(40)
        found = lanczos(matrix.__matmul__, start(40), steps=100)
        np.testing.assert_allclose(found.values, eigvalsh(matrix), atol=1e-12)
        for index in (0, 17, 39):
            vector = found.vector(index)
            np.testing.assert_allclose(matrix @ vector, found.values[index] * vector, atol=1e-11)
            np.testing.assert_allclose(np.linalg.norm(vector), 1.0, rtol=1e-12)

    def test_the_basis_stays_orthonormal(self):
        """Without reorthogonalisation it is lost as soon as an outlier has converged."""
        values = np.concatenate([np.linspace(0, 1, 195), [10, 50, 100, 200, 1000]])
        found = lanczos(symmetric(values).__matmul__, start(200), steps=120)
        np.testing.assert_allclose(found.basis @ found.basis.T, np.eye(len(found.basis)), atol=1e-12)
        assert (found.values > 5).sum() == 5

    def test_residuals_are_those_of_the_pairs_and_bound_the_error(self):
        from scipy.linalg import eigvalsh

        matrix = wigner(150)
        exact = eigvalsh(matrix)
        found = lanczos(matrix.__matmul__, start(150), steps=40)
        for index in (0, 1, 20, 38, 39):
            vector, value = found.vector(index), found.values[index]
            np.testing.assert_allclose(
                np.linalg.norm(matrix @ vector - value * vector), found.residuals[index], atol=1e-10
            )
            assert np.abs(exact - value).min() <= found.residuals[index] + 1e-12

    def test_stops_when_both_ends_have_converged(self):
        values = np.concatenate([[-9.0, -6.0], np.linspace(-1, 1, 296), [7.0, 12.0]])
        matrix = symmetric(values)
        found = lanczos(matrix.__matmul__, start(300), steps=300, top=2, bottom=2, tolerance=1e-6)
        assert 5 < len(found.values) < 60
        np.testing.assert_allclose(found.values[[0, 1, -2, -1]], [-9, -6, 7, 12], atol=1e-5)

    @pytest.mark.parametrize("values", [np.ones(30), np.repeat([-2.0, 0.0, 3.0], 10), np.zeros(12)])
    def test_multiple_eigenvalues_break_nothing(self, values):
        found = lanczos(symmetric(values).__matmul__, start(len(values)), steps=len(values))
        np.testing.assert_allclose(found.values, np.sort(values), atol=1e-12)
        np.testing.assert_allclose(found.weights.sum(), 1.0, rtol=1e-12)

    def test_weights_are_the_spread_of_the_start(self):
        values = np.repeat([-2.0, 0.5, 3.0], 4)
        matrix, first = symmetric(values), start(12)
        found = lanczos(matrix.__matmul__, first, steps=12)
        exact, vectors = np.linalg.eigh(matrix)
        spread = (vectors.T @ first) ** 2 / (first @ first)
        for value in (-2.0, 0.5, 3.0):
            ours = found.weights[np.isclose(found.values, value)].sum()
            np.testing.assert_allclose(ours, spread[np.isclose(exact, value)].sum(), rtol=1e-9)

    def test_products_in_single_precision_do(self):
        matrix = wigner(120).astype(np.float32)
        found = lanczos(
            lambda v: matrix @ v.astype(np.float32), start(120), steps=80, top=1, bottom=1, tolerance=1e-4
        )
        exact = np.linalg.eigvalsh(matrix.astype(float))
        np.testing.assert_allclose([found.values[0], found.values[-1]], exact[[0, -1]], atol=1e-4)

    def test_a_start_of_zeros_no_steps_and_infinities_are_refused(self):
        with pytest.raises(ValueError, match="not 0"):
            lanczos(np.eye(3).__matmul__, np.zeros(3), steps=3)
        with pytest.raises(ValueError, match="at least 1 step; got 0"):
            lanczos(np.eye(3).__matmul__, np.ones(3), steps=0)
        with pytest.raises(NotFiniteError, match="not finite"):
            lanczos(lambda v: v * np.inf, np.ones(3), steps=3)


class TestDensity:
    def moments(self, matrix: np.ndarray, *, steps: int = 5, probes: int = 60) -> np.ndarray:
        nodes = lanczos_quadrature(matrix.__matmul__, len(matrix), steps=steps, probes=probes, seed=0)
        np.testing.assert_allclose(nodes.weights.sum(), 1.0, rtol=1e-12)
        return np.array([(nodes.weights * nodes.values**power).sum() for power in range(1, 5)])

    def test_a_wigner_matrix_has_the_moments_of_the_semicircle(self):
        np.testing.assert_allclose(self.moments(wigner(800)), [0, 1, 0, 2], atol=0.04)

    def test_a_sample_covariance_has_the_moments_of_marchenko_and_pastur(self):
        size, ratio = 600, 0.5
        data = np.random.default_rng(2).normal(size=(size, int(size / ratio)))
        found = self.moments(data @ data.T / data.shape[1])
        expected = [1, 1 + ratio, 1 + 3 * ratio + ratio**2, 1 + 6 * ratio + 6 * ratio**2 + ratio**3]
        np.testing.assert_allclose(found, expected, rtol=0.05)

    def test_moments_of_a_probe_are_exact(self):
        """Those of a vector of signs: z' A^k z / n, for k below twice the steps."""
        matrix = wigner(60)
        nodes = lanczos_quadrature(matrix.__matmul__, 60, steps=5, probes=1, seed=3)
        signs = np.random.default_rng(3).choice([-1.0, 1.0], 60)
        for power in range(10):
            exact = signs @ np.linalg.matrix_power(matrix, power) @ signs / 60
            np.testing.assert_allclose((nodes.weights * nodes.values**power).sum(), exact, atol=1e-10)

    def test_weights_are_first_components_and_not_last_ones(self):
        """An outlier of a hundred has a hundredth of the density, which the last components do not tell."""
        values = np.append(np.linspace(-1, 1, 99), 50.0)
        nodes = lanczos_quadrature(symmetric(values).__matmul__, 100, steps=30, probes=30, seed=0)
        np.testing.assert_allclose(nodes.weights[nodes.values > 25].sum(), 0.01, atol=0.006)

    def test_the_density_integrates_to_one_and_is_where_the_eigenvalues_are(self):
        from scipy.integrate import cumulative_trapezoid, trapezoid

        nodes = lanczos_quadrature(wigner(500).__matmul__, 500, steps=60, probes=4, seed=0)
        density = smoothed(nodes)
        np.testing.assert_allclose(trapezoid(density.weights, density.values), 1.0, rtol=1e-12)
        assert (density.weights >= 0).all()
        semicircle = np.sqrt(np.maximum(4 - density.values**2, 0)) / (2 * np.pi)
        cumulated = cumulative_trapezoid(density.weights, density.values, initial=0)
        expected = cumulative_trapezoid(semicircle, density.values, initial=0)
        np.testing.assert_allclose(cumulated, expected, atol=0.03)

    def test_one_eigenvalue_alone_has_a_density(self):
        for value in (0.0, 3.0):
            nodes = lanczos_quadrature(lambda v, value=value: value * v, 20, steps=5, probes=2, seed=0)
            density = smoothed(nodes)
            assert abs(density.values[density.weights.argmax()] - value) < 0.01 * max(1.0, value)

    def test_says_how_far_it_is(self):
        seen = []
        lanczos_quadrature(np.eye(8).__matmul__, 8, steps=2, probes=3, seed=0, on_probe=seen.append)
        assert seen == [1, 2, 3]
