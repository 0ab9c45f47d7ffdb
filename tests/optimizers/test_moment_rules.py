"""Rules that keep velocities and moments: against the papers in NumPy, their own numbers, and one another."""

from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.optimizers import HyperparameterError, load

REFERENCE = Path(__file__).parents[1] / "reference"


def norm(rows):
    return np.linalg.norm(rows, axis=-1, keepdims=True)


def momentum(g, theta, *, learning_rate, momentum, share=1.0):
    v = 0.0
    while True:
        yield theta, {}
        v = momentum * v + (1 if share else 1 - momentum) * g(theta)
        theta = theta - learning_rate * v


def adamax(g, theta, *, learning_rate, b1, b2):
    m, u, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        u = np.maximum(b2 * u, np.abs(slope))
        theta = theta - learning_rate / (1 - b1**t) * m / u


def nadam(g, theta, *, learning_rate, b1, b2, eps):
    m, n, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        n = b2 * n + (1 - b2) * slope**2
        ahead = b1 * m / (1 - b1**t) + (1 - b1) * slope / (1 - b1**t)
        theta = theta - learning_rate / np.sqrt(n / (1 - b2**t) + eps) * ahead


def scheduled_nadam(g, theta, *, learning_rate, b1, b2, eps, momentum_decay=None):
    """Dozat's algorithm 2, whose momentum may warm up."""
    m, n, t, product = 0.0, 0.0, 0, 1.0

    def mu(t):
        return b1 if momentum_decay is None else b1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))

    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        product = product * mu(t)
        m = b1 * m + (1 - b1) * slope
        n = b2 * n + (1 - b2) * slope**2
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * slope / (1 - product)
        theta = theta - learning_rate * ahead / (np.sqrt(n / (1 - b2**t)) + eps)


def amsgrad(g, theta, *, learning_rate, b1, b2, eps, variant="paper"):
    m, v, highest, t = 0.0, 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        mean = 1.0 if variant == "paper" else 1 - b1**t
        highest = np.maximum(highest, v / (1 - b2**t) if variant == "optax" else v)
        root = np.sqrt(highest / (1 - b2**t) if variant == "torch" else highest)
        theta = theta - learning_rate * m / mean / (root + eps)


def adamw(g, theta, *, learning_rate, b1, b2, eps, weight_decay):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        step = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
        theta = theta - learning_rate * (step + weight_decay * theta)


def qhm(g, theta, *, learning_rate, beta, nu):
    buffer = 0.0
    while True:
        yield theta, {}
        slope = g(theta)
        buffer = beta * buffer + (1 - beta) * slope
        theta = theta - learning_rate * ((1 - nu) * slope + nu * buffer)


def qhadam(g, theta, *, learning_rate, b1, b2, nu1, nu2, eps):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        above = (1 - nu1) * slope + nu1 * m / (1 - b1**t)
        below = np.sqrt((1 - nu2) * slope**2 + nu2 * v / (1 - b2**t)) + eps
        theta = theta - learning_rate * above / below


def aggmo(g, theta, *, learning_rate, betas):
    velocities = [0.0 for _ in betas]
    while True:
        yield theta, {}
        slope = g(theta)
        velocities = [beta * v - slope for beta, v in zip(betas, velocities, strict=True)]
        theta = theta + learning_rate / len(betas) * sum(velocities)


def demon_beta(beta, t, total_steps):
    """By the sum of a gradient's shares in later steps, which falls in a straight line."""
    total = max(1 - t / total_steps, 0.0) * beta / (1 - beta)
    return total / (1 + total)


def demon(g, theta, *, learning_rate, momentum, total_steps):
    v, t = 0.0, 0
    while True:
        beta = demon_beta(momentum, t, total_steps)
        yield theta, {"momentum": beta}
        v = beta * v - learning_rate * g(theta)
        theta = theta + v
        t += 1


def demon_adam(g, theta, *, learning_rate, b1, b2, eps, total_steps, ema=False):
    m, v, t, product = 0.0, 0.0, 0, 1.0
    while True:
        beta = demon_beta(b1, t, total_steps)
        yield theta, {"momentum": beta}
        t += 1
        slope = g(theta)
        product = product * beta
        m = beta * m + ((1 - beta) * slope if ema else slope)
        v = b2 * v + (1 - b2) * slope**2
        mean = m / (1 - product) if ema else m
        theta = theta - learning_rate * mean / (np.sqrt(v / (1 - b2**t)) + eps)


def radam(g, theta, *, learning_rate, b1, b2, eps, threshold=4, early=False):
    m, v, t = 0.0, 0.0, 0
    longest = 2 / (1 - b2) - 1
    while True:
        t += 1
        length = longest - 2 * t * b2**t / (1 - b2**t)
        known = length > threshold
        with np.errstate(invalid="ignore"):
            r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        yield theta, {"rectification": np.where(known, r, 0.0)}
        slope = g(theta)
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        mean = m / (1 - b1**t)
        root = (np.sqrt(v) + eps) / np.sqrt(1 - b2**t) if early else np.sqrt(v / (1 - b2**t)) + eps
        theta = theta - learning_rate * np.where(known, r * mean / root, mean)


def lars(g, w, *, learning_rate, momentum, weight_decay, trust_coefficient, apart=True):
    v = 0.0
    while True:
        slope = g(w)
        size = norm(slope) + weight_decay * norm(w) if apart else norm(slope + weight_decay * w)
        trust = trust_coefficient * norm(w) / size
        yield w, {"trust_ratio": trust}
        v = momentum * v + learning_rate * trust * (slope + weight_decay * w)
        w = w - v


def lamb(g, w, *, learning_rate, b1, b2, eps, weight_decay):
    m, v, t = 0.0, 0.0, 0
    while True:
        t += 1
        slope = g(w)
        m = b1 * m + (1 - b1) * slope
        v = b2 * v + (1 - b2) * slope**2
        u = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + weight_decay * w
        yield w, {"trust_ratio": norm(w) / norm(u)}
        w = w - learning_rate * norm(w) / norm(u) * u


def lazy_adam(g, theta, *, learning_rate, b1, b2, eps):
    m, v, t = np.zeros_like(theta), np.zeros_like(theta), 0
    while True:
        yield theta, {}
        t += 1
        slope = g(theta)
        seen = slope != 0
        m = np.where(seen, b1 * m + (1 - b1) * slope, m)
        v = np.where(seen, b2 * v + (1 - b2) * slope**2, v)
        rate = learning_rate * np.sqrt(1 - b2**t) / (1 - b1**t)
        theta = np.where(seen, theta - rate * m / (np.sqrt(v) + eps), theta)


def yellowfin(g, theta, *, learning_rate, momentum, beta, window, slow_start, tiny=1e-6):
    """Algorithm 1, its measures in the order of algorithms 2, 3 and 4."""
    v = h_min = h_max = squares = means = norms = distances = 0.0
    rate, mu, past, t = learning_rate, momentum, [], 0
    while True:
        slope = g(theta)
        weight = 1 - beta ** (t + 1)
        past = [*past[-window + 1 :], norm(slope) ** 2]
        h_min = beta * h_min + (1 - beta) * np.log(np.min(past, axis=0) + tiny)
        h_max = beta * h_max + (1 - beta) * np.log(np.max(past, axis=0) + tiny)
        squares = beta * squares + (1 - beta) * past[-1]
        means = beta * means + (1 - beta) * slope
        norms = beta * norms + (1 - beta) * norm(slope)
        distances = beta * distances + (1 - beta) * norms / (squares + tiny)
        if t:
            least = np.exp(h_min / weight) + tiny
            variance = np.maximum(squares / weight - norm(means / weight) ** 2, tiny) + tiny
            p = (distances / weight + tiny) ** 2 * least**2 / 2 / variance
            w = -np.cbrt((np.sqrt(p**2 + 4 / 27 * p**3) + p) / 2)
            root = w - p / 3 / (w + tiny) + 1
            range_root = np.sqrt(np.maximum((np.exp(h_max / weight) + tiny) / least, 1 + tiny))
            mu = np.maximum(root**2, ((range_root - 1) / (range_root + 1)) ** 2)
            rate = (1 - np.sqrt(mu)) ** 2 / least
            rate = rate * min(1, (t + 1) / (10 * window)) if slow_start else rate
        yield theta, {"learning_rate": rate, "momentum": mu}
        v = mu * v + slope
        theta = theta - rate * v
        t += 1


EPS = {"eps": (1e-10, 1e-3)}
HEAVY = {"momentum": (0.3, 0.95)}
MOMENTS = {"b1": (0.5, 0.95), "b2": (0.9, 0.9999), **EPS}
DECAY = {"weight_decay": (1e-3, 0.3)}
TRUST = {**HEAVY, **DECAY, "trust_coefficient": (0.01, 0.1)}
NUS = {"nu1": (0.3, 1.0), "nu2": (0.3, 1.0)}
MEASURED = {"momentum": (0.01, 0.5), "beta": (0.8, 0.99)}
FORMS = (
    ("momentum", {"rate": "outside"}, momentum, False, (0.01, 0.5), HEAVY),
    (
        "momentum",
        {"rate": "outside", "average": True},
        partial(momentum, share=0.0),
        False,
        (0.01, 0.9),
        HEAVY,
    ),
    ("adamax", {}, adamax, True, (0.003, 0.1), {"b1": (0.5, 0.95), "b2": (0.9, 0.9999)}),
    ("nadam", {}, nadam, True, (0.003, 0.1), MOMENTS),
    ("nadam", {"variant": "optax"}, scheduled_nadam, True, (0.003, 0.1), MOMENTS),
    (
        "nadam",
        {"variant": "torch"},
        scheduled_nadam,
        True,
        (0.003, 0.1),
        {**MOMENTS, "momentum_decay": (1e-3, 0.1)},
    ),
    ("amsgrad", {}, amsgrad, True, (0.001, 0.03), MOMENTS),
    ("amsgrad", {"variant": "optax"}, partial(amsgrad, variant="optax"), True, (0.003, 0.1), MOMENTS),
    ("amsgrad", {"variant": "torch"}, partial(amsgrad, variant="torch"), True, (0.003, 0.1), MOMENTS),
    ("adamw", {}, adamw, True, (0.003, 0.1), {**MOMENTS, **DECAY}),
    ("qhm", {}, qhm, False, (0.01, 0.9), {"beta": (0.5, 0.999), "nu": (0.3, 1.0)}),
    ("qhadam", {}, qhadam, True, (0.003, 0.1), {**MOMENTS, **NUS}),
    ("aggmo", {"betas": (0.3, 0.8)}, partial(aggmo, betas=(0.3, 0.8)), False, (0.01, 0.5), {}),
    ("demon", {"total_steps": 40}, partial(demon, total_steps=40), False, (0.01, 0.5), HEAVY),
    ("demon_adam", {"total_steps": 40}, partial(demon_adam, total_steps=40), True, (0.001, 0.01), MOMENTS),
    (
        "demon_adam",
        {"total_steps": 40, "form": "ema"},
        partial(demon_adam, total_steps=40, ema=True),
        True,
        (0.003, 0.1),
        MOMENTS,
    ),
    ("radam", {}, radam, False, (0.01, 0.5), {**MOMENTS, "b2": (0.95, 0.9999)}),
    (
        "radam",
        {"threshold": 5.0, "eps_before_correction": True},
        partial(radam, threshold=5, early=True),
        False,
        (0.01, 0.5),
        {**MOMENTS, "b2": (0.95, 0.9999)},
    ),
    ("lars", {}, lars, True, (0.1, 1.0), TRUST),
    ("lars", {"denominator": "optax"}, partial(lars, apart=False), True, (0.1, 1.0), TRUST),
    ("lamb", {}, lamb, True, (0.003, 0.03), {**MOMENTS, **DECAY}),
    ("lazy_adam", {}, lazy_adam, True, (0.003, 0.1), MOMENTS),
    (
        "yellowfin",
        {"window": 5},
        partial(yellowfin, window=5, slow_start=True),
        False,
        (0.01, 0.5),
        MEASURED,
    ),
    (
        "yellowfin",
        {"window": 3, "slow_start": False},
        partial(yellowfin, window=3, slow_start=False),
        False,
        (0.01, 0.5),
        MEASURED,
    ),
)


@pytest.mark.parametrize("seed", [1, 2])
def test_equals_the_papers_equation(papers, seed):
    papers.check(FORMS, seed=seed)


def test_lazy_adam_leaves_what_is_absent(steps_on):
    rng = np.random.default_rng(4)
    gradients = np.where(rng.uniform(size=(40, 3)) < 0.4, rng.normal(size=(40, 3)), 0.0)
    steps, _ = steps_on(load("lazy_adam").rule(learning_rate=0.1), gradients)
    assert (steps[gradients == 0] == 0).all()
    places = iter(gradients)
    walked = lazy_adam(lambda _: next(places), np.zeros(3), learning_rate=0.1, b1=0.9, b2=0.999, eps=1e-8)
    points = np.array([next(walked)[0] for _ in range(40)])
    np.testing.assert_allclose(np.cumsum(steps, axis=0)[:-1], points[1:], rtol=1e-11, atol=1e-13)
    dense, _ = steps_on(load("adam").rule(learning_rate=0.1), gradients)
    assert np.abs(dense - steps).max() > 0.01


def test_yellowfin_at_rest_is_ready_to_go_on(steps_on):
    gradients = np.zeros((30, 2))
    gradients[-1] = 1.0
    steps, state = steps_on(load("yellowfin").rule(slow_start=False), gradients)
    assert (steps[:-1] == 0).all()
    assert (np.abs(state.momentum) <= 1).all()
    assert np.abs(steps[-1]).max() < 1


def test_adamax_without_a_gradient_stays(steps_on):
    steps, _ = steps_on(load("adamax").rule(learning_rate=0.1), np.array([[1.0, 0.0]] * 3))
    np.testing.assert_allclose(steps, [[-0.1, 0.0]] * 3)


@pytest.mark.parametrize(("threshold", "first"), [(4.0, 5), (5.0, 6)])
def test_radam_rectifies_from_the_same_step_in_float32(threshold, first):
    rule = load("radam").rule(threshold=threshold)

    def step(state, _):
        _, state = rule.update(jnp.ones(2), state)
        return state, optax.tree.get(state, "rectification")

    _, factors = jax.lax.scan(step, rule.init(jnp.ones(2)), length=8)
    assert factors.dtype == jnp.float32
    assert np.flatnonzero(factors)[0] == first - 1


DEFAULTS = {
    "adamax": {"learning_rate": 0.002, "b1": 0.9, "b2": 0.999},
    "nadam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "variant": "paper", "momentum_decay": 0.004},
    "amsgrad": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "variant": "paper"},
    "adamw": {"learning_rate": 0.001, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "qhm": {"beta": 0.999, "nu": 0.7},
    "qhadam": {"b1": 0.995, "b2": 0.999, "nu1": 0.7, "nu2": 1.0, "eps": 1e-8},
    "aggmo": {"betas": (0.0, 0.9, 0.99)},
    "demon": {"momentum": 0.9},
    "demon_adam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "form": "accumulate"},
    "radam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "threshold": 4.0},
    "lars": {"momentum": 0.9, "weight_decay": 0.0, "trust_coefficient": 0.001, "denominator": "paper"},
    "lamb": {"b1": 0.9, "b2": 0.999, "eps": 1e-6, "weight_decay": 0.0},
    "lazy_adam": {"learning_rate": 0.001, "b1": 0.9, "b2": 0.999, "eps": 1e-8},
    "yellowfin": {
        "learning_rate": 1e-4,
        "momentum": 0.0,
        "beta": 0.999,
        "window": 20,
        "slow_start": True,
    },
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_published_defaults(name):
    assert load(name).defaults.items() >= DEFAULTS[name].items()


@pytest.mark.parametrize(
    ("name", "hyperparameters", "message"),
    [
        ("momentum", {"rate": "beside"}, "rate of momentum must be inside or outside; got 'beside'."),
        ("nadam", {"variant": "keras"}, "variant of nadam must be paper, optax or torch; got 'keras'."),
        ("amsgrad", {"variant": ""}, "variant of amsgrad must be paper, optax or torch; got ''."),
        ("lars", {"denominator": "sum"}, "denominator of lars must be paper or optax; got 'sum'."),
        ("demon_adam", {"form": "sum"}, "form of demon_adam must be accumulate or ema; got 'sum'."),
        (
            "demon",
            {"total_steps": -1},
            "total_steps of demon must be a whole number of steps, at least 0; got -1.",
        ),
        (
            "demon_adam",
            {"total_steps": 2.5},
            "total_steps of demon_adam must be a whole number of steps, at least 0; got 2.5.",
        ),
        (
            "yellowfin",
            {"window": True},
            "window of yellowfin must be a whole number of steps, at least 1; got True.",
        ),
        (
            "aggmo",
            {"betas": ()},
            "betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got ().",
        ),
        (
            "aggmo",
            {"betas": 0.9},
            "betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got 0.9.",
        ),
    ],
)
def test_what_a_rule_cannot_take(name, hyperparameters, message):
    with pytest.raises(HyperparameterError) as raised:
        load(name).rule(**hyperparameters)
    assert str(raised.value) == message
