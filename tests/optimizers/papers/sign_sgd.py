"""Bernstein et al. 2018, Algorithms 1 and 2."""

import numpy as np

FORMS = (({}, {"learning_rate": (0.003, 0.1), "momentum": (0.1, 0.95)}),)


def sign_sgd(f, theta, *, learning_rate, momentum):
    m = 0.0
    while True:
        yield theta, {}
        m = momentum * m + (1 - momentum) * f.gradient(theta)
        theta = theta - learning_rate * np.sign(m)
