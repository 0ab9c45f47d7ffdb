"""Kingma and Ba 2015, Algorithm 2."""

import numpy as np

FORMS = (({}, {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999)}),)


def adamax(f, theta, *, learning_rate, b1, b2):
    m, u, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        u = np.maximum(b2 * u, np.abs(g))
        theta = theta - learning_rate / (1 - b1**t) * m / u
