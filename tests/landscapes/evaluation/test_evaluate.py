"""The engine against closed forms and NumPy."""

import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.landscapes.evaluation import _program as _program
from ravine.landscapes.evaluation._evaluate import evaluate
from ravine.landscapes.evaluation._trace import traced
from ravine.landscapes.networks._objective import Objective


def points(count: int, k: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (count, k)).astype(np.float32)


def bowl(params) -> jax.Array:
    return jnp.sum((params["weight"] - 1) ** 2) + 3 * jnp.sum(params["bias"] ** 2)


BOWL = Objective.of(bowl)


def vectors(count: int, *, seed: int = 1) -> list[dict[str, np.ndarray]]:
    draws = np.random.default_rng(seed)
    return [
        {"weight": draws.normal(size=(3, 2)).astype(np.float32), "bias": draws.normal(size=2).astype("f4")}
        for _ in range(count)
    ]


def bowl_at(origin, directions, coordinates) -> np.ndarray:
    """The bowl in float64, point by point."""
    losses = []
    for coordinate in coordinates.astype(float):
        moved = {
            name: leaf.astype(float)
            + sum(c * d[name].astype(float) for c, d in zip(coordinate, directions, strict=True))
            for name, leaf in origin.items()
        }
        losses.append(((moved["weight"] - 1) ** 2).sum() + 3 * (moved["bias"] ** 2).sum())
    return np.array(losses)


@pytest.mark.parametrize(("count", "k"), [(1, 0), (1, 1), (64, 2), (131, 3)])
def test_a_bowl(count, k):
    origin, *directions = vectors(1 + k)
    coordinates = points(count, k)
    found = evaluate(BOWL, origin, directions, coordinates)
    assert set(found) == {"train_loss"}
    np.testing.assert_allclose(found["train_loss"], bowl_at(origin, directions, coordinates), rtol=2e-6)


def test_no_points():
    origin, direction = vectors(2)
    found = evaluate(BOWL, origin, [direction], np.zeros((0, 1)))
    assert found["train_loss"].shape == (0,)


def network(traces: list[str]) -> Objective:
    """A perceptron on two sets of examples, its first layer told apart as linear in the parameters."""
    draws = np.random.default_rng(3)
    data = {name: draws.normal(size=(size, 5)).astype(np.float32) for name, size in (("a", 40), ("b", 9))}

    def features(params, data):
        traces.append("features")
        return {name: params["first"] @ x.T + params["shift"][:, None] for name, x in data.items()}

    def measures(params, features, data):
        traces.append("measures")
        outputs = {name: params["second"] @ jnp.tanh(signals) for name, signals in features.items()}
        return {
            "train_loss": jnp.mean(outputs["a"] ** 2),
            "test_loss": jnp.mean(outputs["b"] ** 2),
            "mean": outputs["a"].mean(),
        }

    return Objective(measures=measures, features=features, data=data)


def network_params(seed: int) -> dict[str, np.ndarray]:
    draws = np.random.default_rng(seed)
    shapes = {"first": (6, 5), "shift": (6,), "second": (2, 6)}
    return {name: draws.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def network_at(objective, basis, coordinate) -> dict[str, float]:
    weights = (1.0, *coordinate.astype(float))
    moved = {
        name: sum(w * corner[name].astype(float) for w, corner in zip(weights, basis, strict=True))
        for name in basis[0]
    }
    outputs = {
        name: moved["second"] @ np.tanh(moved["first"] @ x.astype(float).T + moved["shift"][:, None])
        for name, x in objective.data.items()
    }
    return {
        "train_loss": (outputs["a"] ** 2).mean(),
        "test_loss": (outputs["b"] ** 2).mean(),
        "mean": outputs["a"].mean(),
    }


@pytest.mark.parametrize(
    "wanted", [("train_loss",), ("mean", "test_loss"), ("test_loss", "train_loss", "mean")]
)
def test_linear_features_are_those_of_each_point(wanted):
    objective = network([])
    basis, coordinates = [network_params(seed) for seed in range(3)], points(90, 2)
    found = evaluate(objective, basis[0], basis[1:], coordinates, wanted=wanted)
    assert tuple(found) == wanted
    for index, coordinate in enumerate(coordinates):
        at_point = network_at(objective, basis, coordinate)
        for name in wanted:
            assert found[name][index] == pytest.approx(at_point[name], rel=1e-5, abs=1e-6)


def test_the_centre_is_the_origin():
    objective, params = network([]), network_params(0)
    found = evaluate(objective, params, [network_params(1)], np.zeros((1, 1)))
    assert found["train_loss"][0] == pytest.approx(float(objective.loss(params)), rel=1e-6)


def test_everything_is_traced_once():
    traces: list[str] = []
    objective = network(traces)
    evaluate(objective, network_params(0), [network_params(1)], points(50, 1))
    once = len(traces)
    assert once > 0
    for seed in range(3):
        evaluate(objective, network_params(seed), [network_params(seed + 5)], points(50, 1, seed=seed))
    assert len(traces) == once


def test_programs_go_with_their_objective():
    gc.freeze()  # what other tests have left is not looked through
    try:
        objective = network([])
        evaluate(objective, network_params(0), [network_params(1)], points(5, 1))
        before = len(_program._programs)
        del objective
        gc.collect()
        assert len(_program._programs) < before
    finally:
        gc.unfreeze()


@pytest.mark.parametrize(
    ("wanted", "read"), [(("train_loss",), (True, False)), (("test_loss", "mean"), (True, True))]
)
def test_features_that_nothing_wanted_reads_are_left_out(wanted, read):
    objective = network([])
    assert traced(objective, wanted, network_params(0)).read == read
    jitted = Objective(measures=jax.jit(objective.measures), features=objective.features, data=objective.data)
    assert traced(jitted, wanted, network_params(0)).read == read


def test_a_loop_at_each_point():
    def loss(params):
        return jax.lax.fori_loop(0, 3, lambda _, value: value * params["bias"][0], 1.0)

    origin, direction = vectors(2)
    coordinates = points(30, 1)
    found = evaluate(Objective.of(loss), origin, [direction], coordinates)
    cubes = (origin["bias"][0] + coordinates[:, 0] * direction["bias"][0]) ** 3
    np.testing.assert_allclose(found["train_loss"], cubes, rtol=1e-5)


def test_whole_numbers_stay_and_all_else_moves():
    def loss(params):
        return params["count"] * params["mean"].sum()

    origin = {"count": np.int32(3), "mean": np.ones(2, np.float32)}
    direction = {"count": np.int32(5), "mean": np.full(2, 0.5, np.float32)}
    found = evaluate(Objective.of(loss), origin, [direction], np.array([[0.0], [1.0], [-2.0]]))
    assert found["train_loss"].tolist() == [6.0, 9.0, 0.0]


def test_a_loss_without_arrays():
    origin, direction = vectors(2)
    found = evaluate(Objective.of(lambda params: 2.0), origin, [direction], points(3, 1))
    assert found["train_loss"].tolist() == [2.0, 2.0, 2.0]


def test_points_are_counted_as_they_are_done():
    origin, direction = vectors(2)
    said: list[int] = []
    evaluate(BOWL, origin, [direction], points(1000, 1), on_points=said.append)
    assert said == sorted(set(said))
    assert said[-1] == 1000


def wide(params) -> jax.Array:
    """A sum of 300 000 terms that are made one after another: 1.2 MB a point."""
    return jnp.sum(jnp.cumsum(jnp.full(300_000, 1e-6) * params["weight"][0, 0])) * 1e-6


def test_little_memory_changes_no_number():
    origin, direction = vectors(2)
    coordinates = points(6, 1)
    ample = evaluate(Objective.of(wide), origin, [direction], coordinates, memory_mb=4000)
    tight = evaluate(Objective.of(wide), origin, [direction], coordinates, memory_mb=6)
    np.testing.assert_allclose(tight["train_loss"], ample["train_loss"], rtol=1e-5)


def test_too_little_memory_is_said():
    origin, direction = vectors(2)
    with pytest.raises(ValueError, match=r"takes \d+ MB of memory, more than the 1 MB.*--memory \d+\.$"):
        evaluate(Objective.of(wide), origin, [direction], points(6, 1), memory_mb=1)


@pytest.mark.parametrize(
    ("loss", "wanted", "match"),
    [
        (bowl, ("test_loss",), "bowl does not measure 'test_loss'; it measures 'train_loss'."),
        (lambda params: params["weight"], ("train_loss",), r"one number; 'train_loss' of .* \(3, 2\)"),
        (lambda params: (1.0 * params["bias"][0],) * 2, ("train_loss",), "one number"),
        (lambda params: 1j * params["bias"][0], ("train_loss",), "real"),
    ],
)
def test_a_measure_that_is_no_number_is_refused(loss, wanted, match):
    origin, direction = vectors(2)
    with pytest.raises(ValueError, match=match):
        evaluate(Objective.of(loss), origin, [direction], points(3, 1), wanted=wanted)


@pytest.mark.parametrize("shape", [(3, 2), (3, 0)])
def test_coordinates_of_another_number_of_directions(shape):
    origin, direction = vectors(2)
    with pytest.raises(ValueError, match="one coordinate for each"):
        evaluate(BOWL, origin, [direction], np.zeros(shape))


def test_a_direction_of_another_form():
    origin, direction = vectors(2)
    with pytest.raises(ValueError, match="form of the parameters"):
        evaluate(BOWL, origin, [{"weight": direction["weight"]}], points(3, 1))
    with pytest.raises(ValueError, match=r"'bias'.*\(2,\).*\(1,\)"):
        evaluate(BOWL, origin, [{**direction, "bias": np.zeros(1)}], points(3, 1))


class TestOutsideJax:
    def outside(self, calls: list[float]) -> Objective:
        def on_host(weight: np.ndarray) -> np.ndarray:
            calls.append(float(weight[0, 0]))
            return np.float32((weight**2).sum())

        def loss(params):
            shape = jax.ShapeDtypeStruct((), jnp.float32)
            return jax.pure_callback(on_host, shape, params["weight"], vmap_method="sequential")

        return Objective.of(loss)

    def test_each_point_is_evaluated_once(self):
        calls: list[float] = []
        origin, direction = vectors(2)
        coordinates = points(20, 1)
        found = evaluate(self.outside(calls), origin, [direction], coordinates)
        weights = origin["weight"] + coordinates[:, :, None] * direction["weight"]
        np.testing.assert_allclose(found["train_loss"], (weights**2).sum((1, 2)), rtol=1e-5)
        assert len(calls) == 20

    def test_a_mistake_in_the_trace_is_the_users_own(self):
        def loss(params):
            raise LookupError("no such layer")

        origin, direction = vectors(2)
        with pytest.raises(LookupError, match="no such layer"):
            evaluate(Objective.of(loss), origin, [direction], points(3, 1))
