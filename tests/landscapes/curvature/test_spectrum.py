"""Hessians of objectives: closed forms for quadratics, dense eigensolvers, one compilation."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.core.pytree import flat, inner, unflat
from ravine.landscapes.curvature._hessian import extremes, extremes_at, gradient, hessian_product, kind_of
from ravine.landscapes.curvature._spectrum import spectrum
from ravine.landscapes.networks._objective import Objective


def quadratic(values: np.ndarray, *, dtype=np.float32, seed: int = 0) -> tuple[Objective, dict, np.ndarray]:
    """Half of x' A x with A of known eigenvalues, over two leaves; a third one is not trained."""
    normal = np.random.default_rng(seed).normal(size=len(values))
    basis = np.eye(len(values)) - 2 * np.outer(normal, normal) / (normal @ normal)
    matrix = basis * values @ basis.T

    def measures(params, features, data):
        x = jnp.concatenate([params["a"].ravel(), params["b"]])
        return {"train_loss": 0.5 * x @ (data @ x) + params["fixed"].sum() * x.sum()}

    objective = Objective(
        measures=measures,
        data=matrix.astype(dtype),
        trained=lambda params: {"a": True, "b": True, "fixed": False},
    )
    half = len(values) // 2
    params = {
        "a": np.zeros((half, 1), dtype),
        "b": np.zeros(len(values) - half, dtype),
        "fixed": np.zeros(2, dtype),
    }
    return objective, params, basis


def network_loss(params: dict) -> jax.Array:
    rng = np.random.default_rng(0)
    inputs = jnp.asarray(rng.normal(size=(40, 6)), jnp.float32)
    targets = jnp.asarray(rng.normal(size=(40, 3)), jnp.float32)
    hidden = jnp.tanh(inputs @ params["first"].T + params["bias"][None])
    return jnp.mean((hidden @ params["second"].T - targets) ** 2)


NETWORK = Objective.of(network_loss)

DIAGONAL = Objective(
    measures=lambda params, *_: {"train_loss": 0.5 * jnp.sum(params["values"] * params["x"] ** 2)},
    trained=lambda _: {"x": True, "values": False},
)
"""A quadratic of given curvatures."""


def network(width: int = 9) -> dict:
    rng = np.random.default_rng(1)
    shapes = {"first": (width, 6), "bias": (width,), "second": (3, width)}
    return {name: rng.normal(size=shape).astype(np.float32) / 2 for name, shape in shapes.items()}


@cache
def dense() -> np.ndarray:
    """The network's Hessian by reverse over reverse, in float64, in the order of the leaves."""
    params = network()
    names, shapes = sorted(params), {name: np.shape(leaf) for name, leaf in params.items()}
    ends = np.cumsum([np.prod(shapes[name]) for name in names]).astype(int)[:-1]

    def loss(vector):
        parts = zip(names, jnp.split(vector, ends), strict=True)
        return network_loss({name: part.reshape(shapes[name]) for name, part in parts})

    with jax.enable_x64(True):
        vector = np.concatenate([params[name].ravel() for name in names]).astype(np.float64)
        return np.asarray(jax.jit(jax.jacrev(jax.grad(loss)))(vector))


class TestExact:
    VALUES = np.array([-3.0, -1.0, 0.5, 2.0, 4.0, 9.0])

    def test_eigenvalues_of_a_quadratic(self):
        objective, params, basis = quadratic(self.VALUES)
        found = spectrum(objective, params, top=3, bottom=2)
        assert (found.exact, found.size, found.index, found.kind) == (True, 6, 2, "saddle")
        np.testing.assert_allclose(found.top, [9, 4, 2], atol=1e-6)
        np.testing.assert_allclose(found.bottom, [-3, -1], atol=1e-6)
        along = flat(found.top_vectors[0], objective.trained(params))
        np.testing.assert_allclose(abs(along @ basis[:, -1]), 1.0, atol=1e-6)
        assert not found.top_vectors[0]["fixed"].any()
        assert found.gradient_norm == 0.0

    @pytest.mark.parametrize(
        ("values", "index", "kind"),
        [
            ([1.0, 2.0, 3.0], 0, "minimum"),
            ([-1.0, -2.0, -3.0], 3, "maximum"),
            ([-1.0, 0.0, 3.0], 1, "saddle"),
            ([0.0, 2.0, 3.0], 0, "degenerate"),
            ([0.0, -2.0, -3.0], 2, "degenerate"),
            ([0.0, 0.0, 0.0], 0, "degenerate"),
            ([1e-7, 1.0, 1.0], 0, "minimum"),
        ],
    )
    def test_index_and_kind(self, values, index, kind):
        found = spectrum(DIAGONAL, {"x": np.zeros(3, np.float32), "values": np.array(values, np.float32)})
        assert (found.index, found.index_exact, found.kind) == (index, True, kind)

    def test_a_network_in_double(self):
        params = network()
        exact = np.linalg.eigvalsh(dense())
        found = spectrum(NETWORK, params, top=4, bottom=4)
        np.testing.assert_allclose(found.top, exact[::-1][:4], rtol=1e-10)
        np.testing.assert_allclose(found.bottom, exact[:4], rtol=1e-8)
        assert found.index == (exact < 0).sum()
        assert not jax.config.jax_enable_x64
        mean = np.trapezoid(found.density.values * found.density.weights, found.density.values)
        np.testing.assert_allclose(mean, exact.mean(), rtol=1e-3)

    def test_a_loss_that_insists_on_single_precision(self):
        def loss(x):
            return jnp.sum(jnp.array([1.0, 4.0], jnp.float32) * x.astype(jnp.float32) ** 2)

        found = spectrum(Objective.of(loss), np.zeros(2, np.float32))
        np.testing.assert_allclose(found.top, [8, 2], rtol=1e-6)
        assert found.zero > 1e-6

    def test_a_scan_that_carries_single_precision(self):
        def loss(x):
            carry, _ = jax.lax.scan(
                lambda c, _: (c * x[0] + x[1], None), jnp.zeros((), jnp.float32), None, length=2
            )
            return carry**2

        found = spectrum(Objective.of(loss), np.ones(2, np.float32))
        np.testing.assert_allclose(found.top[0] + found.bottom[0], 2 + 8, rtol=1e-5)


class TestLarge:
    def test_both_ends_of_a_quadratic(self):
        values = np.concatenate([[-4.0, -2.5], np.linspace(-0.2, 0.3, 506), [6.0, 11.0]])
        objective, params, basis = quadratic(values)
        found = spectrum(objective, params, top=2, bottom=2, steps=40, probes=3)
        assert not found.exact
        np.testing.assert_allclose(found.top, [11, 6], atol=1e-4)
        np.testing.assert_allclose(found.bottom, [-4, -2.5], atol=1e-4)
        assert (found.residuals < 1.2e-3).all()
        along = flat(found.bottom_vectors[0], objective.trained(params))
        np.testing.assert_allclose(abs(along @ basis[:, 0]), 1.0, atol=1e-4)
        assert found.kind == "saddle"
        assert not found.index_exact
        assert abs(found.index - (values < 0).sum()) < 60

    def test_few_negative_ones_are_counted(self):
        values = np.concatenate([[-4.0, -2.5], np.linspace(1.0, 2.0, 508)])
        objective, params, _ = quadratic(values)
        found = spectrum(objective, params, top=2, bottom=4, steps=30, probes=2)
        assert (found.index, found.index_exact, found.kind) == (2, True, "saddle")

    def test_the_same_seed_gives_the_same(self):
        objective, params, _ = quadratic(np.linspace(1, 2, 510))
        one, two = (
            spectrum(objective, params, top=1, bottom=1, steps=10, probes=2, seed=5) for _ in range(2)
        )
        np.testing.assert_array_equal(one.density.weights, two.density.weights)
        np.testing.assert_array_equal(one.top, two.top)
        assert one.kind == "minimum"


class TestRefused:
    @pytest.mark.parametrize("name", ["top", "bottom", "steps", "probes"])
    def test_numbers_below_one(self, name):
        with pytest.raises(ValueError, match=f"'{name}' of a spectrum is at least 1; got 0"):
            spectrum(Objective.of(jnp.sum), np.ones(3, np.float32), **{name: 0})

    def test_nothing_trained(self):
        with pytest.raises(ValueError, match="needs trained parameters"):
            spectrum(Objective.of(jnp.sum), {"count": np.arange(3)})

    @pytest.mark.parametrize("size", [4, 600])
    def test_weights_that_are_not_numbers(self, size):
        with pytest.raises(ValueError, match="not finite"):
            spectrum(Objective.of(lambda x: jnp.sum(x**3)), np.full(size, np.nan, np.float32))


class TestProduct:
    def test_is_the_hessian_times_a_vector(self):
        params = network()
        objective = NETWORK
        vector = np.random.default_rng(0).normal(size=9 * 10).astype(np.float32)
        found = hessian_product(objective, params)(vector)
        np.testing.assert_allclose(found, dense() @ vector, atol=1e-4)

    def test_gradient_agrees_with_differences(self):
        params = network()
        mask = dict.fromkeys(params, True)
        objective = NETWORK
        along = np.random.default_rng(1).normal(size=90)
        step = 1e-3 * along

        def loss(shift):
            moved = unflat(flat(params, mask) + shift, params, mask)
            return float(network_loss(moved))

        np.testing.assert_allclose(
            gradient(objective, params) @ along, (loss(step) - loss(-step)) / 2e-3, rtol=1e-2
        )

    def test_further_points_compile_nothing_new(self):
        traces = 0

        def loss(x):
            nonlocal traces
            traces += 1
            return jnp.sum(jnp.cos(x))

        objective = Objective.of(loss)
        hessian_product(objective, np.zeros(3, np.float32))(np.ones(3))
        first = traces
        for shift in (1.0, 2.0):
            found = hessian_product(objective, np.full(3, shift, np.float32))(np.ones(3))
            np.testing.assert_allclose(found, -np.cos(shift) * np.ones(3), rtol=1e-5)
        assert traces == first


class TestExtremes:
    def test_are_both_ends(self):
        params = network()
        exact = np.linalg.eigvalsh(dense())
        low, high = extremes(NETWORK, params, steps=80, tolerance=1e-4)
        np.testing.assert_allclose([low, high], exact[[0, -1]], atol=1e-4 * exact[-1])

    def test_over_a_plane(self):
        """x^4 / 12 + y^4 / 12 - z^2 / 2 has the curvatures x^2, y^2 and -1."""
        objective = Objective.of(lambda p: (p["xy"] ** 4).sum() / 12 - p["z"] ** 2 / 2)
        origin = {"xy": np.zeros(2, np.float32), "z": np.float32(0.3)}
        u, v = ({"xy": np.float32(one), "z": np.float32(0)} for one in ([1, 0], [0, 1]))
        places = np.array([[0.5, 2.0], [-3.0, 1.0], [0.0, 0.0], [np.inf, 0.0]])
        seen = []
        found = extremes_at(objective, origin, (u, v), places, on_points=seen.append)
        np.testing.assert_allclose(found.lowest, [-1, -1, -1, np.nan], rtol=1e-5)
        np.testing.assert_allclose(found.highest, [4, 9, 0, np.nan], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(found.ratio[:2], [1 / 4, 1 / 9], rtol=1e-5)
        assert seen == [1, 2, 3, 4]


def test_kinds_depend_on_what_counts_as_zero():
    values = np.array([-1e-9, 1.0])
    assert kind_of(values, 1e-8) == "degenerate"
    assert kind_of(values, 1e-10) == "saddle"


def test_eigenvectors_are_orthonormal_directions():
    params = network()
    objective = NETWORK
    one, two = spectrum(objective, params, top=2, bottom=1).top_vectors
    mask = objective.trained(params)
    products = [inner(one, one, mask), inner(two, two, mask), inner(one, two, mask)]
    np.testing.assert_allclose(products, [1, 1, 0], atol=1e-6)
