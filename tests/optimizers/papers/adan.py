"""Xie et al. 2022, Algorithm 1, whose betas are one minus ours; and their code, which corrects the means."""

import numpy as np

RANGES = {
    "b1": (0.5, 0.95),
    "b2": (0.9, 0.9999),
    "b3": (0.9, 0.9999),
    "eps": (1e-10, 1e-3),
    "weight_decay": (1e-3, 0.3),
}
FORMS = (
    ({}, {"learning_rate": (0.003, 0.03), **RANGES}),
    ({"variant": "authors"}, {"learning_rate": (0.003, 0.1), **RANGES}),
)


def adan(f, theta, *, learning_rate, b1, b2, b3, eps, weight_decay, variant="paper"):
    if variant == "paper":
        return published(f, theta, learning_rate, 1 - b1, 1 - b2, 1 - b3, eps, weight_decay)
    return corrected(f, theta, learning_rate, b1, b2, b3, eps, weight_decay)


def published(f, theta, learning_rate, beta1, beta2, beta3, eps, weight_decay):
    old = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        if old is None:
            m, v, n = g, 0.0, np.abs(g) ** 2
        else:
            m = (1 - beta1) * m + beta1 * g
            v = (1 - beta2) * v + beta2 * (g - old)
            n = (1 - beta3) * n + beta3 * np.abs(g + (1 - beta2) * (g - old)) ** 2
        rates = learning_rate / (np.sqrt(n) + eps)
        theta = (theta - rates * (m + (1 - beta2) * v)) / (1 + weight_decay * learning_rate)
        old = g


def corrected(f, theta, learning_rate, b1, b2, b3, eps, weight_decay):
    m = v = n = 0.0
    old, t = None, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        change = g - (g if old is None else old)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * change
        n = b3 * n + (1 - b3) * np.abs(g + b2 * change) ** 2
        ahead = m / (1 - b1**t) + b2 * v / (1 - b2**t)
        theta = theta - learning_rate * ahead / (np.sqrt(n / (1 - b3**t)) + eps)
        theta = theta / (1 + learning_rate * weight_decay)
        old = g
