"""Polyak 1987: the step that would reach the lowest loss if the loss were a cone."""

import numpy as np

CHAOTIC_ON = ("rosenbrock",)
FORMS = (({}, {"learning_rate": (0.1, 0.9), "f_min": (1e-3, 1e-1)}),)


def polyak_sgd(f, theta, *, learning_rate, f_min):
    while True:
        g = f.gradient(theta)
        rate = learning_rate * (f.loss(theta) - f_min) / np.sum(g**2, axis=0)
        yield theta, {"learning_rate": rate}
        theta = theta - rate * g
