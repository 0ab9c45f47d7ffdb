import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.landscapes import Landscape

PROBLEMS = json.loads(Path(__file__).with_name("finite_sum_problems.json").read_text("utf-8"))
PUBLISHED = {
    "linear_regression": "regression",
    "logistic_regression": "logistic",
    "sparse_regression": "sparse",
}
NAMES = replace(landscapes.catalogue, package="ravine.landscapes.finite_sum").names()
LOGISTIC = {"logistic_regression": 0.01, "noisy_moons": 0.0}


def expected_losses(name: str, points: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The loss at each point, by the textbook."""
    outputs = points @ inputs.T
    if name not in LOGISTIC:
        return ((outputs - targets) ** 2).mean(1) / 2
    return np.logaddexp(0.0, -targets * outputs).mean(1) + LOGISTIC[name] / 2 * (points**2).sum(1)


def expected_slopes(name: str, point: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> tuple:
    """The gradient and the Hessian at a point, by the textbook."""
    outputs = inputs @ point
    if name not in LOGISTIC:
        return inputs.T @ (outputs - targets) / len(targets), inputs.T @ inputs / len(targets)
    wrong = 1.0 / (1.0 + np.exp(targets * outputs))
    gradient = -inputs.T @ (targets * wrong) / len(targets) + LOGISTIC[name] * point
    hessian = (inputs.T * (wrong * (1.0 - wrong))) @ inputs / len(targets) + LOGISTIC[name] * np.eye(2)
    return gradient, hessian


def random_points(landscape: Landscape, count: int = 50) -> np.ndarray:
    low, high = np.transpose(landscape.domain)
    return np.random.default_rng(1).uniform(low, high, (count, 2))


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    examples = landscapes.load(name).examples
    return examples.inputs, examples.targets


quick = partial(fast_compile_jit, options=RUN_ONCE)


@cache
def derivatives(name: str) -> Callable[[np.ndarray], tuple[jax.Array, jax.Array, jax.Array]]:
    """The loss, its gradient and its Hessian."""
    loss = landscapes.load(name).loss
    return quick(lambda point: (*jax.value_and_grad(loss)(point), jax.hessian(loss)(point)))


@pytest.mark.parametrize("name", PUBLISHED)
class TestPublished:
    def test_examples(self, name):
        problem, (inputs, targets) = PROBLEMS[PUBLISHED[name]], data(name)
        np.testing.assert_array_equal(inputs, problem["X"])
        np.testing.assert_array_equal(targets, problem["y"])

    def test_facts(self, name):
        problem, landscape = PROBLEMS[PUBLISHED[name]], landscapes.load(name)
        assert landscape.start == tuple(problem["start"])
        np.testing.assert_allclose(landscape.minima, [problem["minimum"]], rtol=1e-12)
        np.testing.assert_allclose(landscape.lowest, problem["f_min"], rtol=1e-12)

    def test_loss_at_the_minimum(self, name):
        problem = PROBLEMS[PUBLISHED[name]]
        with jax.enable_x64(True):
            lowest, *_ = derivatives(name)(np.array(problem["minimum"]))
        np.testing.assert_allclose(lowest, problem["f_min"], rtol=1e-12)

    def test_curvature(self, name):
        """The file gives that of the linear problem: the features' second moments."""
        problem = PROBLEMS[PUBLISHED[name]]
        if name in LOGISTIC:
            # Where all outputs are 0 the logistic loss has a quarter of the linear problem's curvature.
            scale, point, penalty = 0.25, (0.0, 0.0), 0.01
        else:
            scale, point, penalty = 1.0, problem["minimum"], 0.0
        with jax.enable_x64(True):
            hessian = derivatives(name)(np.array(point))[2]
        eigenvalues = scale * np.array(problem["hessian_eigenvalues_linear"]) + penalty
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), eigenvalues, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
class TestEvery:
    def test_loss_is_the_mean_over_all_examples(self, name):
        landscape = landscapes.load(name)
        points = random_points(landscape)
        with jax.enable_x64(True):
            found = [float(derivatives(name)(point)[0]) for point in points]
        np.testing.assert_allclose(found, expected_losses(name, points, *data(name)), rtol=1e-12)

    def test_batches(self, name):
        rows = [3, 1, 4, 1, 5, 9]
        landscape = landscapes.load(name)
        points = random_points(landscape, 5)
        inputs, targets = (part[rows] for part in data(name))
        with jax.enable_x64(True):
            slopes = jax.vmap(jax.value_and_grad(landscape.examples.batch_loss), in_axes=(0, None))
            losses, gradients = quick(slopes)(points, np.array(rows))
        np.testing.assert_allclose(losses, expected_losses(name, points, inputs, targets), rtol=1e-12)
        expected = [expected_slopes(name, point, inputs, targets)[0] for point in points]
        np.testing.assert_allclose(gradients, expected, rtol=1e-11, atol=1e-13)

    def test_derivatives(self, name):
        landscape = landscapes.load(name)
        for point in ((0.0, 0.0), landscape.start, *landscape.minima):
            with jax.enable_x64(True):
                _, gradient, hessian = derivatives(name)(np.array(point))
            expected = expected_slopes(name, np.array(point), *data(name))
            np.testing.assert_allclose(gradient, expected[0], rtol=1e-11, atol=1e-15)
            np.testing.assert_allclose(hessian, expected[1], rtol=1e-11)

    def test_the_minimum_is_one(self, name):
        landscape = landscapes.load(name)
        (minimum,) = landscape.minima
        gradient, hessian = expected_slopes(name, np.array(minimum), *data(name))
        np.testing.assert_allclose(np.linalg.solve(hessian, gradient), 0.0, atol=1e-12)
        assert (np.linalg.eigvalsh(hessian) > 0.0).all()
        lowest = expected_losses(name, np.array([minimum]), *data(name))
        np.testing.assert_allclose(landscape.lowest, lowest, rtol=1e-12)
        assert landscape.contains(minimum)
        (x0, x1), (y0, y1) = landscape.window
        assert x0 < minimum[0] < x1
        assert y0 < minimum[1] < y1

    def test_far_points_are_finite_in_both_precisions(self, name):
        for point in ((1e4, -1e4), (-1e4, 1e4), (1e-30, 1e-30)):
            for wide in (True, False):
                with jax.enable_x64(wide):
                    value, gradient, _ = derivatives(name)(np.array(point))
                assert value.dtype == (np.float64 if wide else np.float32)
                assert np.isfinite([value, *gradient]).all()

    def test_held_out_rows_are_of_the_same_kind_but_others(self, name):
        landscape = landscapes.load(name)
        inputs, _ = data(name)
        others, their_targets = landscape.examples.held_out
        assert len(others) == len(their_targets) >= len(inputs)
        assert not set(map(tuple, inputs)) & set(map(tuple, others))
        alike = 0.4 if len(inputs) >= 64 else 0.8
        moments, theirs = inputs.T @ inputs / len(inputs), others.T @ others / len(others)
        np.testing.assert_allclose(np.diag(theirs), np.diag(moments), rtol=alike)

    def test_facts_read_from_the_source(self, name):
        facts = landscapes.catalogue.facts(name)
        assert "examples" not in facts
        assert facts["minima"] == landscapes.load(name).minima


def drawn_linear(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    inputs = rng.normal(size=(64, 2)) @ np.array([[1.1, 0.0], [0.3, 0.35]]).T
    return inputs, inputs @ [1.4, -1.8] + 0.3 * rng.normal(size=64)


def drawn_logistic(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    inputs = rng.normal(size=(64, 2)) @ np.array([[1.35, 0.0], [0.5, 0.4]]).T
    likely = 1.0 / (1.0 + np.exp(-inputs @ [3.0, -2.0]))
    return inputs, np.where(rng.random(64) < likely, 1.0, -1.0)


def drawn_sparse(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    kinds = rng.choice(3, size=64, p=(11 / 16, 3 / 16, 2 / 16))
    present = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])[kinds]
    inputs = rng.normal(1.0, 0.27, size=(64, 2)) * present
    return inputs, inputs @ [1.0, 2.0] + 0.1 * rng.normal(size=64)


def drawn_moons(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    angles = np.linspace(0.0, np.pi, 100)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.stack([1.0 - np.cos(angles), 0.5 - np.sin(angles)], axis=1)
    both = np.concatenate([upper, lower]) + 0.25 * rng.normal(size=(2, 200, 2))
    return both.reshape(400, 2), np.tile(np.repeat([-1.0, 1.0], 100), 2)


def drawn_small_sample(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    first = rng.normal(size=110)
    inputs = np.stack([first, first + 0.5 * rng.normal(size=110)], axis=1)
    return inputs, inputs.sum(axis=1) + 0.7 * rng.normal(size=110)


@pytest.mark.parametrize(
    ("name", "drawn", "seed", "everything"),
    [
        ("linear_regression", drawn_linear, 1, False),
        ("logistic_regression", drawn_logistic, 1, False),
        ("sparse_regression", drawn_sparse, 1, False),
        ("noisy_moons", drawn_moons, 14, True),
        ("small_sample_regression", drawn_small_sample, 5, True),
    ],
)
def test_data_are_drawn_as_documented(name, drawn, seed, everything):
    examples = landscapes.load(name).examples
    inputs, targets = examples.held_out
    if everything:
        inputs = np.concatenate([examples.inputs, inputs])
        targets = np.concatenate([examples.targets, targets])
    expected = drawn(np.random.default_rng(seed))
    np.testing.assert_allclose(inputs, expected[0], atol=6e-7)
    np.testing.assert_allclose(targets, expected[1], atol=6e-7)


class TestNoisyMoons:
    def test_as_in_the_original(self):
        landscape = landscapes.load("noisy_moons")
        assert landscape.start == (-0.35, 1.3)
        assert landscape.window == ((-2.0, 5.0), (-5.0, 2.0))
        np.testing.assert_allclose(landscape.minima, [(1.4, -3.2)], atol=0.05)

    def test_accuracy_is_the_share_told_rightly(self):
        landscape = landscapes.load("noisy_moons")
        (accuracy,) = landscape.measures.values()
        inputs, targets = data("noisy_moons")
        for x, y in (landscape.start, *landscape.minima, *random_points(landscape, 5).tolist()):
            rightly = [(x * a + y * b > 0.0) == (c > 0.0) for (a, b), c in zip(inputs, targets, strict=True)]
            with jax.enable_x64(True):
                assert accuracy(jnp.array([x, y])) == sum(rightly) / 200

    def test_without_weights_nothing_is_told(self):
        (accuracy,) = landscapes.load("noisy_moons").measures.values()
        assert accuracy(jnp.zeros(2)) == 0.0

    def test_the_start_is_mostly_wrong_and_the_minimum_mostly_right(self):
        landscape = landscapes.load("noisy_moons")
        accuracy = landscape.measures["accuracy"]
        assert accuracy(jnp.array(landscape.start)) < 0.2
        assert accuracy(jnp.array(landscape.minima[0])) > 0.8


class TestSmallSample:
    def test_the_mark_is_best_on_held_out_examples(self):
        landscape = landscapes.load("small_sample_regression")
        ((place, _),) = landscape.marks
        best, *_ = np.linalg.lstsq(*landscape.examples.held_out)
        np.testing.assert_allclose(place, best, rtol=1e-12)

    def test_descent_overfits(self):
        """The held-out loss falls to a fraction, and more than doubles again while the loss still falls."""
        landscape = landscapes.load("small_sample_regression")
        inputs, targets = data("small_sample_regression")
        point, path = np.array(landscape.start), []
        for _ in range(201):
            path.append(point)
            point = point - 0.3 * inputs.T @ (inputs @ point - targets) / len(targets)
        losses = expected_losses("small_sample_regression", np.array(path), inputs, targets)
        held_out = expected_losses("small_sample_regression", np.array(path), *landscape.examples.held_out)
        best = held_out.argmin()
        assert (np.diff(losses) < 0.0).all()
        assert 20 < best < 60
        assert (np.diff(held_out[: best + 1]) < 0.0).all()
        assert held_out[best] < 0.2 * held_out[0]
        assert held_out[-1] > 2.5 * held_out[best]
        assert landscapes.stopping_step(held_out, patience=10) == best + 10
