"""Tuned rates against theory and against a scan of the documented score in NumPy."""

import math
from functools import cache

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ravine
from ravine import landscapes
from ravine.films._recipe import COMMON_RULES
from ravine.landscapes import Landscape
from ravine.optimizers import (
    Optimizer,
    Setting,
    descend,
    descend_tuned,
    load,
    names,
    read_setting,
    write_setting,
)

GRID = np.array([float(f"{digit}e{power}") for power in range(-8, 4) for digit in (1, 1.5, 2, 3, 5, 7)])
WIDE = ((-10.0, 10.0), (-10.0, 10.0))


class Bowl:
    """A quadratic with these curvatures, which counts how often it is traced."""

    def __init__(self, *curvatures):
        self.curvatures = curvatures
        self.traces = 0

    def __call__(self, point):
        self.traces += 1
        return 0.5 * sum(c * place**2 for c, place in zip(self.curvatures, point, strict=True))


@cache
def bowl(*curvatures):
    """The same function for the same curvatures, so that its programs are compiled once."""
    return Bowl(*curvatures)


def walk(curvatures, momentum, rates, start, steps):
    """Heavy-ball momentum on a quadratic at each of the rates, in NumPy: "rates steps+1 2" and the losses."""
    point, rates = np.tile(start, (len(rates), 1)), np.array(rates)[:, None]
    velocity, points = np.zeros_like(point), [point]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            velocity = momentum * velocity + rates * np.array(curvatures) * point
            point = point - velocity
            points.append(point)
        points = np.stack(points, axis=1)
        return points, 0.5 * (np.array(curvatures) * points**2).sum(-1)


def scanned(points, losses, view, lowest):
    """How the documentation says that every rate of the grid is judged, and its own gain.

    The gain is the mean over the steps of the log of the most to which the excess loss will yet return, in
    parts of the first and between 1e-8 and 1; a rate is judged by the worst of itself and its neighbours,
    and only a rate that stays in view and among the reals is taken.
    """
    low, high = np.array(view).T
    real = np.isfinite(points).all(-1) & np.isfinite(losses)
    excess = np.where(real, (losses - lowest) / (losses[:, :1] - lowest), 1.0)
    to_come = np.maximum.accumulate(excess[:, ::-1], axis=1)[:, ::-1]
    gains = np.log(np.clip(to_come, 1e-8, 1.0)).mean(axis=1)
    stays = real.all(axis=1) & ((points >= low) & (points <= high)).all(axis=(1, 2))
    judged = [max(gains[max(k - 1, 0) : k + 2]) for k in range(len(gains))]
    return np.where(stays, judged, np.inf), gains


@pytest.mark.parametrize(
    ("curvatures", "momentum", "start", "steps"),
    [
        ((1.0, 50.0), 0.0, (-4.0, 1.3), 200),
        ((1.0, 50.0), 0.9, (-4.0, 1.3), 200),
        ((1.0, 50.0), 0.0, (0.1, -5.0), 200),
        ((1.0, 50.0), 0.5, (4.0, 0.1), 200),
        ((1e-4, 2e-5), 0.0, (3.0, 3.0), 100),
        ((2e4, 1e5), 0.0, (3.0, 3.0), 30),
    ],
)
def test_best_rate_on_a_quadratic(curvatures, momentum, start, steps):
    setting = Setting(optimizer=load("momentum"), hyperparameters={"momentum": momentum})
    (run,) = descend_tuned(bowl(*curvatures), [setting], start, steps=steps, view=WIDE, lowest=0.0)
    rate = run.setting.hyperparameters["learning_rate"]
    assert rate < 2 * (1 + momentum) / max(curvatures)
    assert run.losses[-1] < run.losses[0]
    points, losses = walk(curvatures, momentum, GRID, start, steps)
    judged, gains = scanned(points, losses, WIDE, 0.0)
    (chosen,) = np.flatnonzero(rate == GRID)
    assert judged[chosen] == pytest.approx(judged.min(), abs=1e-9)
    assert gains[chosen] < 0.5 * gains.min()
    np.testing.assert_allclose(run.points, points[chosen], rtol=1e-9, atol=1e-12)


def test_a_long_descent_finds_the_order_of_the_best_constant_rate():
    # 2 / (1 + 50) is the best rate of gradient descent at these curvatures.
    setting = Setting(optimizer=load("momentum"), hyperparameters={"momentum": 0.0})
    (run,) = descend_tuned(bowl(1.0, 50.0), [setting], (-4.0, 1.3), steps=200, view=WIDE, lowest=0.0)
    assert 0.5 < run.setting.hyperparameters["learning_rate"] / (2 / 51) <= 1.0


def settings_of(rates):
    return [
        Setting(optimizer=load(name), hyperparameters={} if rate is None else {"learning_rate": rate})
        for name, rate in rates.items()
    ]


@pytest.fixture(scope="module")
def mixed():
    """Rules with a rate, without, or with one to be found, and what is tuned of them, as one program."""
    kept = {"decay": 0.5, "eps_inside": False}
    settings = [
        *settings_of({"sgd": 1000.0, "adam": None, "nesterov": 1e-12}),
        Setting(optimizer=load("rmsprop"), hyperparameters=kept, label="mine"),
        Setting(optimizer=Optimizer.of(optax.sgd(0.05)), label="own"),
    ]
    runs = descend_tuned(bowl(1.0, 5.0), settings, (1.0, 2.0), steps=20, view=WIDE, lowest=0.0)
    return settings, runs


def test_a_given_rate_is_untouched(mixed):
    settings, runs = mixed
    assert [run.setting.complete["learning_rate"] for run in (runs[0], runs[2])] == [1000.0, 1e-12]
    assert runs[1].setting.hyperparameters["learning_rate"] in GRID
    for setting, run in zip(settings, runs, strict=True):
        assert run.setting.optimizer is setting.optimizer
    plain = descend(bowl(1.0, 5.0), [run.setting for run in runs], (1.0, 2.0), steps=20)
    for run, alone in zip(runs, plain, strict=True):
        np.testing.assert_allclose(run.points, alone.points, rtol=1e-12, atol=1e-12)


def test_other_hyperparameters_are_kept(mixed):
    run = mixed[1][3]
    assert run.label == "mine"
    rate = run.setting.complete["learning_rate"]
    assert rate in GRID
    assert run.setting.hyperparameters == {"decay": 0.5, "eps_inside": False, "learning_rate": rate}


def test_a_rule_without_a_rate_runs_as_it_is(mixed):
    run = mixed[1][4]
    assert run.setting.hyperparameters == {}
    ((expected,), _) = walk((1.0, 5.0), 0.0, [0.05], (1.0, 2.0), 20)
    np.testing.assert_allclose(run.points, expected, rtol=1e-12)


def assert_same_bits(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.losses, other.losses)
        np.testing.assert_array_equal(one.gradient_norms, other.gradient_norms)
        assert one.markers.keys() == other.markers.keys()
        for name, ball in one.markers.items():
            np.testing.assert_array_equal(ball, other.markers[name])
        assert one.setting == other.setting


def one_of_each_kind():
    """A rule for every combination of having a rate, being tuned, an inner rule, own evaluations, workers."""
    kinds = {}
    for name in names():
        record = load(name)
        sorts = record.has_rate, record.tuned, record.inner, record.evaluations, record.baseline
        kinds.setdefault(tuple(map(bool, sorts)), name)
    return [*kinds.values()]


def test_a_rate_given_again_draws_the_same_bits_and_compiles_nothing(compilations):
    loss, rules = Bowl(1.0, 50.0), one_of_each_kind()

    def run(settings, start=(-4.0, 1.3), view=WIDE):
        return descend_tuned(loss, settings, start, steps=60, view=view, lowest=0.0)

    with compilations() as compiled:
        tuned = run([Setting(optimizer=load(name)) for name in rules])
        assert len(compiled) == 1
        traces = loss.traces
        again = run([run.setting for run in tuned])
        through_text = run([read_setting(write_setting(run.setting)) for run in tuned])
        some = run([tuned[0].setting, *(Setting(optimizer=load(name)) for name in rules[1:])])
        other = run([run.setting for run in tuned], start=(1.0, 1.0), view=((-1.0, 1.0), (-2.0, 2.0)))
    assert (len(compiled), loss.traces) == (1, traces)
    for runs in (again, through_text, some):
        assert_same_bits(tuned, runs)
    assert not np.array_equal(other[0].points, tuned[0].points)


@pytest.mark.parametrize("name", names())
def test_a_rule_with_a_tuned_rate_is_its_text(name):
    record = load(name)
    rate = {"learning_rate": 3e-05} if record.has_rate and record.tuned else {}
    given = {**Setting(optimizer=record).complete, **rate}
    setting = Setting(optimizer=record, hyperparameters=given)
    assert read_setting(write_setting(setting)) == setting


def test_a_film_is_reproduced_by_its_texts():
    tuned = ravine.film("himmelblau", ["nesterov@N", "adam:b1=0.5"], steps=50)
    again = ravine.film("himmelblau", tuned.reproducing, steps=50)
    assert again.reproducing == tuned.reproducing
    assert_same_bits(tuned.descents, again.descents)


def test_a_lane_that_leaves_the_view_is_not_chosen():
    # On the saddle x^2 - y^2 the loss falls without end along y: the faster out of view, the lower.
    start, view = (-1.5, 0.02), ((-2.0, 2.0), (-2.0, 2.0))
    curvatures = (2.0, -2.0)
    points, losses = walk(curvatures, 0.0, GRID, start, 60)
    _, gains = scanned(points, losses, view, -4.0)
    assert (np.abs(points[gains.argmin()]) > 2.0).any()
    loss = landscapes.load("saddle").loss
    settings = [Setting(optimizer=load(name)) for name in COMMON_RULES]
    for run in descend_tuned(loss, settings, start, steps=60, view=view, lowest=-4.0):
        assert (np.abs(run.points) <= 2.0).all(), run.label
        assert run.losses[-1] < run.losses[0], run.label


def test_a_lane_that_leaves_the_reals_is_not_chosen():
    def log_barrier(point):
        return -jnp.log(1.0 - point[0] ** 2 - point[1] ** 2)

    start, view = (-0.9, 0.3), ((-1.0, 1.0), (-1.0, 1.0))
    faster = start - 0.3 * 2 * np.array(start) / (1 - np.dot(start, start))
    assert np.linalg.norm(faster) > 1.0
    settings = settings_of(dict.fromkeys(("sgd", "adam")))
    for run in descend_tuned(log_barrier, settings, start, steps=60, view=view, lowest=0.0):
        assert run.diverged_at == -1, run.label
        assert run.losses[-1] < run.losses[0], run.label


def test_a_start_out_of_view_is_tuned_all_the_same():
    setting = Setting(optimizer=load("momentum"), hyperparameters={"momentum": 0.0})
    (run,) = descend_tuned(
        bowl(1.0, 50.0), [setting], (3.0, 3.0), steps=200, view=((-1, 1), (-1, 1)), lowest=0.0
    )
    assert run.losses[-1] < 1e-3 * run.losses[0]


def egg_box(point):
    x, y = point
    return jnp.sin(2 * x) + jnp.cos(3 * y) + 0.1 * (x**2 + y**2)


@pytest.mark.parametrize(
    ("landscape", "rules"),
    [
        ("saddle", COMMON_RULES),
        ("goldstein_price", ("adadelta", "nesterov")),
        pytest.param(egg_box, ("sgd", "adam"), id="a function of the user's own"),
    ],
)
def test_every_rule_gets_a_rate(landscape, rules):
    film = ravine.film(landscape, rules, steps=60)
    for run in film.descents:
        assert run.setting.hyperparameters["learning_rate"] in GRID, run.label
        assert np.isfinite(run.points).all(), run.label
        assert np.isfinite(run.losses).all(), run.label
        (x0, x1), (y0, y1) = film.landscape.window
        assert ((run.points >= (x0, y0)) & (run.points <= (x1, y1))).all(), run.label
        assert run.losses.min() < run.losses[0], run.label


def test_published_takes_defaults_leaves_given_rates_and_tunes_where_nothing_is_published():
    def own(learning_rate):
        return load("sgd").rule(learning_rate=learning_rate)

    published = {"adagrad": 0.01, "adadelta": 1.0, "rmsprop": 0.001, "adam": 0.001}
    rules = [*published, "adam:learning_rate=0.5", Optimizer.of(own)]
    film = ravine.film("beale", rules, rates="published", steps=20)
    *defaults, given, tuned = (run.setting.complete["learning_rate"] for run in film.descents)
    assert defaults == [*published.values()]
    assert defaults == [load(name).defaults["learning_rate"] for name in published]
    assert given == 0.5
    assert tuned in GRID


@pytest.mark.parametrize(("name", "start"), [("saddle", (0.5, 3.0)), ("mccormick", (-6.0, -6.0))])
def test_a_start_below_the_lowest_loss_still_moves(name, start):
    # From outside the view, or the domain, both losses fall without end.
    film = ravine.film(name, ["sgd", "adam"], start=start, steps=60)
    for run in film.descents:
        assert math.dist(run.points[0], run.points[-1]) > 0.1, run.label
        assert run.losses[-1] < run.losses[0], run.label


def test_a_landscape_record_is_tuned_by_its_own_minimum():
    loss = bowl(1.0, 50.0)
    box = ((-5.0, 5.0), (-2.0, 2.0))
    ground = Landscape(
        loss=loss,
        title="Bowl",
        equation="",
        domain=box,
        start=(-4.0, 1.3),
        source="",
        about="",
        lowest=0.0,
        name="b",
    )
    film = ravine.film(ground, ["momentum:momentum=0.0"], steps=200)
    judged, _ = scanned(*walk((1.0, 50.0), 0.0, GRID, (-4.0, 1.3), 200), box, 0.0)
    (chosen,) = np.flatnonzero(film.descents[0].setting.complete["learning_rate"] == GRID)
    assert judged[chosen] == pytest.approx(judged.min(), abs=1e-9)
