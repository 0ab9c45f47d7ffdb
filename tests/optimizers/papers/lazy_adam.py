"""Adam for sparse gradients, as TensorFlow's LazyAdam: what has no gradient keeps its moments and stays."""

import numpy as np

FORMS = (
    (
        {},
        {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)},
    ),
)


def lazy_adam(f, theta, *, learning_rate, b1, b2, eps):
    m, v, t = np.zeros_like(theta), np.zeros_like(theta), 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        seen = g != 0
        m = np.where(seen, b1 * m + (1 - b1) * g, m)
        v = np.where(seen, b2 * v + (1 - b2) * np.abs(g) ** 2, v)
        rate = learning_rate * np.sqrt(1 - b2**t) / (1 - b1**t)
        theta = np.where(seen, theta - rate * m / (np.sqrt(v) + eps), theta)
