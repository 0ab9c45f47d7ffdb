"""Ruder 2016, with eps inside the root; and Dozat 2016, Algorithm 2, whose momentum may warm up."""

import numpy as np

RANGES = {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)}
FORMS = (
    ({}, RANGES),
    ({"variant": "optax"}, RANGES),
    ({"variant": "torch"}, {**RANGES, "momentum_decay": (1e-3, 0.1)}),
)


def nadam(f, theta, *, learning_rate, b1, b2, eps, variant="paper", momentum_decay=0.0):
    if variant == "paper":
        return ruder(f, theta, learning_rate, b1, b2, eps)

    def mu(t):
        return b1 * (1 - 0.5 * 0.96 ** (t * momentum_decay)) if variant == "torch" else b1

    return dozat(f, theta, learning_rate, mu, b1, b2, eps)


def ruder(f, theta, learning_rate, b1, b2, eps):
    m, n, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        n = b2 * n + (1 - b2) * np.abs(g) ** 2
        ahead = b1 * m / (1 - b1**t) + (1 - b1) * g / (1 - b1**t)
        theta = theta - learning_rate / np.sqrt(n / (1 - b2**t) + eps) * ahead


def dozat(f, theta, learning_rate, mu, b1, b2, eps):
    m, n, t, product = 0.0, 0.0, 0, 1.0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        product = product * mu(t)
        m = b1 * m + (1 - b1) * g
        n = b2 * n + (1 - b2) * np.abs(g) ** 2
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        theta = theta - learning_rate * ahead / (np.sqrt(n / (1 - b2**t)) + eps)
