"""Zhuang et al. 2020, Algorithm 2."""

import numpy as np

FORMS = (
    (
        {},
        {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)},
    ),
)


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
