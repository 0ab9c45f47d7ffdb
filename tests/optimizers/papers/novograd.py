"""Ginsburg et al. 2019, Algorithm 1: one second moment a layer."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.003, 0.03),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "eps": (1e-10, 1e-3),
            "weight_decay": (1e-3, 0.3),
        },
    ),
)


def novograd(f, theta, *, learning_rate, b1, b2, eps, weight_decay):
    v = m = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        square = np.linalg.norm(g, axis=0) ** 2
        v = square if v is None else b2 * v + (1 - b2) * square
        step = g / (np.sqrt(v) + eps) + weight_decay * theta
        m = step if m is None else b1 * m + step
        theta = theta - learning_rate * m
