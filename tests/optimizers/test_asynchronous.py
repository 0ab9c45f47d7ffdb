"""Asynchronous methods beside a heap's own simulation, and what they are without delay."""

import bisect
import heapq
import json
import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

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


@pytest.fixture(scope="module")
def defaults():
    """Each method as it is but for its rate."""
    return dict(zip(METHODS, run(*(setting(name, learning_rate=0.2) for name in METHODS)), strict=True))


def workers_of(descent):
    """Where the workers are: of each lane, one row a step."""
    return np.stack(
        [places for name, places in descent.markers.items() if name.startswith("worker")], axis=-2
    )


def ravine(point):
    return (point[0] ** 2 + 50 * point[1] ** 2) / 2


def test_every_method_with_workers_says_what_it_is_without_delay():
    assert set(METHODS) == {name for name in names() if load(name).baseline}


WITHOUT_EPS = {"eps": 0.0, "initial_accumulator_value": 1.0}
WITHOUT_DELAY = (
    ("hogwild", {"max_delay": 0}, ("sgd", {})),
    ("hogwild", dict(load("hogwild").baseline), ("sgd", {})),
    ("delayed_sgd", dict(load("delayed_sgd").baseline), ("sgd", {})),
    ("downpour", dict(load("downpour").baseline), ("sgd", {})),
    ("downpour", {"workers": 1, "fetch_period": 5, "push_period": 1}, ("sgd", {})),
    ("downpour", {"fetch_period": 1, "push_period": 1, "server": "adagrad"}, ("adagrad", {"eps": 1e-8})),
    ("async_adagrad", dict(load("async_adagrad").baseline), ("adagrad", WITHOUT_EPS)),
    ("adaptive_revision", dict(load("adaptive_revision").baseline), ("adagrad", WITHOUT_EPS)),
)


@pytest.fixture(scope="module")
def undelayed():
    """Every case above and its other rule, by their texts."""
    cases = {str(case): case for name, facts, plain in WITHOUT_DELAY for case in ((name, facts), plain)}
    ran = run(*(setting(name, learning_rate=0.2, **facts) for name, facts in cases.values()))
    return dict(zip(cases, ran, strict=True))


@pytest.mark.parametrize("row", WITHOUT_DELAY, ids=str)
def test_without_delay_a_method_is_that_of_one_worker(row, undelayed, defaults):
    name, facts, plain = row
    found, expected = undelayed[str((name, facts))], undelayed[str(plain)]
    np.testing.assert_allclose(found.points, expected.points, rtol=1e-12)
    assert not found.series["delay"].any()
    assert defaults[name].series["delay"].any()
    assert abs(defaults[name].points - expected.points).max() > 1e-3


def test_controls_have_no_delay(undelayed, elastic):
    baselines = {name: load(name).baseline for name in METHODS}
    assert baselines["easgd"] == {"mode": "sync"}
    others = [undelayed[str((name, dict(facts)))] for name, facts in baselines.items() if name != "easgd"]
    for descent in (elastic["sync"], *others):
        record = descent.setting.optimizer
        assert record.baseline.keys() <= record.defaults.keys(), record.name
        assert not descent.series["delay"].any(), record.name


def test_equal_delays_are_delayed_sgd():
    hogwild, delayed = run(
        setting("hogwild", learning_rate=0.1, delays=((3, 3),)),
        setting("delayed_sgd", learning_rate=0.1, delay=3),
    )
    np.testing.assert_allclose(hogwild.points, delayed.points, rtol=1e-13)


def test_delayed_sgd_is_stable_up_to_its_limit():
    """Levin and May 1976: x -> x - r x_delayed decays up to r = 2 sin(pi / (4 delay + 2))."""
    delays = (1, 5)
    rates = [2 * math.sin(math.pi / (4 * delay + 2)) * np.array([0.9, 1.1]) for delay in delays]
    runs = descend(
        lambda point: jnp.sum(point**2) / 2,
        [
            setting("delayed_sgd", learning_rate=rate, delay=delay)
            for rate, delay in zip(rates, delays, strict=True)
        ],
        (1.0, -1.0),
        steps=600,
    )
    for delay, descent in zip(delays, runs, strict=True):
        below, above = abs(descent.points[:, -2 * delay - 2 :]).max((1, 2))
        assert below < 0.1, delay
        assert above > 10, delay


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


QUEUED = ("hogwild", "async_adagrad", "adaptive_revision")
"""Methods whose workers wait for nobody."""


@pytest.fixture(scope="module")
def queues():
    """Methods with queues of several lengths, each with its facts."""
    lengths = ((4, 0, 4), (3, 11, 1), (8, 1, 30))
    cases = [
        (name, dict(zip(("workers", "seed", "max_delay"), each, strict=True)))
        for name, some in zip(QUEUED, (lengths[:2], lengths[1:2], lengths[2:]), strict=True)
        for each in some
    ]
    runs = run(*(setting(name, learning_rate=0.2, **facts) for name, facts in cases))
    return [(*case, descent) for case, descent in zip(cases, runs, strict=True)]


def test_queues_reads_are_those_of_a_heap(queues):
    for name, facts, descent in queues:
        expected = list(simulate_reads(name, rate=0.2, rows=ROWS, **facts))
        np.testing.assert_allclose(
            descent.points[:-1], expected, rtol=1e-11, atol=1e-12, err_msg=f"{name} {facts}"
        )


def test_a_gradient_was_read_its_delay_before(defaults):
    steps = np.arange(STEPS)
    for name in STALE:
        descent = defaults[name]
        delays = descent.series["delay"].astype(int)
        assert (delays <= steps).all(), name
        np.testing.assert_array_equal(descent.markers["read"][1:], descent.points[steps - delays])


def test_a_torn_read_has_each_coordinate_from_its_own_time(defaults):
    descent = defaults["hogwild"]
    most = descent.setting.complete["max_delay"]
    read, points = descent.markers["read"][1:], descent.points
    ages = [
        [max(k for k in range(min(t, most) + 1) if points[t - k, v] == read[t, v]) for v in (0, 1)]
        for t in range(STEPS)
    ]
    assert descent.series["delay"].tolist() == np.max(ages, axis=-1).tolist()
    assert len({first - second for first, second in ages}) > 4


def test_a_worker_begins_where_it_has_written(defaults):
    for descent in (defaults[name] for name in QUEUED):
        workers, points = workers_of(descent), descent.points
        moved = (workers[1:] != workers[:-1]).any(-1)
        assert (moved.sum(-1) == 1).all(), descent.label
        np.testing.assert_array_equal(workers[1:][moved], points[1:])


def test_mean_delay_is_that_of_exponential_times():
    """Each of three others writes once in a mean time; of a torn read the longer part is two thirds of it."""
    expected = {"async_adagrad": 3.0, "hogwild": 2.0}
    settings = [setting(name, learning_rate=1e-6, max_delay=80) for name in expected]
    for mean, descent in zip(
        expected.values(), descend(ravine, settings, (1.0, 1.0), steps=4000), strict=True
    ):
        delays = descent.series["delay"]
        assert delays.mean() == pytest.approx(mean, rel=0.1)
        assert 10 < delays.max() < 80


def test_delays_stay_within_their_bound(queues):
    bounded = [(name, facts["max_delay"], descent) for name, facts, descent in queues]
    for name, most, descent in (queue for queue in bounded if queue[1] in (1, 4)):
        assert set(descent.series["delay"]) == set(range(most + 1)), name


def test_another_seed_of_a_method_is_another_run(defaults):
    """Those with queues are compared with a heap that takes the times of their seeds, above."""
    assert {load(name).defaults["seed"] for name in SEEDED} == {0}
    others = [name for name in SEEDED if name not in QUEUED]
    for name, other in zip(
        others, run(*(setting(name, learning_rate=0.2, seed=1) for name in others)), strict=True
    ):
        assert abs(defaults[name].points - other.points).max() > 1e-3, name


FREE, FAST, SPRINGS = range(3)
ORDER = tuple(np.random.default_rng(3).permutation(np.arange(STEPS) % 4).tolist())


@pytest.fixture(scope="module")
def elastic():
    """Workers without springs, those with momentum too, and springs alone: lanes of one run in each mode."""
    lanes = {
        "learning_rate": np.array([0.2, 0.02, 0.0]),
        "momentum": np.array([0.0, 0.8, 0.0]),
        "alpha": np.array([0.0, 0.0, 0.2]),
        "spread": np.array([0.0, 0.0, 2.0]),
    }
    modes = {"async": {"order": ORDER}, "sync": {}}
    runs = run(*(setting("easgd", mode=mode, **lanes, **facts) for mode, facts in modes.items()))
    return dict(zip(modes, runs, strict=True))


def nesterov(batches, *, rate, momentum):
    """Where a worker of its own goes on the minibatches that it meets; SGD without momentum."""
    point, velocity = np.array(PROBLEM.start), np.zeros(2)
    yield point
    for rows in batches:
        velocity = momentum * velocity - rate * PROBLEM.slope(point + momentum * velocity, rows)
        point = point + velocity
        yield point


@pytest.mark.parametrize(("lane", "rate", "momentum"), [(FREE, 0.2, 0.0), (FAST, 0.02, 0.8)])
def test_workers_without_springs_are_on_their_own(lane, rate, momentum, elastic):
    in_turn, side_by_side = (workers_of(elastic[mode])[lane] for mode in ("async", "sync"))
    for worker in range(4):
        own = [step for step, who in enumerate(ORDER) if who == worker]
        *_, last = nesterov(ROWS[own, 0], rate=rate, momentum=momentum)
        np.testing.assert_allclose(in_turn[-1, worker], last, rtol=1e-12)
        expected = list(nesterov(ROWS[:, worker], rate=rate, momentum=momentum))
        np.testing.assert_allclose(side_by_side[:, worker], expected, rtol=1e-12)
    for descent in elastic.values():
        assert (descent.points[lane] == descent.points[lane, 0]).all()


def test_springs_pull_both_ends_alike(elastic):
    for descent in elastic.values():
        workers, centre = workers_of(descent)[SPRINGS], descent.points[SPRINGS]
        together = workers.sum(1) + centre
        np.testing.assert_allclose(together, np.broadcast_to(together[0], together.shape), rtol=1e-12)
        apart = np.linalg.norm(workers - centre[:, None], axis=-1).max(-1)
        assert apart[-1] < 0.25 * apart[0]


def test_workers_that_see_the_same_stay_together():
    lanes = setting("easgd", learning_rate=0.01, mode="sync", spread=np.array([0.0, 0.5]))
    (descent,) = descend(ravine, [lanes], (-4.0, 1.0), steps=20)
    together, around = workers_of(descent)
    assert (together == together[:, :1]).all()
    first = around[0]
    np.testing.assert_allclose(first.mean(0), (-4.0, 1.0))
    np.testing.assert_allclose(np.linalg.norm(first - first.mean(0), axis=-1), 0.5)
    np.testing.assert_array_equal(descent.points[1, 0], (-4.0, 1.0))


ROUNDS = (
    ({}, 0.9 / 4, 0.9),
    ({"beta": 0.5}, 0.5 / 4, 0.5),
    ({"rho": 2.0}, 2.0 * 0.1, 4 * 2.0 * 0.1),
    ({"rho": 2.0, "alpha": 0.15, "beta": 0.4}, 0.15, 0.4),
)


def test_rounds_of_elastic_averaging_are_the_papers():
    """Zhang et al. 2015, equations 5 and 6, with the momentum of their equation for EAMSGD."""
    common = {"mode": "sync", "learning_rate": 0.1, "momentum": 0.5, "period": 3}
    runs = run(*(setting("easgd", **common, **given) for given, _, _ in ROUNDS))
    for (given, alpha, beta), descent in zip(ROUNDS, runs, strict=True):
        x, v, centre = np.tile(np.array(PROBLEM.start), (4, 1)), np.zeros((4, 2)), np.array(PROBLEM.start)
        for step in range(STEPS):
            np.testing.assert_allclose(
                descent.points[step], centre, rtol=1e-11, atol=1e-12, err_msg=str(given)
            )
            np.testing.assert_allclose(workers_of(descent)[step], x, rtol=1e-11, atol=1e-12)
            slopes = np.array([PROBLEM.slope(x[i] + 0.5 * v[i], ROWS[step, i]) for i in range(4)])
            v = 0.5 * v - 0.1 * slopes
            meets = step % 3 == 0
            x, centre = (
                x + v - meets * alpha * (x - centre),
                (1 - meets * beta) * centre + meets * beta * x.mean(0),
            )


def test_gradients_of_all_workers_count(elastic):
    a_step = {"async": 1, "sync": 4}
    for mode, gradients in a_step.items():
        assert draws_of(elastic[mode].setting) == gradients
        counted = np.arange(STEPS + 1)[:, None] * np.array([0, gradients, 0])
        np.testing.assert_array_equal(elastic[mode].evaluations[FREE], counted)


def test_lanes_of_a_method_are_its_single_runs():
    """Each lane beside a run whose lanes are all like it, which is the same program."""
    rates, starts = np.array([0.03, 0.1, 0.2]), np.array([(1.0, 2.0), (-3.0, 0.5), (0.0, -1.0)])

    def lanes(rates, starts):
        return run(
            *(setting(name, learning_rate=rates) for name in ("hogwild", "downpour", "easgd")), start=starts
        )

    together = lanes(rates, starts)
    for lane in range(3):
        alike = lanes(np.full(3, rates[lane]), np.tile(starts[lane], (3, 1)))
        for several, single in zip(together, alike, strict=True):
            np.testing.assert_allclose(several.points[lane], single.points[0], rtol=1e-13)
            np.testing.assert_array_equal(several.series["delay"][lane], single.series["delay"][0])


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_states_of_methods_keep_their_types(name, dtype):
    with jax.enable_x64(dtype is np.float64):
        process = load(name).rule()
        before = jax.eval_shape(process.init, jax.ShapeDtypeStruct((2,), dtype))
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
def test_wrong_hyperparameters_of_methods_are_refused(name, wrong, problem):
    (key,) = wrong
    with pytest.raises(HyperparameterError) as raised:
        load(name).rule(**wrong)
    assert str(raised.value) == f"{key} of {name} must {problem}"
