"""Principal planes, planes through points, and what is projected on them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.core.pytree import flat, unflat
from ravine.landscapes.geometry._pca import on_line, on_plane, principal
from ravine.landscapes.geometry._planes import plane_through
from ravine.landscapes.geometry._stack import joined, stacked

MASK = {"w": True, "b": True, "statistics": False}
LIKE = {
    "w": np.zeros((6, 5), np.float32),
    "b": np.zeros(6, np.float32),
    "statistics": np.zeros(3, np.float32),
}
SIZE = 36


def point(vector: np.ndarray) -> dict:
    return unflat(np.asarray(vector, np.float64), LIKE, MASK)


def walk(count: int = 12, seed: int = 0) -> np.ndarray:
    """Iterates as rows, rounded to float32."""
    rng = np.random.default_rng(seed)
    scales = np.exp(-np.arange(SIZE) / 3.0)
    return np.cumsum(rng.normal(size=(count, SIZE)) * scales, axis=0).astype(np.float32).astype(np.float64)


def points(rows: np.ndarray) -> list[dict]:
    return [point(row) for row in rows]


def same_line(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(abs(one @ other), 1.0, rtol=1e-6)


class TestPrincipal:
    def test_is_the_singular_value_decomposition(self):
        rows = walk()
        found = principal(points(rows), MASK)
        _, singular, right = np.linalg.svd(rows - rows[-1], full_matrices=False)
        same_line(flat(found.u, MASK), right[0])
        same_line(flat(found.v, MASK), right[1])
        np.testing.assert_allclose(found.shares, singular**2 / (singular**2).sum(), atol=1e-12)
        np.testing.assert_allclose(found.explained, found.shares[0] + found.shares[1])
        np.testing.assert_array_equal(flat(found.origin, MASK), rows[-1])

    def test_centred_is_scikit_learn_s(self):
        decomposition = pytest.importorskip("sklearn.decomposition")
        rows = walk(seed=1)
        theirs = decomposition.PCA(n_components=3).fit(rows - rows[-1])
        ours = principal(points(rows), MASK, centred=True)
        np.testing.assert_allclose(ours.shares[:3], theirs.explained_variance_ratio_, rtol=1e-9)
        same_line(flat(ours.u, MASK), theirs.components_[0])
        same_line(flat(ours.v, MASK), theirs.components_[1])

    def test_directions_are_orthonormal_and_leave_statistics_alone(self):
        found = principal(points(walk()), MASK)
        directions = np.stack([flat(found.u, MASK), flat(found.v, MASK)])
        np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-6)
        assert not found.u["statistics"].any()
        assert found.u["w"].dtype == np.float32

    def test_no_plane_through_the_origin_is_closer(self):
        rows = walk(seed=2)
        found = principal(points(rows), MASK)
        shadow = on_plane(points(rows), found.origin, found.u, found.v, MASK)
        squares = ((rows - rows[-1]) ** 2).sum()
        np.testing.assert_allclose(1 - (shadow.distances**2).sum() / squares, found.explained, rtol=1e-6)
        rng = np.random.default_rng(0)
        for _ in range(20):
            u, v = (flat(one, MASK) + 0.05 * rng.normal(size=SIZE) for one in (found.u, found.v))
            other = on_plane(points(rows), found.origin, point(u), point(v), MASK)
            assert (other.distances**2).sum() > (shadow.distances**2).sum()

    def test_signs_do_not_hang_on_the_eigensolver(self):
        rows = walk(seed=3)
        found = principal(points(rows), MASK)
        coordinates = on_plane(points(rows), found.origin, found.u, found.v, MASK).coordinates
        for axis in (0, 1):
            assert coordinates[np.abs(coordinates[:, axis]).argmax(), axis] > 0

    def test_a_stack_several_runs_and_a_given_origin(self):
        one, two = walk(seed=4), walk(9, seed=5)
        stacks = [stacked(points(rows), MASK) for rows in (one, two)]
        origin = one[3]
        found = principal(joined(stacks), MASK, origin=point(origin))
        _, _, right = np.linalg.svd(np.concatenate([one, two]) - origin, full_matrices=False)
        same_line(flat(found.u, MASK), right[0])
        np.testing.assert_array_equal(flat(found.origin, MASK), origin)

    @pytest.mark.parametrize(
        ("rows", "distinct"),
        [
            (np.ones((1, SIZE)), 1),
            (np.ones((5, SIZE)), 1),
            (np.repeat(walk(2), 4, axis=0), 2),
            (np.outer(np.linspace(0, 1, 7), walk(1)[0]) + walk(1, seed=9)[0], 7),
        ],
    )
    def test_what_spans_no_plane_is_refused(self, rows, distinct):
        message = f"at least 3 distinct ones .* got {len(rows)}, of which {distinct} differ"
        with pytest.raises(ValueError, match=message):
            principal(points(rows), MASK)

    def test_iterates_that_left_the_reals_are_refused(self):
        rows = walk()
        rows[4:] = np.nan
        with pytest.raises(ValueError, match="iterate 4 of 12"):
            principal(points(rows), MASK, origin=point(rows[0]))
        with pytest.raises(ValueError, match="finite origin"):
            principal(points(rows), MASK)


class TestThreePoints:
    def test_points_lie_where_it_says(self):
        w1, w2, w3 = walk(3, seed=6) + 2.0
        found = plane_through(point(w1), point(w2), point(w3), MASK)
        u, v = flat(found.u, MASK), flat(found.v, MASK)
        np.testing.assert_allclose([u @ u, v @ v, u @ v], [1, 1, 0], atol=1e-6)
        for given_, (x, y) in zip((w1, w2, w3), found.coordinates, strict=True):
            np.testing.assert_allclose(w1 + x * u + y * v, given_, atol=1e-5)
        assert found.coordinates[0].tolist() == [0.0, 0.0]
        assert found.coordinates[1, 1] == 0.0
        assert found.coordinates[2, 1] > 0.0

    @pytest.mark.parametrize(
        ("order", "message"),
        [
            ((0, 0, 1), "first and the second"),
            ((0, 1, 0), "first and the third"),
            ((0, 1, 1), "second and the third"),
        ],
    )
    def test_identical_points_are_refused(self, order, message):
        rows = walk(2)
        with pytest.raises(ValueError, match=message):
            plane_through(*points(rows[list(order)]), MASK)

    @pytest.mark.parametrize("share", [-1.0, 0.3, 2.5])
    def test_points_on_one_line_are_refused(self, share):
        w1, w2 = walk(2) + 1.0
        with pytest.raises(ValueError, match="do not lie on one line"):
            plane_through(*points(np.stack([w1, w2, w1 + share * (w2 - w1)])), MASK)


class TestOnLine:
    def test_is_goodfellow_s_formula(self):
        rows = walk(8)
        start, solution = rows[0], rows[-1]
        found = on_line(points(rows), point(start), point(solution), MASK)
        u = solution - start
        s = (rows - start) @ u / (u @ u)
        np.testing.assert_allclose(found.projection, s, atol=1e-12)
        np.testing.assert_allclose(
            found.residual, np.linalg.norm(rows - start - np.outer(s, u), axis=1), atol=1e-12
        )

    def test_ends_lie_on_it(self):
        rows = walk(8)
        found = on_line(stacked(points(rows), MASK), point(rows[0]), point(rows[-1]), MASK)
        np.testing.assert_allclose(found.projection[[0, -1]], [0.0, 1.0], atol=1e-14)
        np.testing.assert_allclose(found.residual[[0, -1]], 0.0, atol=1e-13)
        assert found.residual[3] > 0.1

    def test_identical_ends_are_refused(self):
        with pytest.raises(ValueError, match="two distinct ends"):
            on_line(points(walk(3)), point(np.ones(SIZE)), point(np.ones(SIZE)), MASK)

    def test_an_end_that_left_the_reals_is_refused(self):
        with pytest.raises(ValueError, match="two finite ends"):
            on_line(points(walk(3)), point(np.ones(SIZE)), point(np.full(SIZE, np.nan)), MASK)

    def test_statistics_are_no_part_of_it(self):
        rows = walk(3)
        moved = points(rows)
        for index, one in enumerate(moved):
            one["statistics"] = np.full(3, 100.0 * index, np.float32)
        plain = on_line(points(rows), point(rows[0]), point(rows[2]), MASK)
        found = on_line(moved, moved[0], moved[2], MASK)
        np.testing.assert_array_equal(found.residual, plain.residual)


class TestOnPlane:
    @settings(max_examples=40)
    @given(st.integers(0, 50), st.floats(0.05, 3.0))
    def test_is_least_squares_whatever_the_angle(self, seed, angle):
        rng = np.random.default_rng(seed)
        u = rng.normal(size=SIZE).astype(np.float32).astype(np.float64)
        other = rng.normal(size=SIZE) * np.linalg.norm(u) / np.sqrt(SIZE)
        v = (np.cos(angle) * u + np.sin(angle) * other).astype(np.float32).astype(np.float64)
        rows = walk(6, seed=seed)
        found = on_plane(points(rows), point(rows[2]), point(u), point(v), MASK)
        away = (rows - rows[2]).T
        expected, _, _, _ = np.linalg.lstsq(np.stack([u, v], axis=1), away, rcond=None)
        np.testing.assert_allclose(found.coordinates, expected.T, rtol=1e-7, atol=1e-8)
        remains = away - np.stack([u, v], axis=1) @ expected
        np.testing.assert_allclose(found.distances, np.linalg.norm(remains, axis=0), rtol=1e-7, atol=1e-8)

    def test_inner_products_alone_would_be_wrong(self):
        """The way of Li et al.'s own code, which takes the directions for orthonormal."""
        rng = np.random.default_rng(0)
        u, noise = np.float32(rng.normal(size=(2, SIZE))).astype(np.float64)
        v = u + noise
        rows = np.stack([0.5 * u + 0.25 * v, u - v])
        found = on_plane(points(rows), point(np.zeros(SIZE)), point(u), point(v), MASK)
        np.testing.assert_allclose(found.coordinates, [[0.5, 0.25], [1.0, -1.0]], atol=1e-6)
        np.testing.assert_allclose(found.distances, 0.0, atol=1e-5)
        theirs = np.stack([rows @ u / np.linalg.norm(u), rows @ v / np.linalg.norm(v)], axis=1)
        assert np.abs(theirs - found.coordinates).max() > 0.5

    @pytest.mark.parametrize("factor", [0.0, 1.0, -2.0])
    def test_parallel_directions_are_refused(self, factor):
        u = walk(1)[0]
        with pytest.raises(ValueError, match="not parallel"):
            on_plane(points(walk(3)), point(u), point(u), point(factor * u), MASK)

    def test_an_iterate_that_left_the_reals_has_no_place(self):
        rows = walk(4)
        rows[2] = np.inf
        found = on_plane(points(rows), point(rows[0]), point(rows[1]), point(rows[3]), MASK)
        assert np.isnan(found.distances).tolist() == [False, False, True, False]

    def test_a_random_plane_shows_almost_no_motion(self):
        """L4: of a direction in 20 000 dimensions a random one holds hardly anything."""
        size = 20_000
        rng = np.random.default_rng(0)
        rows = np.outer(np.linspace(0, 1, 20), rng.normal(size=size)) + 0.05 * np.sin(
            np.outer(np.linspace(0, 3, 20), np.ones(size)) + rng.normal(size=size)
        )
        stack = rows.astype(np.float32)
        u, v = rng.normal(size=(2, size)).astype(np.float32)
        random = on_plane(stack, stack[-1], u, v, True)
        plane = principal(stack, True)
        total = ((stack - stack[-1]).astype(float) ** 2).sum()
        assert 1 - (random.distances**2).sum() / total < 1e-3
        assert plane.explained > 0.98
