"""Line searches against roots of polynomials, scipy, dense grids, and rays on which there is nothing to find."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from ravine import landscapes
from ravine.optimizers._line_search import Ray, exact, lowest, wolfe

LANES = 60


def along(search, loss, points, directions, guess=1.0):
    """Where a search ends on many rays at once, and its evaluations."""

    def one(point, direction):
        value, gradient = jax.value_and_grad(loss)(point)
        return search(Ray(loss, point, direction, value, gradient), jnp.asarray(guess, point.dtype))

    with jax.enable_x64(True):
        found = jax.jit(jax.vmap(one))(jnp.asarray(points), jnp.asarray(directions))
        return np.asarray(found.length), np.asarray(found.evaluations)


def on_a_line(search, loss, starts=(0.0,), **choices):
    """The same for a loss of one number, on rays towards larger ones."""
    points = np.asarray(starts, dtype=float)[:, None]
    return along(search, lambda point: loss(point[0]), points, np.ones_like(points), **choices)


@cache
def rays(name):
    """Points all over a landscape, and directions within 80 degrees of steepest descent."""
    rng = np.random.default_rng([7, *name.encode()])
    landscape = landscapes.load(name)
    low, high = np.transpose(landscape.domain)
    points = rng.uniform(low, high, (LANES, 2))
    with jax.enable_x64(True):
        slopes = np.asarray(jax.vmap(jax.grad(landscape.loss))(jnp.asarray(points)))
    angles = np.radians(rng.uniform(-80, 80, LANES))
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    return landscape.loss, points, -np.einsum("ijn,nj->ni", turns, slopes)


def slopes_at(loss, points, directions, lengths):
    """The slopes along rays, at several lengths on each."""

    def slope(point, direction, length):
        return jax.grad(loss)(point + length * direction) @ direction

    many = jax.vmap(jax.vmap(slope, (None, None, 0)))
    with jax.enable_x64(True):
        return np.asarray(jax.jit(many)(*map(jnp.asarray, (points, directions, lengths))))


POLYNOMIALS = 400


def polynomials(degree, rng):
    """Slopes with zeros of all kinds, negative at 0, and the first positive zero of each."""
    coefficients, firsts = [], []
    while len(firsts) < POLYNOMIALS:
        pairs = rng.integers(0, degree // 2 + 1)
        apart = rng.uniform(-3, 3, pairs) + 1j * rng.uniform(0.2, 2, pairs)
        real = rng.uniform(-2, 4, degree - 2 * pairs)
        positive = np.sort(real[real > 0.01])
        # A dip of nearly no depth is none.
        if len(positive) == 0 or (len(positive) > 1 and positive[1] - positive[0] < 0.1):
            continue
        slope = np.real(np.poly(np.concatenate([real, apart, apart.conj()])))
        coefficients.append(slope / -slope[-1])
        firsts.append(positive[0])
    return np.array(coefficients), np.array(firsts)


@pytest.mark.parametrize("degree", [1, 3, 5, 7])
@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_the_first_of_a_polynomials_minimisers(degree, scale):
    slopes, firsts = polynomials(degree, np.random.default_rng(degree))
    losses = jnp.asarray(np.array([np.polyint(slope) for slope in slopes]))

    def one(coefficients):
        def loss(point):
            return jnp.polyval(coefficients, point[0] / scale)

        value, gradient = jax.value_and_grad(loss)(jnp.zeros(1))
        return exact(Ray(loss, jnp.zeros(1), jnp.ones(1), value, gradient), value)

    with jax.enable_x64(True):
        losses = jnp.asarray(np.array([np.polyint(slope) for slope in slopes]))
        found = jax.jit(jax.vmap(one))(losses)
    np.testing.assert_allclose(found.length / scale, firsts, rtol=1e-9)
    assert np.mean(found.evaluations[:, 1]) < 25


SMOOTH = ("beale", "rosenbrock", "himmelblau", "goldstein_price", "rastrigin", "levy", "three_hump_camel")


@pytest.mark.parametrize("name", SMOOTH)
def test_exact_ends_where_the_slope_first_vanishes(name):
    loss, points, directions = rays(name)
    lengths, evaluations = along(exact, loss, points, directions)
    assert (lengths > 0).all()
    shares = np.append(np.linspace(0, 1 - 1e-6, 1500), 1.0)
    slopes = slopes_at(loss, points, directions, lengths[:, None] * shares)
    assert (slopes[:, :-1] < 0).all(), "a minimiser has been passed over"
    assert (np.abs(slopes[:, -1]) < 1e-12 * np.abs(slopes[:, 0])).all()
    assert (evaluations[:, [0, 2]] == 0).all()


@pytest.mark.parametrize("name", ["beale", "rosenbrock", "branin"])
def test_exact_agrees_with_scipy(name):
    loss, points, directions = rays(name)
    lengths, _ = along(exact, loss, points, directions)
    with jax.enable_x64(True):
        compiled = jax.jit(loss)
        for point, direction, length in zip(points[:15], directions, lengths, strict=False):
            found = minimize_scalar(
                lambda share, at=point, way=length * direction: float(compiled(at + share * way)),
                bounds=(0, 1.2),
                method="bounded",
                options={"xatol": 1e-9},
            )
            assert found.x == pytest.approx(1, abs=1e-6)


def test_exact_stays_in_the_basin_where_it_starts():
    """A step over the shallow minimum's dimple, which is narrow, would end in the deep one."""
    loss = landscapes.load("shallow_and_deep").loss
    starts = np.stack([np.linspace(-5.0, -2.4, 300), np.zeros(300)], axis=-1)
    ways = np.stack([np.where(starts[:, 0] < -2.86903, 1.0, -1.0), np.zeros(300)], axis=-1)
    lengths, _ = along(exact, loss, starts, ways)
    np.testing.assert_allclose((starts + lengths[:, None] * ways)[:, 0], -2.86902773814015, rtol=1e-8)


def test_exact_comes_past_an_inflection():
    lengths, _ = on_a_line(exact, lambda x: (x - 1) ** 3 * (x - 5) / 4)
    np.testing.assert_allclose(lengths, 4.0, rtol=1e-9)


def test_exact_finds_a_kink():
    lengths, _ = on_a_line(exact, lambda x: jnp.abs(x - 0.3) + 0.1 * x, starts=(0.0, -1.0, 0.2999))
    np.testing.assert_allclose(lengths, (0.3, 1.3, 0.0001), rtol=1e-9)


@pytest.mark.parametrize("search", [exact, lowest, wolfe(0.1), wolfe(0.9)])
@pytest.mark.parametrize(
    ("loss", "start"),
    [
        (lambda x: -x, 0.0),
        (lambda x: -(x**2), 1.0),
        (lambda x: -jnp.exp(x), 0.0),
        (lambda x: jnp.exp(-x), 0.0),
        (lambda x: -jnp.sqrt(2 - x), 0.0),
        (lambda x: jnp.log(2 - x), 0.0),
        (lambda x: jnp.where(x < 0.5, -x, jnp.inf), 0.0),
        (lambda x: jnp.where(x < 0.5, -x, jnp.nan), 0.0),
    ],
    ids=["line", "parabola", "exponential", "plain", "root", "pole", "wall", "hole"],
)
def test_a_ray_without_a_minimiser_ends_lower_and_finite(search, loss, start):
    (length,), ((losses, gradients, _),) = on_a_line(search, loss, starts=(start,))
    assert np.isfinite(length)
    assert 0 < length <= 2000
    assert losses + gradients < 1200
    with jax.enable_x64(True):
        end = loss(jnp.asarray(start + length))
        assert np.isfinite(end)
        assert end < loss(jnp.asarray(start)) or search is not exact


@pytest.mark.parametrize("search", [exact, lowest, wolfe(0.9)])
@pytest.mark.parametrize("loss", [lambda x: 0 * x, lambda x: x, lambda x: x**2, lambda x: x * jnp.nan])
def test_where_the_ray_does_not_descend_there_is_no_step(search, loss):
    lengths, evaluations = on_a_line(search, loss)
    assert lengths == 0
    assert np.isfinite(evaluations).all()


@pytest.mark.parametrize("name", ["beale", "himmelblau", "three_hump_camel", "six_hump_camel"])
def test_lowest_is_as_low_as_a_dense_grid(name):
    loss, points, directions = rays(name)
    lengths, evaluations = along(lowest, loss, points, directions)
    units = (1 + np.abs(points).max(-1)) / np.abs(directions).max(-1)
    grid = units[:, None] * np.linspace(0, 10, 20001)
    with jax.enable_x64(True):
        heights = jax.jit(jax.vmap(jax.vmap(lambda p, d, a: loss(p + a * d), (None, None, 0))))
        everywhere = heights(points, directions, grid).min(-1)
        found = heights(points, directions, lengths[:, None])[:, 0]
    assert (found <= everywhere + 1e-12 * np.abs(everywhere)).all()
    assert (evaluations[:, 0] == 1024).all()


def test_lowest_is_not_always_the_first():
    def two_wells(x):
        return (x - 1) ** 2 * (x - 3) ** 2 - 0.2 * x

    (first,), _ = on_a_line(exact, two_wells)
    (low,), _ = on_a_line(lowest, two_wells)
    zeros = np.sort(np.roots(np.polyadd(np.polyder(np.poly([1, 1, 3, 3])), [-0.2])))
    np.testing.assert_allclose((first, low), zeros[[0, 2]], rtol=1e-9)


@pytest.mark.parametrize("curvature", [0.1, 0.9])
@pytest.mark.parametrize("name", ["beale", "rosenbrock", "himmelblau", "rastrigin"])
@pytest.mark.parametrize("guess", [1e-3, 1.0])
def test_wolfe_conditions(name, curvature, guess):
    loss, points, directions = rays(name)
    units = np.abs(directions).max(-1, keepdims=True)
    lengths, _ = along(wolfe(curvature), loss, points, directions / units, guess=guess)
    slopes = slopes_at(loss, points, directions / units, np.stack([0 * lengths, lengths], axis=-1))
    with jax.enable_x64(True):
        before, after = (jax.vmap(loss)(points + a * directions / units) for a in (0, lengths[:, None]))
    assert (lengths > 0).all()
    assert (after <= before + 1e-4 * lengths * slopes[:, 0]).all()
    assert (np.abs(slopes[:, 1]) <= curvature * np.abs(slopes[:, 0])).all()


def test_exact_in_single_precision():
    def loss(point):
        return (point[0] - 1) ** 2 * (point[0] + 2) ** 2 + point[1] ** 2

    point, direction = jnp.array([0.2, 0.0], jnp.float32), jnp.array([1.0, 0.0], jnp.float32)
    value, gradient = jax.value_and_grad(loss)(point)
    found = jax.jit(lambda: exact(Ray(loss, point, direction, value, gradient), value))()
    assert found.length.dtype == jnp.float32
    assert float(found.length) == pytest.approx(0.8, rel=1e-6)
    assert found.evaluations[1] < 40
