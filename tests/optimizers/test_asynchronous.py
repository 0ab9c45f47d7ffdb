"""Asynchronous methods: recorded runs, a heap's own simulation, and what they are without delay."""

import bisect
import heapq
import json
import math
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.optimizers import HyperparameterError, Sampling, Setting, descend, draws_of, load, names

TESTS = Path(__file__).parents[1]
METHODS = ("adaptive_revision", "async_adagrad", "delayed_sgd", "downpour", "easgd", "hogwild")
SEEDED = tuple(name for name in METHODS if "seed" in load(name).defaults)
STALE = ("adaptive_revision", "async_adagrad", "delayed_sgd")
"""Methods whose workers read both coordinates at once."""

STEPS = 60


class FiniteSum:
    """Least squares on two features."""

    def __init__(self, name):
        facts = json.loads((TESTS / "landscapes/finite_sum_problems.json").read_text("utf-8"))[name]
        self.inputs, self.targets = np.array(facts["X"]), np.array(facts["y"])
        self.start = facts["start"]

    def on_batch(self, point, rows):
        return jnp.mean((jnp.asarray(self.inputs)[rows] @ point - jnp.asarray(self.targets)[rows]) ** 2) / 2

    def loss(self, point):
        return self.on_batch(point, np.arange(len(self.targets)))

    def slope(self, point, rows):
        return self.inputs[rows].T @ (self.inputs[rows] @ point - self.targets[rows]) / len(rows)


PROBLEM = FiniteSum("regression")
ROWS = np.random.default_rng(5).integers(len(PROBLEM.targets), size=(STEPS, 4, 3))
"""Four minibatches of three a step."""


def setting(name, **hyperparameters):
    return Setting(optimizer=load(name), hyperparameters=hyperparameters)


def run(*settings, rows=ROWS, start=PROBLEM.start):
    return descend(
        PROBLEM.loss, settings, start, steps=len(rows), sampling=Sampling(loss=PROBLEM.on_batch, samples=rows)
    )


def workers_of(descent):
    """Where the workers are, one row a step."""
    return np.stack([places for name, places in descent.markers.items() if name.startswith("worker")], axis=1)


ELASTIC = {"eta": "learning_rate", "tau": "period", "delta": "momentum"}
OTHERS = {
    "eta": "learning_rate",
    "gamma": "learning_rate",
    "alpha": "learning_rate",
    "tau": "delay",
    "z0": "initial_accumulator_value",
    "G0": "initial_accumulator_value",
    "n_fetch": "fetch_period",
    "n_push": "push_period",
}
OURS = {"easgd_sync": "easgd", "easgd_async": "easgd", "eamsgd_async": "easgd"}
"""What the files call what we have: of elastic averaging, of the other methods, and the methods."""


class Recorded:
    """A reference file: one run of a method, with its events."""

    def __init__(self, path):
        self.facts = json.loads(path.read_text("utf-8"))
        self.rule = self.facts["rule"]
        self.is_elastic = OURS.get(self.rule) == "easgd"

    @property
    def setting(self):
        keys = ELASTIC if self.is_elastic else OTHERS
        values = {keys.get(key, key): value for key, value in self.facts["hyperparameters"].items()}
        events = {"delays": "delays", "worker_of_event": "order"}
        values |= {ours: self.facts[key] for key, ours in events.items() if key in self.facts}
        values |= {"mode": "sync"} if self.rule == "easgd_sync" else {}
        values = {key: as_tuple(value) for key, value in values.items()}
        return setting(OURS.get(self.rule, self.rule), **values)

    @property
    def loss(self):
        if self.facts["surface"] == "ravine":
            return ravine
        if self.facts["surface"] == "beale":
            return landscapes.load("beale").loss
        return problem(self.facts["surface"]).loss

    @property
    def sampling(self):
        if self.facts["surface"] in ("beale", "ravine"):
            return None
        return Sampling(loss=problem(self.facts["surface"]).on_batch, samples=self.rows)

    @property
    def rows(self):
        if "samples" in self.facts:
            return np.array(self.facts["samples"])[:, None, None]
        if "batches" in self.facts:
            return np.array(self.facts["batches"])[:, None]
        rows = np.array(self.facts["worker_batches"])
        if self.rule == "easgd_sync":
            return rows.swapaxes(0, 1)
        return rows[self.facts["worker_of_event"], np.arange(rows.shape[1])][:, None]


def as_tuple(value):
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value


def ravine(point):
    return (point[0] ** 2 + 50 * point[1] ** 2) / 2


problem = cache(FiniteSum)

FILES = sorted(
    path
    for path in (TESTS / "reference").glob("*__*.json")
    if OURS.get(path.stem.split("__")[0], path.stem.split("__")[0]) in METHODS
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_recorded_runs(path):
    recorded = Recorded(path)
    facts = recorded.facts
    (descent,) = descend(
        recorded.loss, [recorded.setting], facts["start"], steps=facts["steps"], sampling=recorded.sampling
    )
    compared = {"points": descent.points}
    if "worker_points" in facts:
        compared["worker_points"] = workers_of(descent)
    for field, places in compared.items():
        expected = np.array(facts[field])
        assert places.shape == expected.shape
        off = np.linalg.norm(places - expected, axis=-1)
        assert (off <= facts["tolerance"] * (1 + np.linalg.norm(expected, axis=-1))).all(), field
    if "delays" in facts:
        assert descent.series["delay"].tolist() == np.array(facts["delays"]).reshape(100, -1).max(-1).tolist()


def test_every_method_has_a_record():
    assert {Recorded(path).setting.optimizer.name for path in FILES} == set(METHODS)
    assert set(METHODS) == {name for name in names() if load(name).baseline}


WITHOUT_EPS = {"eps": 0.0, "initial_accumulator_value": 1.0}


@pytest.mark.parametrize(
    ("name", "without_delay", "plain"),
    [
        ("hogwild", {"max_delay": 0}, ("sgd", {})),
        ("hogwild", {"workers": 1}, ("sgd", {})),
        ("hogwild", {"delays": (0,)}, ("sgd", {})),
        ("delayed_sgd", {"delay": 0}, ("sgd", {})),
        ("downpour", {"fetch_period": 1, "push_period": 1}, ("sgd", {})),
        ("downpour", {"workers": 1, "fetch_period": 5, "push_period": 1}, ("sgd", {})),
        ("downpour", {"fetch_period": 1, "push_period": 1, "server": "adagrad"}, ("adagrad", {"eps": 1e-8})),
        ("async_adagrad", {"max_delay": 0}, ("adagrad", WITHOUT_EPS)),
        ("async_adagrad", {"workers": 1}, ("adagrad", WITHOUT_EPS)),
        ("adaptive_revision", {"max_delay": 0}, ("adagrad", WITHOUT_EPS)),
        ("adaptive_revision", {"workers": 1}, ("adagrad", WITHOUT_EPS)),
    ],
)
def test_without_delay(name, without_delay, plain):
    counterpart, settings = plain
    delayed, undelayed, expected = run(
        setting(name, learning_rate=0.1),
        setting(name, learning_rate=0.1, **without_delay),
        setting(counterpart, learning_rate=0.1, **settings),
    )
    np.testing.assert_allclose(undelayed.points, expected.points, rtol=1e-12)
    assert not undelayed.series["delay"].any()
    assert delayed.series["delay"].any()
    assert abs(delayed.points - expected.points).max() > 1e-3


@pytest.mark.parametrize("name", METHODS)
def test_controls_have_no_delay(name):
    control = load(name).baseline
    (undelayed,) = run(setting(name, **control))
    assert control.keys() <= load(name).defaults.keys()
    assert not undelayed.series["delay"].any()


def test_equal_delays_are_delayed_sgd():
    hogwild, delayed = run(
        setting("hogwild", learning_rate=0.1, delays=((3, 3),)),
        setting("delayed_sgd", learning_rate=0.1, delay=3),
    )
    np.testing.assert_allclose(hogwild.points, delayed.points, rtol=1e-13)


@pytest.mark.parametrize("delay", [1, 2, 5, 10])
def test_delayed_sgd_is_stable_up_to_its_limit(delay):
    """Levin and May 1976: x -> x - r x_delayed decays up to r = 2 sin(pi / (4 delay + 2))."""
    limit = 2 * math.sin(math.pi / (4 * delay + 2))
    rates = limit * np.array([0.9, 1.1])
    (descent,) = descend(
        lambda point: jnp.sum(point**2) / 2,
        [setting("delayed_sgd", learning_rate=rates, delay=delay)],
        (1.0, -1.0),
        steps=600,
    )
    below, above = abs(descent.points[:, -2 * delay - 2 :]).max((1, 2))
    assert below < 0.1
    assert above > 10


def simulate_reads(name, *, workers, seed, max_delay, rate, rows):
    """A method run on a heap of workers, who look up what was shared at the time of their read."""
    times = iter(np.random.default_rng(seed).exponential(size=workers + len(rows)))
    parts = np.random.default_rng((seed, 1)).uniform(size=(4096, 2)) * (name == "hogwild")
    due = [(next(times), worker, 0.0) for worker in range(workers)]
    heapq.heapify(due)
    start = np.array(PROBLEM.start)
    written, versions = [0.0], [(start, np.zeros(2))]
    z, largest = np.ones(2), np.ones(2)
    for rows_of_event, part in zip(rows[:, 0], parts, strict=False):
        yield versions[-1][0]
        time, worker, begun = heapq.heappop(due)
        at = [bisect.bisect_right(written, begun + p * (time - begun)) - 1 for p in part]
        at = np.maximum(at, len(written) - 1 - max_delay)
        (point, total), read = versions[-1], np.array([versions[k][0][v] for v, k in enumerate(at)])
        slope = PROBLEM.slope(read, rows_of_event)
        if name == "hogwild":
            point = point - rate * slope
        elif name == "async_adagrad":
            z = z + slope**2
            point = point - rate * slope / np.sqrt(z)
        else:
            between, before = total - versions[at[0]][1], rate / np.sqrt(largest)
            z = z + slope**2 + 2 * slope * between
            largest = np.maximum(z, largest)
            after = rate / np.sqrt(largest)
            point = point - after * slope + (before - after) * between
        written.append(time)
        versions.append((point, total + slope))
        heapq.heappush(due, (time + next(times), worker, time))


@pytest.mark.parametrize(("workers", "seed", "max_delay"), [(4, 0, 8), (3, 11, 2), (8, 1, 30)])
@pytest.mark.parametrize("name", ["hogwild", "async_adagrad", "adaptive_revision"])
def test_the_queues_reads(name, workers, seed, max_delay):
    facts = {"workers": workers, "seed": seed, "max_delay": max_delay}
    (descent,) = run(setting(name, learning_rate=0.2, **facts))
    expected = list(simulate_reads(name, rate=0.2, rows=ROWS, **facts))
    np.testing.assert_allclose(descent.points[:-1], expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", STALE)
def test_a_gradient_was_read_its_delay_before(name):
    (descent,) = run(setting(name, learning_rate=0.2))
    steps = np.arange(STEPS)
    delays = descent.series["delay"].astype(int)
    assert (delays <= steps).all()
    np.testing.assert_array_equal(descent.markers["read"][1:], descent.points[steps - delays])


def test_a_torn_read_has_each_coordinate_from_its_own_time():
    (descent,) = run(setting("hogwild", learning_rate=0.2, max_delay=6))
    read, points = descent.markers["read"][1:], descent.points
    ages = [
        [max(k for k in range(min(t, 6) + 1) if points[t - k, v] == read[t, v]) for v in (0, 1)]
        for t in range(STEPS)
    ]
    assert descent.series["delay"].tolist() == np.max(ages, axis=-1).tolist()
    assert len({first - second for first, second in ages}) > 4


@pytest.mark.parametrize("name", ["hogwild", "async_adagrad", "adaptive_revision"])
def test_a_worker_begins_where_it_has_written(name):
    (descent,) = run(setting(name, learning_rate=0.2))
    workers, points = workers_of(descent), descent.points
    moved = (workers[1:] != workers[:-1]).any(-1)
    assert (moved.sum(-1) == 1).all()
    np.testing.assert_array_equal(workers[1:][moved], points[1:])


@pytest.mark.parametrize(("name", "expected"), [("async_adagrad", 3.0), ("hogwild", 2.0)])
def test_the_mean_delay(name, expected):
    """Each of three others writes once in a mean time; of a torn read the longer part is two thirds of it."""
    delays = descend(ravine, [setting(name, learning_rate=1e-6, max_delay=80)], (1.0, 1.0), steps=4000)[
        0
    ].series["delay"]
    assert delays.mean() == pytest.approx(expected, rel=0.1)
    assert 10 < delays.max() < 80


@pytest.mark.parametrize("name", ["hogwild", "async_adagrad", "adaptive_revision"])
@pytest.mark.parametrize("most", [1, 4])
def test_delays_are_bounded(name, most):
    (descent,) = run(setting(name, max_delay=most))
    assert set(descent.series["delay"]) == set(range(most + 1))


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_is_its_run(name):
    runs = run(*(setting(name, learning_rate=0.1, seed=seed) for seed in (0, 0, 1, 2)))
    one, same, other, third = (descent.points for descent in runs)
    np.testing.assert_allclose(one, same, rtol=1e-12)
    assert abs(one - other).max() > 1e-3
    assert abs(one - third).max() > 1e-3
    assert abs(other - third).max() > 1e-3


def test_independent_workers_in_turn():
    """Without springs each worker is SGD on the minibatches that it meets."""
    order = tuple(np.random.default_rng(3).integers(4, size=STEPS).tolist())
    (free,) = run(setting("easgd", learning_rate=0.2, rho=0.0, order=order))
    for worker in range(4):
        own = [step for step, who in enumerate(order) if who == worker]
        (alone,) = run(setting("sgd", learning_rate=0.2), rows=ROWS[own])
        np.testing.assert_allclose(workers_of(free)[-1, worker], alone.points[-1], rtol=1e-12)
    assert (free.points == free.points[0]).all()


def test_independent_workers_side_by_side():
    (free,) = run(setting("easgd", learning_rate=0.2, rho=0.0, mode="sync"))
    for worker in range(4):
        (alone,) = run(setting("sgd", learning_rate=0.2), rows=ROWS[:, worker : worker + 1])
        np.testing.assert_allclose(workers_of(free)[:, worker], alone.points, rtol=1e-12)
    assert (free.points == free.points[0]).all()


@pytest.mark.parametrize("mode", ["async", "sync"])
def test_a_free_worker_with_momentum_is_nesterovs(mode):
    free, nesterov = run(
        setting("easgd", learning_rate=0.02, alpha=0.0, momentum=0.8, workers=1, mode=mode),
        setting("nesterov", learning_rate=0.02, momentum=0.8),
    )
    np.testing.assert_allclose(workers_of(free)[:, 0], nesterov.points, rtol=1e-12)


@pytest.mark.parametrize("mode", ["async", "sync"])
def test_springs_pull_both_ends_alike(mode):
    (springs,) = run(setting("easgd", learning_rate=0.0, alpha=0.2, mode=mode, spread=2.0))
    together = workers_of(springs).sum(1) + springs.points
    np.testing.assert_allclose(together, np.broadcast_to(together[0], together.shape), rtol=1e-12)
    apart = np.linalg.norm(workers_of(springs) - springs.points[:, None], axis=-1).max(-1)
    assert apart[-1] < 0.25 * apart[0]


def test_workers_that_see_the_same_stay_together():
    together, around = descend(
        ravine,
        [
            setting("easgd", learning_rate=0.01, mode="sync"),
            setting("easgd", learning_rate=0.01, mode="sync", spread=0.5),
        ],
        (-4.0, 1.0),
        steps=20,
    )
    assert (workers_of(together) == workers_of(together)[:, :1]).all()
    first = workers_of(around)[0]
    np.testing.assert_allclose(first.mean(0), (-4.0, 1.0))
    np.testing.assert_allclose(np.linalg.norm(first - first.mean(0), axis=-1), 0.5)
    np.testing.assert_array_equal(around.points[0], (-4.0, 1.0))


@pytest.mark.parametrize(
    ("given", "alpha", "beta"),
    [
        ({}, 0.9 / 4, 0.9),
        ({"beta": 0.5}, 0.5 / 4, 0.5),
        ({"rho": 2.0}, 2.0 * 0.1, 4 * 2.0 * 0.1),
        ({"rho": 2.0, "alpha": 0.15}, 0.15, 4 * 0.15),
        ({"alpha": 0.15, "beta": 0.4}, 0.15, 0.4),
    ],
)
def test_rounds_of_elastic_averaging(given, alpha, beta):
    """Zhang et al. 2015, equations 5 and 6, with the momentum of their equation for EAMSGD."""
    (descent,) = run(setting("easgd", mode="sync", learning_rate=0.1, momentum=0.5, period=3, **given))
    x, v, centre = np.tile(np.array(PROBLEM.start), (4, 1)), np.zeros((4, 2)), np.array(PROBLEM.start)
    for step in range(STEPS):
        np.testing.assert_allclose(descent.points[step], centre, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(workers_of(descent)[step], x, rtol=1e-11, atol=1e-12)
        slopes = np.array([PROBLEM.slope(x[i] + 0.5 * v[i], ROWS[step, i]) for i in range(4)])
        v = 0.5 * v - 0.1 * slopes
        meets = step % 3 == 0
        x, centre = (
            x + v - meets * alpha * (x - centre),
            (1 - meets * beta) * centre + meets * beta * x.mean(0),
        )


@pytest.mark.parametrize(("mode", "a_step"), [("async", 1), ("sync", 3)])
def test_gradients_of_all_workers_count(mode, a_step):
    chosen = setting("easgd", mode=mode, workers=3)
    (descent,) = run(chosen)
    assert draws_of(chosen) == a_step
    counted = np.arange(STEPS + 1)[:, None] * np.array([0, a_step, 0])
    np.testing.assert_array_equal(descent.evaluations, counted)


@pytest.mark.parametrize("name", METHODS)
def test_lanes_are_single_runs(name):
    rates, starts = np.array([0.03, 0.1, 0.2]), np.array([(1.0, 2.0), (-3.0, 0.5), (0.0, -1.0)])
    (lanes,) = run(setting(name, learning_rate=rates), start=starts)
    for lane, (rate, start) in enumerate(zip(rates, starts, strict=True)):
        (single,) = run(setting(name, learning_rate=float(rate)), start=start)
        np.testing.assert_allclose(lanes.points[lane], single.points, rtol=1e-13)
        np.testing.assert_array_equal(lanes.series["delay"][lane], single.series["delay"])


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_states_keep_their_types(name, dtype):
    with jax.enable_x64(dtype is np.float64):
        process = load(name).rule()
        before = process.init(jnp.zeros(2, dtype))
        after = jax.eval_shape(lambda state: process.step(state, lambda point, draw=0: point), before)
    assert jax.tree.map(lambda a: (a.shape, a.dtype), before) == jax.tree.map(
        lambda a: (a.shape, a.dtype), after
    )
    assert {leaf.dtype for leaf in jax.tree.leaves(before)} == {np.dtype(dtype), np.dtype(np.int32)}


@pytest.mark.parametrize(
    ("name", "wrong", "problem"),
    [
        ("hogwild", {"workers": 0}, "be a whole number, at least 1; got 0."),
        ("hogwild", {"max_delay": -1}, "be a whole number, from 0 to 10000; got -1."),
        ("hogwild", {"delays": ((0, 9),)}, "hold whole numbers from 0 to 8; got 9."),
        ("async_adagrad", {"delays": (0.5,)}, "hold whole numbers from 0 to 8; got 0.5."),
        ("adaptive_revision", {"seed": -1}, "be a whole number, at least 0; got -1."),
        ("delayed_sgd", {"delay": -2}, "be a whole number, at least 0; got -2."),
        ("downpour", {"fetch_period": 0}, "be a whole number, at least 1; got 0."),
        ("downpour", {"push_period": 0}, "be a whole number, at least 1; got 0."),
        ("downpour", {"server": "adam"}, "be sgd or adagrad; got 'adam'."),
        ("downpour", {"order": (3,)}, "hold whole numbers from 0 to 2; got 3."),
        ("easgd", {"mode": "both"}, "be async or sync; got 'both'."),
        ("easgd", {"period": 0}, "be a whole number, at least 1; got 0."),
        ("easgd", {"worker_starts": ((0.0, 1.0),)}, "hold 4 points, one a worker; got ((0.0, 1.0),)."),
        ("easgd", {"worker_starts": (0.0,) * 4}, "hold 4 points, one a worker; got (0.0, 0.0, 0.0, 0.0)."),
    ],
)
def test_wrong_hyperparameters(name, wrong, problem):
    (key,) = wrong
    with pytest.raises(HyperparameterError) as raised:
        load(name).rule(**wrong)
    assert str(raised.value) == f"{key} of {name} must {problem}"
