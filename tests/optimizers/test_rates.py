"""Tuned rates against theory and against a scan of the documented score in NumPy."""

import math
from functools import cache

import jax.numpy as jnp
import numpy as np
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


def walk(curvatures, momentum, rate, start, steps):
    """Heavy-ball momentum on a quadratic, in NumPy."""
    point, velocity, points = np.array(start), np.zeros(2), [np.array(start)]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            velocity = momentum * velocity + rate * np.array(curvatures) * point
            point = point - velocity
            points.append(point)
        points = np.array(points)
        return points, 0.5 * (np.array(curvatures) * points**2).sum(-1)


def scanned(walked, view, lowest):
    """How the documentation says that every rate of the grid is judged, and its own gain.

    The gain is the mean over the steps of the log of the most to which the excess loss will yet return, in
    parts of the first and between 1e-8 and 1; a rate is judged by the worst of itself and its neighbours,
    and only a rate that stays in view and among the reals is taken.
    """
    gains, stays = [], []
    low, high = np.array(view).T
    for points, losses in walked:
        real = np.isfinite(points).all(-1) & np.isfinite(losses)
        excess = np.where(real, (losses - lowest) / (losses[0] - lowest), 1.0)
        to_come = [max(excess[step:]) for step in range(len(excess))]
        gains.append(np.mean(np.log(np.clip(to_come, 1e-8, 1.0))))
        stays.append(bool(real.all() and ((points >= low) & (points <= high)).all()))
    judged = [max(gains[max(k - 1, 0) : k + 2]) for k in range(len(gains))]
    return np.where(stays, judged, np.inf), np.array(gains)


@pytest.mark.parametrize(
    ("curvatures", "momentum", "start", "steps"),
    [
        ((1.0, 50.0), 0.0, (-4.0, 1.3), 200),
        ((1.0, 50.0), 0.0, (-4.0, 1.3), 30),
        ((1.0, 50.0), 0.9, (-4.0, 1.3), 200),
        ((1.0, 50.0), 0.0, (0.1, -5.0), 200),
        ((1.0, 50.0), 0.5, (4.0, 0.1), 200),
        ((1e-4, 2e-5), 0.0, (3.0, 3.0), 100),
        ((2e4, 1e5), 0.0, (3.0, 3.0), 100),
    ],
)
def test_best_rate_on_a_quadratic(curvatures, momentum, start, steps):
    setting = Setting(optimizer=load("momentum"), hyperparameters={"momentum": momentum})
    (run,) = descend_tuned(bowl(*curvatures), [setting], start, steps=steps, view=WIDE, lowest=0.0)
    rate = run.setting.hyperparameters["learning_rate"]
    assert rate < 2 * (1 + momentum) / max(curvatures)
    assert run.losses[-1] < run.losses[0]
    walked = [walk(curvatures, momentum, each, start, steps) for each in GRID]
    judged, gains = scanned(walked, WIDE, 0.0)
    (chosen,) = np.flatnonzero(rate == GRID)
    assert judged[chosen] == pytest.approx(judged.min(), abs=1e-9)
    assert gains[chosen] < 0.5 * gains.min()
    np.testing.assert_allclose(run.points, walked[chosen][0], rtol=1e-9, atol=1e-12)


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


def test_a_given_rate_is_untouched():
    given = settings_of({"sgd": 0.0123, "adam": None, "nesterov": 1e-12, "rmsprop": 1000.0})
    runs = descend_tuned(bowl(1.0, 5.0), given, (1.0, 2.0), steps=20, view=WIDE, lowest=0.0)
    assert [run.setting.hyperparameters["learning_rate"] for run in runs if run.label != "Adam"] == [
        0.0123,
        1e-12,
        1000.0,
    ]
    assert runs[1].setting.hyperparameters["learning_rate"] in GRID
    for setting, run in zip(given, runs, strict=True):
        assert run.setting.optimizer is setting.optimizer
    plain = descend(bowl(1.0, 5.0), [run.setting for run in runs], (1.0, 2.0), steps=20)
    for run, alone in zip(runs, plain, strict=True):
        np.testing.assert_allclose(run.points, alone.points, rtol=1e-12, atol=1e-12)


def test_other_hyperparameters_are_kept():
    setting = Setting(
        optimizer=load("rmsprop"), hyperparameters={"decay": 0.5, "eps_inside": False}, label="mine"
    )
    (run,) = descend_tuned(Bowl(1.0, 5.0), [setting], (1.0, 2.0), steps=20, view=WIDE, lowest=0.0)
    assert run.label == "mine"
    assert run.setting.hyperparameters == {
        "decay": 0.5,
        "eps_inside": False,
        "learning_rate": run.setting.complete["learning_rate"],
    }


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
    """A rule of each family, with a rate or without, tuned or not, of others or not, that counts or not."""
    kinds = {}
    for name in names():
        record = load(name)
        kind = record.family, record.has_rate, record.tuned, bool(record.inner), bool(record.evaluations)
        kinds.setdefault(kind, name)
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
    tuned = ravine.film("himmelblau", ["sgd", "nesterov@N", "adam", "adam:b1=0.5"], steps=50)
    again = ravine.film("himmelblau", tuned.reproducing, steps=50)
    assert again.reproducing == tuned.reproducing
    assert_same_bits(tuned.descents, again.descents)


def test_a_lane_that_leaves_the_view_is_not_chosen():
    # On the saddle x^2 - y^2 the loss falls without end along y: the faster out of view, the lower.
    start, view = (-1.5, 0.02), ((-2.0, 2.0), (-2.0, 2.0))
    curvatures = (2.0, -2.0)
    walked = [walk(curvatures, 0.0, rate, start, 60) for rate in GRID]
    _, gains = scanned(walked, view, -4.0)
    assert (np.abs(walked[int(gains.argmin())][0]) > 2.0).any()
    loss = landscapes.load("saddle").loss
    settings = [Setting(optimizer=load(name)) for name in COMMON_RULES]
    for run in descend_tuned(loss, settings, start, steps=60, view=view, lowest=-4.0):
        assert (np.abs(run.points) <= 2.0).all(), run.label
        assert run.losses[-1] < run.losses[0], run.label


def test_a_lane_that_leaves_the_reals_is_not_chosen():
    def log_barrier(point):
        return -jnp.log(1.0 - point[0] ** 2 - point[1] ** 2)

    start, view = (-0.9, 0.3), ((-1.0, 1.0), (-1.0, 1.0))
    every = Setting(optimizer=load("sgd"), hyperparameters={"learning_rate": GRID})
    (lanes,) = descend(log_barrier, [every], start, steps=60)
    assert (lanes.diverged_at >= 0).any()
    settings = settings_of(dict.fromkeys(("sgd", "nesterov", "adam")))
    for run in descend_tuned(log_barrier, settings, start, steps=60, view=view, lowest=0.0):
        assert run.diverged_at == -1, run.label
        assert run.losses[-1] < run.losses[0], run.label


def test_a_start_out_of_view_is_tuned_all_the_same():
    (run,) = descend_tuned(
        Bowl(1.0, 5.0), settings_of({"sgd": None}), (3.0, 3.0), steps=40, view=((-1, 1), (-1, 1)), lowest=0.0
    )
    assert run.losses[-1] < 1e-3 * run.losses[0]


def egg_box(point):
    x, y = point
    return jnp.sin(2 * x) + jnp.cos(3 * y) + 0.1 * (x**2 + y**2)


@pytest.mark.parametrize(
    "landscape",
    [
        "saddle",
        "bukin_n6",
        "goldstein_price",
        "eggholder",
        pytest.param(egg_box, id="a function of the user's own"),
    ],
)
def test_every_rule_gets_a_rate(landscape):
    film = ravine.film(landscape, steps=60)
    for run in film.descents:
        assert run.setting.hyperparameters["learning_rate"] in GRID, run.label
        assert np.isfinite(run.points).all(), run.label
        assert np.isfinite(run.losses).all(), run.label
        (x0, x1), (y0, y1) = film.landscape.window
        assert ((run.points >= (x0, y0)) & (run.points <= (x1, y1))).all(), run.label
        assert run.losses.min() < run.losses[0], run.label


def test_published_rates_are_the_defaults():
    film = ravine.film("beale", rates="published", steps=60)
    rates = {run.setting.optimizer.name: run.setting.complete["learning_rate"] for run in film.descents}
    assert {name: rates[name] for name in ("adagrad", "adadelta", "rmsprop", "adam")} == {
        "adagrad": 0.01,
        "adadelta": 1.0,
        "rmsprop": 0.001,
        "adam": 0.001,
    }
    assert rates == {name: load(name).defaults["learning_rate"] for name in rates}


def test_published_leaves_a_given_rate_and_tunes_where_nothing_is_published():
    def own(learning_rate):
        return load("sgd").rule(learning_rate=learning_rate)

    film = ravine.film("beale", ["adam:learning_rate=0.5", Optimizer.of(own)], rates="published", steps=20)
    given, tuned = (run.setting.complete["learning_rate"] for run in film.descents)
    assert given == 0.5
    assert tuned in GRID


def test_a_rule_without_a_rate_runs_as_it_is():
    import optax

    loss = Bowl(1.0, 5.0)
    runs = descend_tuned(
        loss,
        [Setting(optimizer=Optimizer.of(optax.sgd(0.05))), *settings_of({"sgd": None})],
        (1.0, 2.0),
        steps=10,
        view=WIDE,
        lowest=0.0,
    )
    assert runs[0].setting.hyperparameters == {}
    np.testing.assert_allclose(runs[0].points, walk((1.0, 5.0), 0.0, 0.05, (1.0, 2.0), 10)[0], rtol=1e-12)


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
    judged, _ = scanned([walk((1.0, 50.0), 0.0, rate, (-4.0, 1.3), 200) for rate in GRID], box, 0.0)
    (chosen,) = np.flatnonzero(film.descents[0].setting.complete["learning_rate"] == GRID)
    assert judged[chosen] == pytest.approx(judged.min(), abs=1e-9)
