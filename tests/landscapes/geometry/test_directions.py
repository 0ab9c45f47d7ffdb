"""Filter-normalised directions: Li et al.'s statements L2 and L3."""

import equinox as eqx
import jax
import numpy as np
import pytest

from ravine.core.pytree import plus
from ravine.landscapes.evaluation import evaluate
from ravine.landscapes.geometry._planes import filter_normalised
from ravine.landscapes.networks import Problem, load, load_data

KEY = jax.random.key(0)


def layers(seed: int = 0) -> dict:
    rng = np.random.default_rng(seed)
    shapes = {
        "dense": (5, 7),
        "kernel": (4, 3, 2, 2),
        "pieces": (3, 2, 6),
        "bias": (5,),
        "scale": (),
        "mean": (4, 2),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


MASK = {"dense": True, "kernel": True, "pieces": True, "bias": True, "scale": True, "mean": False}


def filters(weights: np.ndarray) -> np.ndarray:
    return np.linalg.norm(weights.reshape(len(weights), -1).astype(np.float64), axis=1)


@pytest.mark.parametrize("name", ["dense", "kernel", "pieces"])
def test_filters_are_as_long_as_the_weights_own(name):
    weights = layers()
    direction = filter_normalised(KEY, weights, MASK)
    assert direction[name].shape == weights[name].shape
    assert direction[name].dtype == np.float32
    np.testing.assert_allclose(filters(direction[name]), filters(weights[name]), rtol=1e-6)


@pytest.mark.parametrize("name", ["bias", "scale", "mean"])
def test_other_leaves_do_not_move(name):
    assert not np.any(filter_normalised(KEY, layers(), MASK)[name])


def test_normalised_directions_follow_li_s_formula():
    weights = layers()
    plain = filter_normalised(KEY, jax.tree.map(np.ones_like, weights), MASK)["kernel"].astype(np.float64)
    unit = plain / filters(plain)[:, None, None, None]
    expected = unit * filters(weights["kernel"])[:, None, None, None]
    np.testing.assert_allclose(filter_normalised(KEY, weights, MASK)["kernel"], expected, rtol=1e-5)


def test_a_filter_of_zeros_stays():
    weights = layers()
    weights["dense"][2] = 0.0
    direction = filter_normalised(KEY, weights, MASK)
    assert not direction["dense"][2].any()
    assert np.isfinite(direction["dense"]).all()


def test_directions_are_normal_and_of_their_key():
    weights = {"w": np.ones((400, 50), np.float32)}
    one, same, other = (
        filter_normalised(jax.random.key(seed), weights, {"w": True})["w"].ravel() for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)
    # Of each filter's 50 numbers only the length is known: the fourth moment is 3 * 50 / 52.
    np.testing.assert_allclose(np.mean(one.astype(np.float64) ** 4), 3 * 50 / 52, rtol=0.1)


class TestRescaling:
    """A ReLU network without biases is the same function with one layer times c and the next by 1 / c."""

    INPUTS = np.random.default_rng(3).normal(size=(50, 6)).astype(np.float32)
    TARGETS = np.random.default_rng(4).normal(size=(50, 2)).astype(np.float32)

    def network(self, scale: float) -> dict:
        rng = np.random.default_rng(5)
        first, second = rng.normal(size=(9, 6)), rng.normal(size=(2, 9))
        return {"first": np.float32(first * scale), "second": np.float32(second / scale)}

    def loss(self, params: dict) -> float:
        hidden = np.maximum(self.INPUTS @ params["first"].T, 0.0)
        return float(np.mean((hidden @ params["second"].T - self.TARGETS) ** 2))

    def surface(self, params: dict, u: dict, v: dict) -> np.ndarray:
        ticks = np.linspace(-1.0, 1.0, 5)
        return np.array([[self.loss(plus(plus(params, u, x), v, y)) for x in ticks] for y in ticks])

    @pytest.mark.parametrize("scale", [0.1, 8.0])
    def test_leaves_the_normalised_surface_unchanged(self, scale):
        mask = {"first": True, "second": True}
        surfaces = []
        for params in (self.network(1.0), self.network(scale)):
            u, v = (filter_normalised(jax.random.key(seed), params, mask) for seed in (1, 2))
            surfaces.append(self.surface(params, u, v))
        np.testing.assert_allclose(surfaces[0], surfaces[1], rtol=1e-4)
        assert np.ptp(surfaces[0]) > 0.1

    def test_leaves_that_of_the_digits_network_unchanged(self):
        problem = Problem(network=load("mlp"), data=load_data("digits"))
        model = problem.start(0)
        objective, ticks = problem.objective("inference"), np.linspace(-1.0, 1.0, 5)
        grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
        surfaces = []
        for scale in (1.0, 8.0):
            layers = [
                eqx.tree_at(
                    lambda one: (one.weight, one.bias),
                    layer,
                    (layer.weight * np.float32(factor), np.zeros_like(layer.bias)),
                )
                for layer, factor in zip(model.layers, (scale, 1 / scale), strict=True)
            ]
            params = eqx.tree_at(lambda net: net.layers, model, tuple(layers))
            mask = objective.trained(params)
            directions = [filter_normalised(jax.random.key(seed), params, mask) for seed in (1, 2)]
            surfaces.append(evaluate(objective, params, directions, grid)["train_loss"])
        np.testing.assert_allclose(surfaces[0], surfaces[1], rtol=1e-4)
        assert np.ptp(surfaces[0]) > 0.1

    def test_changes_the_surface_along_a_plain_direction(self):
        rng = np.random.default_rng(6)
        u, v = (
            {name: np.float32(rng.normal(size=leaf.shape)) for name, leaf in self.network(1.0).items()}
            for _ in "uv"
        )
        one, other = (self.surface(self.network(scale), u, v) for scale in (1.0, 8.0))
        assert np.abs(one - other).max() > 0.1 * np.abs(one).max()
