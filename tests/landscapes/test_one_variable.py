from collections.abc import Callable
from dataclasses import replace
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes

NAMES = replace(landscapes.catalogue, package="ravine.landscapes.one_variable").names()
FORMULAS = {
    "critical_points": lambda x: x**5 / 5 - x**3 / 3,
    "double_well": lambda x: (x**2 - 1) ** 2 / 4,
    "flat": lambda x: 0 * x,
    "shallow_and_deep": lambda x: (
        (x - 3) ** 2 / 20
        - 0.6 * np.exp(-4 * (x + 3) ** 2)
        - 2 * np.exp(-1.5 * x**2)
        - 2 * np.exp(-1.5 * (x - 3) ** 2)
    ),
}
CURVATURES = {"shallow": 1, "deep": 1, "global minimum": 1, "minimum": 1, "maximum": -1, "flat inflection": 0}


@cache
def derivatives(name: str) -> Callable[[np.ndarray], list[jax.Array]]:
    loss = landscapes.load(name).loss

    def along(place):
        return loss(jnp.stack([place, jnp.zeros_like(place)]))

    return jax.jit(lambda place: [of(place) for of in (along, jax.grad(along), jax.grad(jax.grad(along)))])


def slopes(name: str, x: float) -> list[float]:
    """The loss at x and its first two derivatives there."""
    with jax.enable_x64(True):
        return [float(value) for value in derivatives(name)(np.float64(x))]


def descend(name: str, *, rate: float, noise: float, seed: int, steps: int = 400) -> float:
    """Where noisy descent ends."""
    slope = jax.jit(jax.grad(landscapes.load(name).loss))
    point = jnp.asarray(landscapes.load(name).start)
    for shock in landscapes.gradient_noise(noise, steps=steps, variables=1, seed=seed)[:, 0]:
        point = point - rate * (slope(point) + shock.astype(np.float32))
    return float(point[0])


def test_every_entry_has_a_formula():
    assert set(FORMULAS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
class TestEvery:
    def test_values_are_those_of_the_formula(self, name):
        low, high = landscapes.load(name).domain[0]
        xs = np.linspace(low, high, 101)
        with jax.enable_x64(True):
            found = jax.jit(jax.vmap(landscapes.load(name).loss))(np.stack([xs, 0 * xs], axis=1))
        np.testing.assert_allclose(found, FORMULAS[name](xs), rtol=1e-12, atol=1e-14)

    def test_y_does_not_matter(self, name):
        landscape = landscapes.load(name)
        assert landscape.variables == 1
        assert landscape.start[1] == 0.0
        x, _ = landscape.start
        points = np.array([[x, 0.0], [x, 0.7]])
        values, gradients = map(np.asarray, jax.jit(jax.vmap(jax.value_and_grad(landscape.loss)))(points))
        assert values[0] == values[1]
        assert (gradients[:, 1] == 0.0).all()

    def test_minima_are_the_lowest_points(self, name):
        landscape = landscapes.load(name)
        xs = np.linspace(*landscape.domain[0], 20_001)
        lowest = FORMULAS[name](xs).min()
        assert landscape.lowest <= lowest
        np.testing.assert_allclose(landscape.lowest, lowest, atol=1e-6)
        for x, y in landscape.minima:
            value, slope, curvature = slopes(name, x)
            assert y == 0.0
            np.testing.assert_allclose(value, landscape.lowest, rtol=1e-14)
            np.testing.assert_allclose(slope, 0.0, atol=1e-13)
            assert curvature > 0.1

    def test_marks_are_critical_points_of_their_kind(self, name):
        for (x, y), word in landscapes.load(name).marks:
            _, slope, curvature = slopes(name, x)
            assert y == 0.0
            np.testing.assert_allclose(slope, 0.0, atol=1e-13)
            assert np.sign(curvature) == CURVATURES[word]

    def test_start_is_in_view(self, name):
        landscape = landscapes.load(name)
        low, high = landscape.window[0]
        assert low < landscape.start[0] < high
        assert landscape.contains(landscape.start)


def critical_places(name: str) -> np.ndarray:
    """Where the differences of the formula change their sign."""
    xs = np.linspace(*landscapes.load(name).domain[0], 100_001)
    rising = np.diff(FORMULAS[name](xs)) > 0
    return xs[1:-1][rising[1:] != rising[:-1]]


def test_all_critical_points_are_marked():
    marked = {word: x for (x, _), word in landscapes.load("critical_points").marks}
    turning = [marked["maximum"], marked["minimum"]]
    np.testing.assert_allclose(critical_places("critical_points"), turning, atol=1e-4)
    # Through the inflection the curve falls on both sides.
    value = FORMULAS["critical_points"]
    assert value(-0.1) > value(marked["flat inflection"]) > value(0.1)


def test_shallow_and_deep_minima_are_in_order():
    shallow, barrier, deep, ridge, lowest = critical_places("shallow_and_deep")
    marked = [x for (x, _), _ in landscapes.load("shallow_and_deep").marks]
    np.testing.assert_allclose([shallow, deep, lowest], marked, atol=1e-4)
    value = FORMULAS["shallow_and_deep"]
    assert value(shallow) > value(deep) > value(lowest)
    assert value(barrier) - value(shallow) < 0.2 < 1.5 < value(ridge) - value(deep)


def test_noise_leaves_the_shallow_minimum_but_not_the_deep_one():
    (shallow, deep, _) = [x for (x, _), _ in landscapes.load("shallow_and_deep").marks]
    still = descend("shallow_and_deep", rate=0.1, noise=0.0, seed=0)
    np.testing.assert_allclose(still, shallow, atol=1e-4)
    ends = [descend("shallow_and_deep", rate=0.1, noise=2.0, seed=seed, steps=200) for seed in range(5)]
    assert sum(abs(end - deep) < 1.0 for end in ends) >= 4


def test_plain_descent_stays_at_the_flat_inflection():
    end = descend("critical_points", rate=0.1, noise=0.0, seed=0)
    assert -0.1 < end < 0.0
