"""Loshchilov and Hutter 2019, Algorithm 2, its decay in parts of the rate."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.003, 0.1),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "eps": (1e-10, 1e-3),
            "weight_decay": (1e-3, 0.3),
        },
    ),
)


def adamw(f, theta, *, learning_rate, b1, b2, eps, weight_decay):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        step = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
        theta = theta - learning_rate * (step + weight_decay * theta)
