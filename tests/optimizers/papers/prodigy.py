"""Mishchenko and Defazio 2024, the form for Adam."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.1, 1.0),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "eps": (1e-10, 1e-3),
            "initial_distance": (1e-6, 1e-2),
        },
    ),
)


def prodigy(f, theta, *, learning_rate, b1, b2, eps, initial_distance):
    start, d = theta, initial_distance
    m = v = r = s = 0.0
    root = np.sqrt(b2)
    while True:
        yield theta, {"distance": d}
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g**2
        r = root * r + (1 - root) * learning_rate * d**2 * np.sum(g * (start - theta), axis=0)
        s = root * s + (1 - root) * learning_rate * d**2 * g
        theta = theta - learning_rate * d * m / (np.sqrt(v) + d * eps)
        d = np.maximum(d, r / np.sum(np.abs(s), axis=0))
