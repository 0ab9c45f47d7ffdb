"""Rules around other rules, and those that average or switch, against the papers' equations in NumPy."""

from functools import partial
from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.optimizers import HyperparameterError, descend, load, read_setting


def rule(name, **hyperparameters):
    return load(name).rule(**hyperparameters)


def rosenbrock(point):
    x, y = point
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def rosenbrock_gradient(point):
    x, y = point
    return np.array([-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)])


START = (-1.2, 0.7)


def walk(made, loss, start, steps):
    """The points and the states after each step, in float64."""

    def step(carry, _):
        params, state = carry
        value, slope = jax.value_and_grad(loss)(params)
        updates, state = made.update(slope, state, params, value=value)
        params = optax.apply_updates(params, updates)
        return (params, state), (params, state)

    with jax.enable_x64(True):
        start = jnp.asarray(start, jnp.float64)
        _, (points, states) = jax.lax.scan(step, (start, made.init(start)), length=steps)
        return np.concatenate([start[None], points]), states


def seen(states, field):
    return np.asarray(optax.tree.get(states, field))


def assert_near(points, expected, tolerance=1e-11):
    points, expected = np.asarray(points), np.asarray(expected)
    off = np.linalg.norm(points - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))
    assert off.max() <= tolerance


def lookahead(g, theta, *, step, period, part):
    slow, taken = theta, 0
    while True:
        yield theta, slow
        theta, taken = theta + step(g(theta)), taken + 1
        if taken % period == 0:
            slow = slow + part * (theta - slow)
            theta = slow


class Momentum:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, 0.0

    def __call__(self, slope):
        self.velocity = self.momentum * self.velocity + self.rate * slope
        return -self.velocity


class RAdam:
    """The paper's, with another threshold and with eps added before the correction."""

    def __init__(self, rate, b1, b2, eps, threshold):
        self.rate, self.b1, self.b2, self.eps, self.threshold = rate, b1, b2, eps, threshold
        self.m, self.v, self.t = 0.0, 0.0, 0

    def __call__(self, slope):
        b1, b2 = self.b1, self.b2
        self.t += 1
        self.m = b1 * self.m + (1 - b1) * slope
        self.v = b2 * self.v + (1 - b2) * slope**2
        mean = self.m / (1 - b1**self.t)
        longest = 2 / (1 - b2) - 1
        length = longest - 2 * self.t * b2**self.t / (1 - b2**self.t)
        if length <= self.threshold:
            return -self.rate * mean
        square = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        root = (np.sqrt(self.v) + self.eps) / np.sqrt(1 - b2**self.t)
        return -self.rate * np.sqrt(square) * mean / root


def asgd(g, theta, *, rate, lam, alpha, t0):
    average, t, share = theta, 0, 1.0
    while True:
        yield theta, average
        now = rate / (1 + lam * rate * t) ** alpha
        theta = (1 - lam * now) * theta - now * g(theta)
        average = average + share * (theta - average)
        t += 1
        share = 1 / max(1, t - t0)


def swats(g, theta, *, rate, b1, b2, eps, threshold):
    m = v = velocity = mean = 0.0
    t, sgd = 0, None
    while True:
        yield theta, sgd
        slope, t = g(theta), t + 1
        if sgd is not None:
            velocity = b1 * velocity + slope
            theta = theta - (1 - b1) * sgd * velocity
            continue
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        step = -rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps)
        theta = theta + step
        if step @ slope:
            along = step @ step / -(step @ slope)
            mean = b2 * mean + (1 - b2) * along
            if t > 1 and abs(mean / (1 - b2**t) - along) < threshold:
                sgd = mean / (1 - b2**t)


def adam_then_sgd(g, theta, *, rate, b1, b2, eps, last, sgd):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, None
        slope, t = g(theta), t + 1
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        by_adam = rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
        theta = theta - (by_adam if t <= last else sgd * slope)


def on_paper(equation, steps, **given):
    walked = islice(equation(rosenbrock_gradient, np.array(START), **given), steps + 1)
    return map(list, zip(*walked, strict=True))


def test_lookahead_equals_the_papers_loops():
    inner = rule("momentum", learning_rate=0.004, momentum=0.8)
    made = rule("lookahead", inner=inner, sync_period=7, slow_step_size=0.3)
    points, states = walk(made, rosenbrock, START, 60)
    expected, slow = on_paper(lookahead, 60, step=Momentum(0.004, 0.8), period=7, part=0.3)
    assert_near(points, expected)
    assert_near(seen(states, "slow"), slow[1:])


@pytest.mark.parametrize("threshold", [5.0, 9.5])
def test_ranger_equals_radam_in_lookahead(threshold):
    given = {"b1": 0.9, "b2": 0.99, "eps": 1e-2, "threshold": threshold}
    made = rule("ranger", learning_rate=0.01, sync_period=4, slow_step_size=0.7, **given)
    points, states = walk(made, rosenbrock, START, 60)
    expected, slow = on_paper(lookahead, 60, step=RAdam(0.01, **given), period=4, part=0.7)
    assert_near(points, expected)
    assert_near(seen(states, "slow"), slow[1:])


@pytest.mark.parametrize("t0", [0, 13])
def test_asgd_equals_torchs_form(t0):
    made = rule("asgd", learning_rate=0.02, lam=0.5, alpha=0.6, t0=float(t0))
    points, states = walk(made, rosenbrock, START, 50)
    expected, average = on_paper(asgd, 50, rate=0.02, lam=0.5, alpha=0.6, t0=t0)
    assert_near(points, expected)
    assert_near(seen(states, "average"), average[1:])
    np.testing.assert_allclose(seen(states, "asgd_rate"), 0.02 / (1 + 0.01 * np.arange(50)) ** 0.6)


@pytest.mark.parametrize("threshold", [1e-9, 5e-4])
def test_swats_equals_the_papers_algorithm(threshold):
    given = {"b1": 0.8, "b2": 0.95, "eps": 1e-3}
    made = rule("swats", learning_rate=0.02, switch_threshold=threshold, **given)
    points, states = walk(made, rosenbrock, START, 80)
    expected, sgd = on_paper(swats, 80, rate=0.02, threshold=threshold, **given)
    assert (sgd[40] is not None) == (threshold > 1e-9)
    assert_near(points, expected)
    rates = [0.02 if rate is None else rate for rate in sgd[:-1]]
    np.testing.assert_allclose(seen(states, "swats_rate"), rates, rtol=1e-9)


def test_hard_switch_equals_adam_and_then_sgd():
    given = {"b1": 0.8, "b2": 0.95, "eps": 1e-3}
    made = rule("swats", learning_rate=0.03, switch_step=11, sgd_learning_rate=0.004, **given)
    points, states = walk(made, rosenbrock, START, 40)
    expected, _ = on_paper(adam_then_sgd, 40, rate=0.03, last=11, sgd=0.004, **given)
    assert_near(points, expected)
    np.testing.assert_array_equal(seen(states, "swats_rate"), [0.03] * 11 + [0.004] * 29)


def test_swats_stays_where_there_is_no_slope():
    points, states = walk(rule("swats"), lambda point: 0.0 * point.sum(), START, 5)
    np.testing.assert_array_equal(points, [START] * 6)
    np.testing.assert_array_equal(seen(states, "swats_estimate"), np.zeros(5))


def means(points, start, cycle, average_start):
    """The mean of what has been collected, the iterate itself before that."""
    kept = [points[start]] if average_start else []
    shown = []
    for step, point in enumerate(points[1:], 1):
        if step > start and (step - start) % cycle == 0:
            kept.append(point)
        before = step < start if average_start else not kept
        shown.append(point if before else np.mean(kept, axis=0))
    return shown


@pytest.mark.parametrize("average_start", [False, True])
@pytest.mark.parametrize(("start", "cycle"), [(0, 1), (5, 1), (7, 4), (12, 3), (50, 1)])
def test_swa_is_the_mean_of_what_it_collects(start, cycle, average_start):
    inner = rule("momentum", learning_rate=0.01)
    made = rule("swa", inner=inner, swa_start=start, cycle=cycle, average_start=average_start)
    points, states = walk(made, rosenbrock, START, 30)
    plain, _ = walk(inner, rosenbrock, START, 30)
    np.testing.assert_array_equal(points, plain)
    shown = points[1:] if start > 30 else means(points, start, cycle, average_start)
    assert_near(seen(states, "average"), shown, 1e-14)
    before = max(start - 1, 0)
    np.testing.assert_array_equal(seen(states, "average")[:before], points[1:][:before])


def test_polyak_averages_all_iterates_after_the_start():
    made = rule("polyak_averaging", inner=rule("adam", learning_rate=0.1))
    points, states = walk(made, rosenbrock, START, 30)
    mean = np.cumsum(points[1:], axis=0) / np.arange(1, 31)[:, None]
    assert_near(seen(states, "average"), mean, 1e-14)


INNER = ("sgd", "momentum", "nesterov", "adam", "radam")


@pytest.mark.parametrize("name", INNER)
def test_wrappers_that_do_nothing_are_their_inner_rule(name):
    inner = rule(name, learning_rate=0.003)
    plain, _ = walk(inner, rosenbrock, START, 40)
    ahead = rule("lookahead", inner=inner, sync_period=1, slow_step_size=1.0)
    points, states = walk(ahead, rosenbrock, START, 40)
    assert_near(points, plain, 1e-13)
    assert_near(seen(states, "slow"), plain[1:], 1e-13)
    points, states = walk(rule("noisy", inner=inner, eta=0.0), rosenbrock, START, 40)
    assert_near(points, plain, 1e-13)
    np.testing.assert_array_equal(seen(states, "noise_sigma"), np.zeros(40))


def flat(point):
    return 0.0 * point.sum()


def deviates(seed, steps=4000, **given):
    """What is added to each gradient, in units of its standard deviation."""
    made = rule("noisy", inner=rule("sgd", learning_rate=1.0), seed=seed, **given)
    points, states = walk(made, flat, (0.0, 0.0), steps)
    return -np.diff(points, axis=0) / seen(states, "noise_sigma")[:, None]


def test_noise_is_normal_and_falls_as_published():
    unit = deviates(1, eta=0.7, gamma=0.8)
    assert np.abs(unit.mean(axis=0)).max() < 4 / np.sqrt(len(unit))
    np.testing.assert_allclose(unit.std(axis=0), 1, atol=4 / np.sqrt(2 * len(unit)))
    assert abs(np.corrcoef(unit.T)[0, 1]) < 4 / np.sqrt(len(unit))
    assert abs(np.corrcoef(unit[:-1, 0], unit[1:, 0])[0, 1]) < 4 / np.sqrt(len(unit))
    _, states = walk(rule("noisy", inner=rule("sgd"), eta=0.7, gamma=0.8), flat, START, 50)
    np.testing.assert_allclose(seen(states, "noise_sigma") ** 2, 0.7 / np.arange(1, 51) ** 0.8)


def test_noise_is_the_seeds():
    np.testing.assert_array_equal(deviates(3, 20), deviates(3, 20))
    assert not np.isclose(deviates(3, 20), deviates(4, 20)).any()


def test_last_recorded_deviate_is_held():
    recorded = ((1.0, 0.0), (0.5, 3.0))
    made = rule("noisy", inner=rule("sgd", learning_rate=1.0), eta=4.0, gamma=0.0, normals=recorded)
    points, _ = walk(made, flat, (0.0, 0.0), 3)
    np.testing.assert_allclose(points, [(0, 0), (-2, 0), (-3, -6), (-4, -12)])


def asking():
    """A rule that steps by what `value_fn` gives, which optax's line searches ask for."""

    def update(updates, state, params=None, *, value_fn, **_):
        return jax.tree.map(lambda g: -value_fn(params) * g, updates), state

    return optax.GradientTransformationExtraArgs(lambda _: optax.EmptyState(), update)


WRAPPERS = {
    "lookahead": partial(rule, "lookahead"),
    "swa": partial(rule, "swa"),
    "polyak_averaging": partial(rule, "polyak_averaging"),
    "noisy": partial(rule, "noisy", eta=0.0),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_pass_on_what_a_rule_asks_for(name):
    made = WRAPPERS[name](inner=asking())
    params = jnp.array([1.0, 1.0])
    updates, _ = made.update(jnp.array([1.0, 2.0]), made.init(params), params, value_fn=lambda p: p.sum())
    np.testing.assert_allclose(updates, [-2.0, -4.0])


@pytest.mark.parametrize("name", ["lookahead", "swa", "polyak_averaging"])
def test_wrappers_that_keep_weights_need_the_parameters(name):
    made = WRAPPERS[name](inner=rule("sgd"))
    with pytest.raises(ValueError, match=r"needs the parameters: call update\(gradients, state, params\)"):
        made.update(jnp.ones(2), made.init(jnp.ones(2)))


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("lookahead", {"sync_period": 0}, "sync_period of lookahead must be a whole number of steps"),
        ("swa", {"cycle": 0}, "cycle of swa must be a whole number of steps"),
        ("swa", {"swa_start": -1}, "swa_start of swa must be a whole number of steps, at least 0; got -1"),
        ("swa", {"swa_start": 2.5}, "swa_start of swa must be a whole number of steps, at least 0; got 2.5"),
        ("swats", {"switch_step": 0}, "switch_step of swats must be a whole number of steps"),
    ],
)
def test_wrong_steps_are_refused(name, wrong, message):
    inner = {} if name == "swats" else {"inner": rule("sgd")}
    with pytest.raises(HyperparameterError, match=message):
        rule(name, **inner, **wrong)


MADE = {
    "lookahead": lambda: rule("lookahead", inner=rule("adam", learning_rate=0.02)),
    "swa": lambda: rule("swa", inner=rule("momentum", learning_rate=0.1), swa_start=5, cycle=2),
    "polyak_averaging": lambda: rule("polyak_averaging", inner=rule("adam", learning_rate=0.02)),
    "noisy": lambda: rule("noisy", inner=rule("adam", learning_rate=0.02), eta=1e-4),
    "ranger": lambda: rule("ranger", learning_rate=0.05),
    "asgd": lambda: rule("asgd", learning_rate=0.2, t0=5.0),
    "swats": lambda: rule("swats", learning_rate=0.02, switch_threshold=1e-3),
    "hard switch": lambda: rule("swats", learning_rate=0.02, switch_step=20, sgd_learning_rate=0.1),
    "swa around lookahead": lambda: rule("swa", inner=MADE["lookahead"](), swa_start=3),
}


def kinds(tree):
    return jax.tree.map(lambda leaf: (leaf.shape, str(leaf.dtype)), tree)


@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize("name", MADE)
def test_types_stay_from_step_to_step(name, x64):
    with jax.enable_x64(x64):
        made = MADE[name]()
        params = {"weights": jnp.ones((3, 2), jnp.float32), "bias": jnp.ones(2, float)}

        def step(params, state):
            updates, state = made.update(params, state, params)
            return optax.apply_updates(params, updates), state

        state = made.init(params)
        assert kinds(jax.eval_shape(step, params, state)) == kinds((params, state))


@pytest.mark.parametrize("wrapper", ["noisy:eta=0,inner", "swa:inner", "polyak_averaging:inner"])
def test_what_the_rule_inside_shows_is_shown(wrapper):
    """Nesterov's gradients are taken elsewhere than where it is."""
    inner = read_setting("nesterov:learning_rate=0.01")
    around = read_setting(f"{wrapper}=(nesterov:learning_rate=0.01)")
    alone, wrapped = descend(
        lambda p: 0.5 * (p[0] ** 2 + 9.0 * p[1] ** 2), [inner, around], (3.0, 1.0), steps=12
    )
    np.testing.assert_array_equal(wrapped.points, alone.points)
    np.testing.assert_array_equal(wrapped.markers["look-ahead"], alone.markers["look-ahead"])
