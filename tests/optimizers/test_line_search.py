"""Line searches against roots of polynomials, scipy and dense grids, and on rays with nothing to find."""

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.optimizers._line_search import Ray, exact, lowest, wolfe

LANES = 60
SMOOTH = ("beale", "rosenbrock", "himmelblau", "goldstein_price", "rastrigin", "levy", "three_hump_camel")
NAMES = (*SMOOTH, "branin", "six_hump_camel", "eggholder", "levy_n13")

quick = partial(fast_compile_jit, options=RUN_ONCE)
"""Compiled with less care: every program here runs once."""


@cache
def rays(name):
    """Points all over a landscape, and directions within 80 degrees of steepest descent."""
    rng = np.random.default_rng([7, *name.encode()])
    landscape = landscapes.load(name)
    low, high = np.transpose(landscape.domain)
    points = rng.uniform(low, high, (LANES, 2))
    with jax.enable_x64(True):
        slopes = np.asarray(quick(jax.vmap(jax.grad(landscape.loss)))(jnp.asarray(points)))
    angles = np.radians(rng.uniform(-80, 80, LANES))
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    return landscape.loss, points, -np.einsum("ijn,nj->ni", turns, slopes)


def two_wells(x):
    return (x - 1) ** 2 * (x - 3) ** 2 - 0.2 * x


def holed(x, place):
    """A wide bowl with a hole whose half width is a twentieth of its distance, or of the ray's unit."""
    width = max(place, 1) / 20
    return jnp.cos(x) / 9 + (x - 5) ** 2 / 90 - 3 * jnp.exp(-(((x - place) / width) ** 2) / 2)


FOR_EVER = {
    "line": lambda x: -x,
    "parabola": lambda x: -((x + 1) ** 2),
    "exponential": lambda x: -jnp.exp(x),
    "plain": lambda x: jnp.exp(-x),
    "root": lambda x: jnp.sqrt(2 - x),
    "pole": lambda x: jnp.log(2 - x),
    "wall": lambda x: jnp.where(x < 0.5, -x, jnp.inf),
    "hole": lambda x: jnp.where(x < 0.5, -x, jnp.nan),
}
FLAT = {
    "constant": lambda x: 0 * x,
    "uphill": lambda x: x,
    "minimum": lambda x: x**2,
    "nothing": lambda x: x * jnp.nan,
}
HOLES, FAR = (0.003, 0.4, 7.7), (11.0, 80.0, 600.0)
OF_ONE = {
    **FOR_EVER,
    **FLAT,
    "inflection": lambda x: (x - 1) ** 3 * (x - 5) / 4,
    "kink": lambda x: jnp.abs(x - 0.3) + 0.1 * x,
    "two wells": two_wells,
    **{f"holed at {place}": partial(holed, place=place) for place in HOLES},
    **{f"falls to {far}": lambda x, far=far: jnp.log1p((x - far) ** 2) for far in FAR},
}
LOSSES = {
    **{name: landscapes.load(name).loss for name in (*NAMES, "shallow_and_deep")},
    **{name: lambda point, loss=loss: jnp.asarray(loss(point[0])) for name, loss in OF_ONE.items()},
}


CURVATURES = {"wolfe": 0.1, "loose": 0.9}
SEARCHES = {"exact": exact, "global": lowest, **CURVATURES}
"""Functions, or the curvature that a Wolfe search leaves."""


@pytest.fixture(scope="module")
def on_rays(any_of):
    """Where a search ends on many rays at once, each of a loss, and its evaluations.

    A search is one program for all losses.
    """
    among = any_of([*LOSSES.values()])

    @cache
    def program(search):
        def one(curvature, ray):
            number, point, direction = ray

            def loss(point):
                return among(point, number)

            value, gradient = jax.value_and_grad(loss)(point)
            ends = search or wolfe(curvature)
            return ends(Ray(loss, point, direction, value, gradient), jnp.ones_like(value))

        return quick(lambda curvature, *rays: jax.lax.map(partial(one, curvature), rays))

    def found(search, names, points, directions):
        numbers = [[*LOSSES].index(name) for name in np.broadcast_to(names, LANES)]
        rays = np.asarray(numbers), np.asarray(points), np.asarray(directions)
        search, curvature = (search, 0.0) if callable(search) else (None, search)
        with jax.enable_x64(True):
            found = jax.tree.map(np.asarray, program(search)(curvature, *rays))
        return found.length, found.evaluations

    return found


@pytest.fixture(scope="module")
def on_lines(on_rays):
    """The same on a few rays towards larger numbers, down losses of one."""

    def found(search, names, starts=0.0):
        names, starts = np.broadcast_arrays(names, starts)
        points = np.stack([np.resize(starts, LANES), np.zeros(LANES)], axis=-1)
        ends = on_rays(search, np.resize(names, LANES), points, np.tile((1.0, 0.0), (LANES, 1)))
        return tuple(values[: len(names)] for values in ends)

    return found


def slopes_at(loss, points, directions, lengths):
    """The slopes along rays, at several lengths on each."""

    def slope(point, direction, length):
        return jax.grad(loss)(point + length * direction) @ direction

    many = jax.vmap(jax.vmap(slope, (None, None, 0)))
    with jax.enable_x64(True):
        return np.asarray(quick(many)(*map(jnp.asarray, (points, directions, lengths))))


POLYNOMIALS = 400


def polynomials(degree, rng):
    """Slopes with zeros of all kinds, negative at 0, and the first positive zero of each."""
    coefficients, firsts = [], []
    while len(firsts) < POLYNOMIALS:
        pairs = rng.integers(0, degree // 2 + 1)
        apart = rng.uniform(-3, 3, pairs) + 1j * rng.uniform(0.2, 2, pairs)
        real = rng.uniform(-2, 4, degree - 2 * pairs)
        positive = np.sort(real[real > 0])
        # A dip of nearly no depth is none.
        if len(positive) == 0 or (len(positive) > 1 and positive[1] - positive[0] < 0.1):
            continue
        slope = np.real(np.poly(np.concatenate([real, apart, apart.conj()])))
        coefficients.append(slope / -slope[-1])
        firsts.append(positive[0])
    return np.array(coefficients), np.array(firsts)


@cache
def exact_on_polynomials():
    """The search on many polynomials of one scale; those of less than 8 powers have zeros first."""

    def one(coefficients, scale):
        def loss(point):
            return jnp.polyval(coefficients, point[0] / scale)

        value, gradient = jax.value_and_grad(loss)(jnp.zeros(1))
        return exact(Ray(loss, jnp.zeros(1), jnp.ones(1), value, gradient), value)

    return quick(jax.vmap(one, (0, None)))


@pytest.mark.parametrize(("degree", "scale"), [(1, 1.0), (3, 50.0), (5, 1.0), (7, 1.0), (7, 50.0)])
def test_exact_finds_the_first_of_a_polynomials_minimisers(degree, scale):
    slopes, firsts = polynomials(degree, np.random.default_rng(degree))
    losses = [np.polyint(slope) for slope in np.pad(slopes, ((0, 0), (7 - degree, 0)))]
    with jax.enable_x64(True):
        found = jax.tree.map(np.asarray, exact_on_polynomials()(np.array(losses), scale))
    np.testing.assert_allclose(found.length / scale, firsts, rtol=1e-9)
    assert np.mean(found.evaluations[:, 1]) < 25


@pytest.mark.parametrize("name", SMOOTH)
def test_exact_ends_where_the_slope_first_vanishes(name, on_rays):
    loss, points, directions = rays(name)
    lengths, evaluations = on_rays(exact, name, points, directions)
    assert (lengths > 0).all()
    shares = np.append(np.linspace(0, 1 - 1e-6, 1500), 1.0)
    slopes = slopes_at(loss, points, directions, lengths[:, None] * shares)
    assert (slopes[:, :-1] < 0).all(), "a minimiser has been passed over"
    assert (np.abs(slopes[:, -1]) < 1e-12 * np.abs(slopes[:, 0])).all()
    assert (evaluations[:, [0, 2]] == 0).all()


@pytest.mark.parametrize("name", ["beale", "rosenbrock", "branin"])
def test_exact_agrees_with_scipy(name, on_rays):
    from scipy.optimize import minimize_scalar

    loss, points, directions = rays(name)
    lengths, _ = on_rays(exact, name, points, directions)
    with jax.enable_x64(True):
        compiled = quick(loss)
        for point, direction, length in zip(points[:15], directions, lengths, strict=False):
            found = minimize_scalar(
                lambda share, at=point, way=length * direction: float(compiled(at + share * way)),
                bounds=(0, 1.2),
                method="bounded",
                options={"xatol": 1e-9},
            )
            assert found.x == pytest.approx(1, abs=1e-6)


def test_exact_stays_in_the_basin_where_it_starts(on_rays):
    """A step over the shallow minimum's dimple, which is narrow, would end in the deep one."""
    places = np.linspace(-5.0, -2.4, 5 * LANES).reshape(5, LANES)
    for starts in np.stack([places, 0 * places], axis=-1):
        ways = np.stack([np.where(starts[:, 0] < -2.86903, 1.0, -1.0), np.zeros(LANES)], axis=-1)
        lengths, _ = on_rays(exact, "shallow_and_deep", starts, ways)
        np.testing.assert_allclose((starts + lengths[:, None] * ways)[:, 0], -2.86902773814015, rtol=1e-8)


def test_exact_comes_past_an_inflection(on_lines):
    lengths, _ = on_lines(exact, ["inflection"])
    np.testing.assert_allclose(lengths, 4.0, rtol=1e-9)


def test_exact_finds_a_kink(on_lines):
    lengths, _ = on_lines(exact, ["kink"], starts=(0.0, -1.0, 0.2999))
    np.testing.assert_allclose(lengths, (0.3, 1.3, 0.0001), rtol=1e-9)


@cache
def heights():
    """Of every loss of one number at a place of its own."""
    return quick(lambda places: jnp.stack([loss(x) for loss, x in zip(OF_ONE.values(), places, strict=True)]))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_ray_without_a_minimiser_ends_finite_and_no_higher(search, on_lines):
    lengths, evaluations = on_lines(SEARCHES[search], [*OF_ONE])
    with jax.enable_x64(True):
        before, after = (np.asarray(heights()(places)) for places in (0 * lengths, lengths))
    for place, name in enumerate(FOR_EVER):
        assert 0 <= lengths[place] <= 1000, name
        assert np.isfinite(after[place]), name
        assert after[place] <= before[place], name
        if search in ("exact", "global"):
            assert after[place] < before[place], name
    assert evaluations.sum(-1).max() < 1200


def test_exact_comes_up_to_an_edge(on_lines):
    lengths, _ = on_lines(exact, ["wall", "hole", "root", "line"])
    np.testing.assert_allclose(lengths[:2], 0.5, rtol=1e-12)
    assert lengths[2] == pytest.approx(2, rel=1e-3)
    assert lengths[3] == 1000


@pytest.mark.parametrize("search", SEARCHES)
def test_searches_take_no_step_where_the_ray_does_not_descend(search, on_lines):
    lengths, evaluations = on_lines(SEARCHES[search], [*FLAT])
    assert (lengths == 0).all()
    assert np.isfinite(evaluations).all()


@pytest.mark.parametrize("name", ["beale", "himmelblau", "three_hump_camel", "six_hump_camel"])
def test_lowest_is_as_low_as_a_dense_grid(name, on_rays):
    loss, points, directions = rays(name)
    lengths, evaluations = on_rays(lowest, name, points, directions)
    units = (1 + np.abs(points).max(-1)) / np.abs(directions).max(-1)
    grid = units[:, None] * np.linspace(0, 10, 20001)
    with jax.enable_x64(True):
        heights = quick(jax.vmap(jax.vmap(lambda p, d, a: loss(p + a * d), (None, None, 0))))
        points, directions = jnp.asarray(points), jnp.asarray(directions)
        everywhere = np.asarray(heights(points, directions, jnp.asarray(grid))).min(-1)
        found = np.asarray(heights(points, directions, jnp.asarray(lengths[:, None])))[:, 0]
    assert (found <= everywhere + 1e-12 * np.abs(everywhere)).all()
    assert (evaluations[:, 0] == 1024).all()


@pytest.mark.parametrize(("name", "most"), [("rastrigin", 0), ("eggholder", 0), ("levy_n13", 1)])
def test_lowest_finds_the_lowest_of_many_valleys(name, most, on_rays):
    """As 2000000 places tell near the 64 lowest of 20000.

    Only a ray on which the lowest valley lies between two of its own may end in another.
    """
    loss, points, directions = rays(name)
    lengths, evaluations = on_rays(lowest, name, points, directions)
    units = (1 + np.abs(points).max(-1)) / np.abs(directions).max(-1)
    apart = 10 / 20_000

    def dense(ray):
        point, direction, unit, length = ray

        def height(shares):
            return jax.vmap(lambda share: loss(point + unit * share * direction))(shares)

        shares = jnp.arange(20_001) * apart
        _, low = jax.lax.top_k(-height(shares), 64)
        near = shares[low][:, None] + jnp.linspace(-apart, apart, 201)[None]
        return height(jnp.clip(near.reshape(-1), 0, 10)).min(), loss(point + length * direction)

    with jax.enable_x64(True):
        everywhere, found = quick(lambda *rays: jax.lax.map(dense, rays))(points, directions, units, lengths)
    everywhere, found = np.asarray(everywhere), np.asarray(found)
    missed = found > everywhere + 1e-6 * (1 + np.abs(everywhere))
    assert missed.sum() <= most
    assert (evaluations[:, 0] == 1024).all()


def test_lowest_finds_a_narrow_hole_in_a_wide_bowl(on_lines):
    from scipy.optimize import minimize_scalar

    found, _ = on_lines(lowest, [f"holed at {place}" for place in HOLES])
    with jax.enable_x64(True):
        for place, length in zip(HOLES, found, strict=True):
            compiled = quick(partial(holed, place=place))
            fine = minimize_scalar(
                lambda x, compiled=compiled: float(compiled(x)),
                bounds=(max(place - 0.04, 0), place + 0.04),
                method="bounded",
                options={"xatol": 1e-9},
            )
            assert length == pytest.approx(fine.x, abs=1e-6)


def test_lowest_goes_on_where_the_loss_still_falls(on_lines):
    found, _ = on_lines(lowest, [f"falls to {far}" for far in FAR])
    np.testing.assert_allclose(found, FAR, rtol=1e-9)


def test_lowest_is_not_always_the_first(on_lines):
    (first,), _ = on_lines(exact, ["two wells"])
    (low,), _ = on_lines(lowest, ["two wells"])
    zeros = np.sort(np.roots(np.polyadd(np.polyder(np.poly([1, 1, 3, 3])), [-0.2])))
    np.testing.assert_allclose((first, low), zeros[[0, 2]], rtol=1e-9)


@pytest.mark.parametrize("search", CURVATURES)
@pytest.mark.parametrize("name", ["beale", "rastrigin"])
def test_wolfe_search_ends_where_its_conditions_hold(name, search, on_rays):
    loss, points, directions = rays(name)
    directions = directions / np.abs(directions).max(-1, keepdims=True)
    lengths, evaluations = on_rays(SEARCHES[search], name, points, directions)
    slopes = slopes_at(loss, points, directions, np.stack([0 * lengths, lengths], axis=-1))
    with jax.enable_x64(True):
        ends = (jnp.asarray(points + reach * directions) for reach in (0, lengths[:, None]))
        before, after = (np.asarray(quick(jax.vmap(loss))(end)) for end in ends)
    assert (lengths > 0).all()
    assert (after <= before + 1e-4 * lengths * slopes[:, 0]).all()
    assert (np.abs(slopes[:, 1]) <= CURVATURES[search] * np.abs(slopes[:, 0])).all()
    assert (evaluations[:, 1] >= 1).all()


def test_exact_in_single_precision():
    def loss(point):
        return (point[0] - 1) ** 2 * (point[0] + 2) ** 2 + point[1] ** 2

    point, direction = jnp.array([0.2, 0.0], jnp.float32), jnp.array([1.0, 0.0], jnp.float32)

    def search(point, direction):
        value, gradient = jax.value_and_grad(loss)(point)
        return exact(Ray(loss, point, direction, value, gradient), value)

    found = quick(search)(point, direction)
    assert found.length.dtype == jnp.float32
    assert float(found.length) == pytest.approx(0.8, rel=1e-6)
    assert found.evaluations[1] < 40
