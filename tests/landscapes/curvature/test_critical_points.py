"""All critical points of landscapes whose own are known, from the literature or in closed form."""

from collections import Counter
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.landscapes import Landscape
from ravine.landscapes.curvature._critical_points import CriticalPoints, critical_points


def made(loss, *, box=((-2.0, 2.0), (-2.0, 2.0)), **facts) -> Landscape:
    return Landscape(
        loss=loss, title="", equation="", domain=box, start=(1.0, 1.0), source="", about="", **facts
    )


@cache
def known(name: str) -> CriticalPoints:
    return critical_points(landscapes.load(name))


def kinds(found: CriticalPoints) -> dict[str, int]:
    return dict(Counter(one.kind for one in found.points))


def of_kind(found: CriticalPoints, kind: str) -> np.ndarray:
    return np.array(sorted(one.point for one in found.points if one.kind == kind))


HIMMELBLAU = {
    "minimum": [(-3.779310, -3.283186), (-2.805118, 3.131313), (3.0, 2.0), (3.584428, -1.848127)],
    "saddle": [(-3.073026, -0.081353), (-0.127961, -1.953715), (0.086678, 2.884255), (3.385154, 0.073852)],
    "maximum": [(-0.270845, -0.923039)],
}

COUNTS = {
    "himmelblau": (4, 4, 1),
    "beale": (1, 2, 0),
    "six_hump_camel": (6, 7, 2),
    "three_hump_camel": (3, 2, 0),
    "styblinski_tang": (4, 4, 1),
    "goldstein_price": (4, 4, 1),
    "branin": (3, 2, 0),
    "rosenbrock": (1, 0, 0),
    "radford_saddle": (0, 1, 0),
    "saddle": (0, 1, 0),
    "ill_conditioned_bowl": (1, 0, 0),
    "double_well": (2, 0, 1),
    "shallow_and_deep": (3, 0, 2),
    "rastrigin": (121, 220, 100),
}
"""Minima, saddles and maxima."""


@pytest.mark.parametrize("name", COUNTS)
def test_all_are_found(name):
    found = known(name)
    expected = dict(zip(("minimum", "saddle", "maximum"), COUNTS[name], strict=True))
    assert kinds(found) == {kind: count for kind, count in expected.items() if count}
    assert found.unseen < 3e-3


@pytest.mark.parametrize("kind", HIMMELBLAU)
def test_himmelblau_s_are_where_they_are_known_to_be(kind):
    found = known("himmelblau")
    np.testing.assert_allclose(of_kind(found, kind), HIMMELBLAU[kind], atol=2e-6)


def test_critical_points_solve_the_equations():
    """By another solver from beside each point, and by differences of the loss in NumPy."""
    from scipy.optimize import root

    loss = landscapes.load("goldstein_price").loss
    derivatives = jax.jit(lambda point: (loss(point), jax.grad(loss)(point), jax.hessian(loss)(point)))
    with jax.enable_x64(True):
        for one in known("goldstein_price").points:
            found = root(lambda x: np.asarray(derivatives(np.asarray(x))[1]), np.add(one.point, 1e-4))
            np.testing.assert_allclose(found.x, one.point, atol=1e-7)
            value, _, hessian = derivatives(np.array(one.point))
            np.testing.assert_allclose(value, one.loss, rtol=1e-12, atol=1e-20)
            np.testing.assert_allclose(one.eigenvalues, np.linalg.eigvalsh(hessian), rtol=1e-6)


def test_condition_numbers():
    quadratic = made(lambda p: 50.0 * p[0] ** 2 - 0.25 * p[1] ** 2)
    (one,) = critical_points(quadratic).points
    assert one.kind == "saddle"
    np.testing.assert_allclose(one.eigenvalues, [-0.5, 100.0])
    np.testing.assert_allclose(one.condition_number, 200.0)


def test_critical_points_are_in_order():
    found = known("six_hump_camel").points
    order = ["minimum"] * 6 + ["saddle"] * 7 + ["maximum"] * 2
    assert [one.kind for one in found] == order
    minima = [one.loss for one in found[:6]]
    assert minima == sorted(minima)


class TestDegenerate:
    @pytest.mark.parametrize(
        "loss",
        [
            lambda p: p[0] ** 3 - 3 * p[0] * p[1] ** 2,
            lambda p: p[0] ** 2 + p[1] ** 3,
        ],
    )
    def test_isolated(self, loss):
        (one,) = critical_points(made(loss)).points
        assert (one.kind, one.isolated, one.condition_number) == ("degenerate", True, np.inf)
        np.testing.assert_allclose(one.point, 0.0, atol=1e-6)

    def test_a_flat_inflection_of_one_variable(self):
        found = known("critical_points")
        np.testing.assert_allclose(of_kind(found, "degenerate"), [[0, 0]], atol=1e-6)
        assert kinds(found) == {"minimum": 1, "maximum": 1, "degenerate": 1}
        assert all(len(one.eigenvalues) == 1 and one.point[1] == 0.0 for one in found.points)

    def test_one_stands_for_the_floor_of_a_valley(self):
        self.has_one_floor(critical_points(made(lambda p: (p[0] * p[1] - 1.0) ** 2)))

    def has_one_floor(self, found):
        floors = [one for one in found.points if not one.isolated]
        assert len(floors) == 1
        assert floors[0].kind == "degenerate"
        assert floors[0].loss == pytest.approx(0.0, abs=1e-15)

    def test_a_ring_has_one_floor_and_a_hill_in_its_middle(self):
        found = critical_points(made(lambda p: (p[0] ** 2 + p[1] ** 2 - 1.0) ** 2))
        self.has_one_floor(found)
        np.testing.assert_allclose(of_kind(found, "maximum"), [[0, 0]], atol=1e-9)


class TestPlateaus:
    def test_on_a_plateau_nothing_is_told_but_its_share(self):
        found = known("flat")
        assert found.points == ()
        assert found.flat_share == 1.0

    def test_a_well_in_a_plain(self):
        def well(p):
            return -(jnp.maximum(1.0 - p[0] ** 2 - p[1] ** 2, 0.0) ** 3)

        found = critical_points(made(well))
        np.testing.assert_allclose(of_kind(found, "minimum"), [[0, 0]], atol=1e-9)
        assert not any(one.isolated for one in found.points if one.kind != "minimum")
        # The well takes pi of the domain's 16.
        assert found.flat_share == pytest.approx(1 - np.pi / 16, abs=0.1)

    def test_a_slope_that_fades_has_none(self):
        found = critical_points(made(lambda p: jnp.exp(-8.0 * (p[0] + p[1]))))
        assert found.points == ()


class TestKinks:
    @pytest.mark.parametrize("name", ["ackley", "alpine_n1", "bukin_n6"])
    def test_known_minima_are_told(self, name):
        landscape = landscapes.load(name)
        kinked = [one for one in known(name).points if not one.smooth]
        assert {one.kind for one in kinked} == {"minimum"}
        np.testing.assert_allclose(sorted(one.point for one in kinked), sorted(landscape.minima), atol=1e-9)
        assert all(one.condition_number == np.inf for one in kinked)

    def test_a_kink_that_is_no_extremum_is_left_out(self):
        found = critical_points(made(lambda p: jnp.abs(p[0]) + p[1], minima=((0.0, 0.5),)))
        assert found.points == ()


def test_points_outside_the_domain_and_minima_on_its_edge_are_left_out():
    found = critical_points(made(lambda p: (p[0] - 3.0) ** 2 + p[1] ** 2, minima=((2.0, 0.0),)))
    assert found.points == ()
    assert found.lost == 1.0


def test_too_many_for_a_table_are_said_to_be():
    found = critical_points(made(lambda p: jnp.sin(40.0 * p[0]) * jnp.sin(40.0 * p[1])))
    assert found.unseen > 0.1
    assert len(found.points) > 300


def test_a_loss_that_is_nowhere_finite_has_none():
    assert critical_points(made(lambda p: jnp.sqrt(-1.0 - p[0] ** 2))).points == ()


SEVERAL = [name for name in landscapes.names() if len(landscapes.catalogue.facts(name).get("minima", ())) > 1]


@pytest.mark.parametrize("name", SEVERAL)
def test_every_known_minimum_is_among_them(name):
    landscape = landscapes.load(name)
    low, high = np.transpose(landscape.domain)
    found = [one.point for one in known(name).points if one.kind != "saddle"]
    for minimum in landscape.minima:
        assert np.min(np.abs((np.array(found) - minimum) / (high - low)).max(axis=1)) < 1e-6
