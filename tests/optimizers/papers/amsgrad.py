"""Reddi, Kale and Kumar 2018, Algorithm 2; libraries correct the means, before or after the maximum."""

import numpy as np

MOMENTS = {"b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)}
FORMS = (
    ({}, {"learning_rate": (0.001, 0.03), **MOMENTS}),
    ({"variant": "optax"}, {"learning_rate": (0.003, 0.1), **MOMENTS}),
    ({"variant": "torch"}, {"learning_rate": (0.003, 0.1), **MOMENTS}),
)


def amsgrad(f, theta, *, learning_rate, b1, b2, eps, variant="paper"):
    m, v, highest, t = 0.0, 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        mean = 1.0 if variant == "paper" else 1 - b1**t
        highest = np.maximum(highest, v / (1 - b2**t) if variant == "optax" else v)
        root = np.sqrt(highest / (1 - b2**t) if variant == "torch" else highest)
        theta = theta - learning_rate * m / mean / (root + eps)
