"""Rules that square the gradient, on complex ones: against the papers' equations with the squared modulus."""

import numpy as np
import pytest

from ravine.optimizers import load


def means(gradients, b1=0.9, b2=0.999):
    """The step, the gradient, and Adam's two means."""
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        yield t, g, m, v


def adam(gradients, b1=0.9, b2=0.999, eps=1e-8):
    for t, _, m, v in means(gradients, b1, b2):
        yield m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


def bert_adam(gradients, eps=1e-8):
    for _, _, m, v in means(gradients):
        yield m / (np.sqrt(v) + eps)


def lazy_adam(gradients, b1=0.9, b2=0.999, eps=1e-8):
    for t, _, m, v in means(gradients, b1, b2):
        yield np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps)


def amsgrad(gradients, eps=1e-8):
    largest = 0.0
    for _, _, m, v in means(gradients):
        largest = np.maximum(largest, v)
        yield m / (np.sqrt(largest) + eps)


def nadam(gradients, b1=0.9, b2=0.999, eps=1e-8):
    for t, g, m, v in means(gradients, b1, b2):
        yield (b1 * m + (1 - b1) * g) / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + eps)


def qhadam(gradients, b1=0.995, b2=0.999, nu1=0.7, nu2=0.4, eps=1e-8):
    for t, g, m, v in means(gradients, b1, b2):
        square = (1 - nu2) * np.abs(g) ** 2 + nu2 * v / (1 - b2**t)
        yield ((1 - nu1) * g + nu1 * m / (1 - b1**t)) / (np.sqrt(square) + eps)


def radam(gradients, b1=0.9, b2=0.999, eps=1e-8):
    most = 2 / (1 - b2) - 1
    for t, _, m, v in means(gradients, b1, b2):
        length = most - 2 * t * b2**t / (1 - b2**t)
        step = m / (1 - b1**t)
        if length > 4:
            factor = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
            step = np.sqrt(factor) * step / (np.sqrt(v / (1 - b2**t)) + eps)
        yield step


def demon_adam(gradients, b1=0.9, b2=0.999, eps=1e-8, total_steps=200):
    m = 0.0
    for t, g, _, v in means(gradients, b1, b2):
        left = 1 - (t - 1) / total_steps
        m = b1 * left / (1 - b1 + b1 * left) * m + g
        yield m / (np.sqrt(v / (1 - b2**t)) + eps)


def adan(gradients, b1=0.98, b2=0.92, b3=0.99, eps=1e-8):
    m, d, n, old = gradients[0], 0.0, np.abs(gradients[0]) ** 2, gradients[0]
    for t, g in enumerate(gradients):
        if t:
            m = b1 * m + (1 - b1) * g
            d = b2 * d + (1 - b2) * (g - old)
            n = b3 * n + (1 - b3) * np.abs(g + b2 * (g - old)) ** 2
        yield (m + b2 * d) / (np.sqrt(n) + eps)
        old = g


def adamax(gradients, b1=0.9, b2=0.999):
    largest = 0.0
    for t, g, m, _ in means(gradients, b1):
        largest = np.maximum(b2 * largest, np.abs(g))
        yield m / (1 - b1**t) / largest


def yogi(gradients, b2=0.999, eps=1e-3):
    square = 0.0
    for _, g, m, _ in means(gradients):
        own = np.abs(g) ** 2
        square = square - (1 - b2) * np.sign(square - own) * own
        yield m / (np.sqrt(square) + eps)


def adagrad(gradients, eps=1e-8):
    total = 0.0
    for g in gradients:
        total = total + np.abs(g) ** 2
        yield g / np.sqrt(total + eps)


def rmsprop(gradients, eps=1e-8):
    for _, g, _, v in means(gradients, b2=0.9):
        yield g / np.sqrt(v + eps)


def adadelta(gradients, rho=0.9, eps=1e-6, rate=1.0):
    steps = 0.0
    for _, g, _, v in means(gradients, b2=rho):
        step = np.sqrt(steps + eps) / np.sqrt(v + eps) * g
        steps = rho * steps + (1 - rho) * np.abs(rate * step) ** 2
        yield step


def scaled_adadelta(gradients):
    return adadelta(gradients, rate=0.1)


def lion(gradients, b1=0.9, b2=0.99):
    m = 0.0
    for g in gradients:
        mixed = b1 * m + (1 - b1) * g
        m = b2 * m + (1 - b2) * g
        yield mixed / np.abs(mixed)


PAPERS = (
    ("adam", {}, adam),
    ("adam", {"bias_correction": False}, bert_adam),
    ("adamw", {"weight_decay": 0.0}, adam),
    ("lazy_adam", {}, lazy_adam),
    ("swats", {}, lazy_adam),
    ("amsgrad", {}, amsgrad),
    ("nadam", {}, nadam),
    ("qhadam", {"nu2": 0.4}, qhadam),
    ("radam", {}, radam),
    ("demon_adam", {}, demon_adam),
    ("adan", {}, adan),
    ("adamax", {}, adamax),
    ("yogi", {}, yogi),
    ("adagrad", {}, adagrad),
    ("rmsprop", {}, rmsprop),
    ("adadelta", {}, adadelta),
    ("adadelta", {"accumulate": "scaled"}, scaled_adadelta),
    ("lion", {}, lion),
)


@pytest.mark.parametrize(
    ("name", "options", "paper"), PAPERS, ids=lambda given: getattr(given, "__name__", str(given))
)
def test_squares_are_of_the_modulus(name, options, paper, steps_on):
    """And a sign is z over |z|; all but the rate is the default."""
    rng = np.random.default_rng(5)
    gradients = rng.normal(size=(8, 6)) + 1j * rng.normal(size=(8, 6))
    updates, _ = steps_on(load(name).rule(**{"learning_rate": 0.1, **options}), gradients)
    np.testing.assert_allclose(updates, -0.1 * np.stack(list(paper(gradients))), rtol=1e-9)
