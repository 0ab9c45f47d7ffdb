"""Rules that optax has too, against the papers' equations in NumPy, from random starts."""

import math
from itertools import islice
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
import pytest

from ravine.optimizers import Setting, descend, load

STEPS = 40
LANES = 12
TOLERANCE = 1e-11


def norm(rows):
    return np.linalg.norm(rows, axis=-1, keepdims=True)


def lion(f, theta, *, learning_rate, b1, b2, weight_decay):
    m = 0.0
    while True:
        yield theta, {}
        g = f.gradient(theta)
        c = b1 * m + (1 - b1) * g
        theta = theta - learning_rate * (np.sign(c) + weight_decay * theta)
        m = b2 * m + (1 - b2) * g


def yogi(f, theta, *, learning_rate, b1, b2, eps, optax_form=False):
    m = v = 1e-6 if optax_form else 0.0
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = v - (1 - b2) * np.sign(v - g**2) * g**2
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if optax_form else (m, v)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps)


def adabelief(f, theta, *, learning_rate, b1, b2, eps):
    m = s = 0.0
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        theta = theta - learning_rate * (m / (1 - b1**t)) / (np.sqrt(s / (1 - b2**t)) + eps)


def novograd(f, theta, *, learning_rate, b1, b2, eps, weight_decay):
    v = m = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        square = norm(g) ** 2
        v = square if v is None else b2 * v + (1 - b2) * square
        step = g / (np.sqrt(v) + eps) + weight_decay * theta
        m = step if m is None else b1 * m + step
        theta = theta - learning_rate * m


def adan(f, theta, *, learning_rate, b1, b2, b3, eps, weight_decay):
    """In the paper's letters, whose betas are one minus ours."""
    beta1, beta2, beta3 = 1 - b1, 1 - b2, 1 - b3
    old = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        if old is None:
            m, v, n = g, 0.0, g**2
        else:
            m = (1 - beta1) * m + beta1 * g
            v = (1 - beta2) * v + beta2 * (g - old)
            n = (1 - beta3) * n + beta3 * (g + (1 - beta2) * (g - old)) ** 2
        rates = learning_rate / (np.sqrt(n) + eps)
        theta = (theta - rates * (m + (1 - beta2) * v)) / (1 + weight_decay * learning_rate)
        old = g


def corrected_adan(f, theta, *, learning_rate, b1, b2, b3, eps, weight_decay):
    """The authors' code."""
    m = v = n = 0.0
    old = None
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        change = g - (g if old is None else old)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * change
        n = b3 * n + (1 - b3) * (g + b2 * change) ** 2
        ahead = m / (1 - b1**t) + b2 * v / (1 - b2**t)
        theta = theta - learning_rate * ahead / (np.sqrt(n / (1 - b3**t)) + eps)
        theta = theta / (1 + learning_rate * weight_decay)
        old = g


def ademamix(f, theta, *, learning_rate, b1, b2, b3, alpha, eps, weight_decay, warmup=0):
    fast = slow = v = 0.0
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        alpha_t, b3_t = alpha, b3
        if warmup:
            alpha_t = np.minimum(t * alpha / warmup, alpha)
            mixed = (1 - t / warmup) * np.log(b3) + t / warmup * np.log(b1)
            b3_t = np.minimum(np.exp(np.log(b1) * np.log(b3) / mixed), b3)
        fast = b1 * fast + (1 - b1) * g
        slow = b3_t * slow + (1 - b3_t) * g
        v = b2 * v + (1 - b2) * g**2
        step = (fast / (1 - b1**t) + alpha_t * slow) / (np.sqrt(v / (1 - b2**t)) + eps)
        theta = theta - learning_rate * (step + weight_decay * theta)


def warm_ademamix(f, theta, **hyperparameters):
    return ademamix(f, theta, warmup=25, **hyperparameters)


def schedule_free(f, x, *, learning_rate, b1):
    z = x
    t = 1
    while True:
        y = (1 - b1) * z + b1 * x
        yield x, {"gradient point": y, "base point": z}
        z = z - learning_rate * f.gradient(y)
        x = (1 - 1 / (t + 1)) * x + z / (t + 1)
        t += 1


def corrected_schedule_free_adamw(f, x, *, learning_rate, b1, b2, eps, weight_decay):
    """As in optax, and in the authors' AdamWScheduleFree."""
    z = x
    v = weights = 0.0
    t = 0
    while True:
        y = (1 - b1) * z + b1 * x
        yield x, {"gradient point": y, "base point": z}
        t += 1
        g = f.gradient(y)
        v = b2 * v + (1 - b2) * g**2
        z = z - learning_rate * (g / (np.sqrt(v / (1 - b2**t)) + eps) + weight_decay * y)
        weights = weights + learning_rate**2
        share = learning_rate**2 / weights
        x = (1 - share) * x + share * z


def schedule_free_adamw(f, x, *, learning_rate, b1, b2, eps, weight_decay):
    """As in the authors' AdamWScheduleFreePaper."""
    z = x
    v = weights = 0.0
    t = 0
    while True:
        y = (1 - b1) * z + b1 * x
        yield x, {"gradient point": y, "base point": z}
        t += 1
        g = f.gradient(y)
        v = b2 * v + (1 - b2) * g**2
        rate = learning_rate * np.sqrt(1 - b2**t)
        z = z - rate * (g / (np.sqrt(v) + eps) + weight_decay * y)
        weights = weights + rate**2
        share = rate**2 / weights
        x = (1 - share) * x + share * z


def prodigy(f, theta, *, learning_rate, b1, b2, eps, initial_distance):
    start, d = theta, initial_distance
    m = v = r = s = 0.0
    root = np.sqrt(b2)
    while True:
        yield theta, {"distance": d}
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g**2
        inner = np.sum(g * (start - theta), axis=-1, keepdims=True)
        r = root * r + (1 - root) * learning_rate * d**2 * inner
        s = root * s + (1 - root) * learning_rate * d**2 * g
        theta = theta - learning_rate * d * m / (np.sqrt(v) + d * eps)
        d = np.maximum(d, r / np.sum(np.abs(s), axis=-1, keepdims=True))


def sophia(f, theta, *, learning_rate, b1, b2, eps, gamma, weight_decay):
    """With a new estimate every third step from the first on."""
    m = h = 0.0
    t = 0
    while True:
        yield theta, {}
        m = b1 * m + (1 - b1) * f.gradient(theta)
        if t % 3 == 0:
            with jax.enable_x64(True):
                key = jax.random.fold_in(jax.random.key(7), t)
                u = np.asarray(optax.tree.random_like(key, np.zeros(2)))
            h = b2 * h + (1 - b2) * u * (f.hessian(theta) @ u)
        decayed = theta - learning_rate * weight_decay * theta
        theta = decayed - learning_rate * np.clip(m / np.maximum(gamma * h, eps), -1, 1)
        t += 1


def rprop(f, theta, *, initial_step, eta_minus, eta_plus, min_step, max_step, takes_back=True):
    size = initial_step * np.ones_like(theta)
    step = old = np.zeros_like(theta)
    while True:
        yield theta, {}
        g = f.gradient(theta)
        grows, turns = old * g > 0, old * g < 0
        size = np.where(grows, np.minimum(eta_plus * size, max_step), size)
        size = np.where(turns, np.maximum(eta_minus * size, min_step), size)
        step = np.where(turns, -step if takes_back else 0.0, -np.sign(g) * size)
        theta = theta + step
        old = np.where(turns, 0.0, g)


def waiting_rprop(f, theta, **hyperparameters):
    return rprop(f, theta, takes_back=False, **hyperparameters)


def optimistic(f, theta, *, learning_rate, optimism):
    old = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        old = g if old is None else old
        theta = theta - learning_rate * g - learning_rate * optimism * (g - old)
        old = g


def polyak(f, theta, *, learning_rate, f_min):
    while True:
        g = f.gradient(theta)
        rate = learning_rate * (f.loss(theta.T)[:, None] - f_min) / norm(g) ** 2
        yield theta, {"learning_rate": rate}
        theta = theta - rate * g


def sign(f, theta, *, learning_rate, momentum):
    m = 0.0
    while True:
        yield theta, {}
        m = momentum * m + (1 - momentum) * f.gradient(theta)
        theta = theta - learning_rate * np.sign(m)


def dog(f, theta, *, learning_rate, initial_distance, eps):
    start = theta
    far, squares = initial_distance * (1 + norm(theta)), 0.0
    while True:
        far = np.maximum(far, norm(theta - start))
        yield theta, {"distance": far}
        g = f.gradient(theta)
        squares = squares + norm(g) ** 2
        theta = theta - learning_rate * far / np.sqrt(squares + eps) * g


def sam(f, theta, *, learning_rate, rho):
    uphill = theta
    while True:
        yield theta, {"uphill": uphill}
        g = f.gradient(theta)
        uphill = theta + rho * g / norm(g)
        theta = theta - learning_rate * f.gradient(uphill)


class Form(NamedTuple):
    """A rule of ours with its options, the paper's equation, and where its hyper-parameters are drawn from.

    `rate` is in units of the inverse steepest curvature where `scales` is false.
    """

    name: str
    options: dict[str, Any]
    paper: Any
    scales: bool
    rate: tuple[float, float]
    ranges: dict[str, tuple[float, float]]


EPS = {"eps": (1e-10, 1e-3)}
DECAY = {"weight_decay": (1e-3, 0.3)}
MEANS = {"b1": (0.5, 0.95), "b2": (0.9, 0.9999)}
THREE = {**MEANS, "b3": (0.9, 0.9999), **EPS, **DECAY}
SIZES = {
    "initial_step": (0.01, 0.3),
    "eta_minus": (0.3, 0.7),
    "eta_plus": (1.05, 1.5),
    "min_step": (1e-6, 1e-3),
    "max_step": (0.1, 10.0),
}
FREE = {"b1": (0.1, 0.99), "b2": (0.9, 0.9999), **EPS, **DECAY}
OPTAX = {"variant": "optax"}
FORMS = (
    Form("lion", {}, lion, True, (0.003, 0.1), {**MEANS, **DECAY}),
    Form("yogi", {}, yogi, True, (0.003, 0.1), {**MEANS, **EPS}),
    Form("yogi", OPTAX, lambda *a, **k: yogi(*a, **k, optax_form=True), True, (0.003, 0.1), {**MEANS, **EPS}),
    Form("adabelief", {}, adabelief, True, (0.003, 0.1), {**MEANS, **EPS}),
    Form("novograd", {}, novograd, True, (0.003, 0.03), {**MEANS, **EPS, **DECAY}),
    Form("adan", {}, adan, True, (0.003, 0.03), THREE),
    Form("adan", {"variant": "authors"}, corrected_adan, True, (0.003, 0.1), THREE),
    Form("ademamix", {}, ademamix, True, (0.003, 0.1), {**THREE, "alpha": (0.5, 8.0)}),
    Form(
        "ademamix",
        {"warmup_steps": 25},
        warm_ademamix,
        True,
        (0.003, 0.1),
        {**THREE, "b1": (0.5, 0.85), "alpha": (0.5, 8.0)},
    ),
    Form("schedule_free", {}, schedule_free, False, (0.01, 0.9), {"b1": (0.1, 0.99)}),
    Form("schedule_free_adamw", {}, schedule_free_adamw, True, (0.003, 0.1), FREE),
    Form("schedule_free_adamw", OPTAX, corrected_schedule_free_adamw, True, (0.003, 0.1), FREE),
    Form("prodigy", {}, prodigy, True, (0.1, 1.0), {**MEANS, **EPS, "initial_distance": (1e-6, 1e-2)}),
    Form(
        "sophia",
        {"update_interval": 3, "seed": 7},
        sophia,
        True,
        (0.003, 0.1),
        {**MEANS, "eps": (1e-12, 1e-3), "gamma": (1e-3, 1.0), **DECAY},
    ),
    Form("rprop", {}, rprop, True, (), SIZES),
    Form("rprop", {"backtracking": False}, waiting_rprop, True, (), SIZES),
    Form("optimistic_gradient", {}, optimistic, False, (0.01, 0.3), {"optimism": (0.2, 1.5)}),
    Form("polyak_sgd", {}, polyak, True, (0.1, 0.9), {"f_min": (1e-3, 1e-1)}),
    Form("sign_sgd", {}, sign, True, (0.003, 0.1), {"momentum": (0.1, 0.95)}),
    Form("dog", {}, dog, True, (0.3, 1.0), {"initial_distance": (1e-6, 1e-1), **EPS}),
    Form("sam", {}, sam, False, (0.01, 0.9), {"rho": (0.001, 0.1)}),
)


class Tilted:
    """A bowl whose axes are not the coordinates'."""

    MATRIX = np.array([[7.0, -3.0], [-3.0, 2.0]])
    MIDDLE = np.array([0.3, -1.1])
    half = 3.0
    steepest = float(np.linalg.eigvalsh(MATRIX)[-1])

    def loss(self, point):
        x, y = point[0] - 0.3, point[1] + 1.1
        return (7 * x**2 - 6 * x * y + 2 * y**2) / 2

    def gradient(self, points):
        return (points - self.MIDDLE) @ self.MATRIX

    def hessian(self, points):
        return np.broadcast_to(self.MATRIX, (len(points), 2, 2))


class Himmelblau:
    """Four minima among saddles."""

    half = 2.0
    steepest = 150.0

    def loss(self, point):
        x, y = point
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def gradient(self, points):
        x, y = points.T
        first, second = x**2 + y - 11, x + y**2 - 7
        return np.stack([4 * x * first + 2 * second, 2 * first + 4 * y * second], axis=-1)

    def hessian(self, points):
        x, y = points.T
        cross = 4 * (x + y)
        rows = [12 * x**2 + 4 * y - 42, cross], [cross, 4 * x + 12 * y**2 - 26]
        return np.moveaxis(np.array(rows), -1, 0)


PROBLEMS = {"tilted": Tilted(), "himmelblau": Himmelblau()}


class Shaken(NamedTuple):
    """A problem whose gradients are taken a hair beside the points."""

    problem: Any
    rng: np.random.Generator

    def loss(self, point):
        return self.problem.loss(point)

    def gradient(self, points):
        hair = 1e-13 * self.rng.uniform(-1, 1, points.shape)
        return self.problem.gradient(points + hair * (1 + np.abs(points)))

    def hessian(self, points):
        return self.problem.hessian(points)


def draw(form, steepest, rng):
    def spread(low, high):
        return np.exp(rng.uniform(math.log(low), math.log(high), LANES))

    drawn = {key: spread(*bounds) for key, bounds in form.ranges.items()}
    if form.rate:
        drawn["learning_rate"] = spread(*form.rate) / (1.0 if form.scales else steepest)
    return drawn


def on_paper(form, problem, starts, values):
    """The points of every lane, and what is shown beside them."""
    columns = {key: column[:, None] for key, column in values.items()}
    walked = list(islice(form.paper(problem, starts, **columns), STEPS + 1))
    points = np.stack([point for point, _ in walked], axis=1)
    beside = {
        name: np.stack(
            [np.broadcast_to(shown[name], (LANES, np.shape(shown[name])[-1])) for _, shown in walked], 1
        )
        for name in walked[0][1]
    }
    return points, beside


def apart(found, expected):
    return np.linalg.norm(found - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_equals_the_papers_equation(problem):
    rng = np.random.default_rng([5, *problem.encode()])
    problem = PROBLEMS[problem]
    starts = rng.uniform(-problem.half, problem.half, (LANES, 2))
    drawn = [draw(form, problem.steepest, rng) for form in FORMS]
    settings = [
        Setting(optimizer=load(form.name), hyperparameters={**form.options, **values})
        for form, values in zip(FORMS, drawn, strict=True)
    ]
    runs = descend(problem.loss, settings, starts, steps=STEPS)
    for form, values, run in zip(FORMS, drawn, runs, strict=True):
        label = f"{form.name} {form.options}"
        points, beside = on_paper(form, problem, starts, values)
        twins = (on_paper(form, Shaken(problem, rng), starts, values)[0] for _ in range(2))
        parted = np.max([apart(twin, points) for twin in twins], axis=0)
        orderly = np.maximum.accumulate(parted, axis=-1) < 1e-12
        assert orderly.mean() > 0.7, f"{label} is chaotic here: draw gentler rates"
        assert set(beside) == {*run.markers, *run.series} - {"gradients"}, label
        assert apart(run.points, points)[orderly].max() < TOLERANCE, label
        for name, ball in run.markers.items():
            assert apart(ball, beside[name])[orderly].max() < TOLERANCE, label
        for name, series in run.series.items():
            off = np.abs(series - beside[name][:, :-1, 0]) / (1 + np.abs(series))
            assert off[orderly[:, :-1]].max() < TOLERANCE, f"{label} {name}"
