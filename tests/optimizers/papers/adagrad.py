"""Duchi, Hazan and Singer 2011, the diagonal form."""

import numpy as np

FORMS = (
    ({}, {"learning_rate": (0.01, 0.5), "eps": (1e-10, 1e-3), "initial_accumulator_value": (1e-3, 1.0)}),
)


def adagrad(f, theta, *, learning_rate, eps, initial_accumulator_value):
    total = initial_accumulator_value
    while True:
        yield theta, {}
        g = f.gradient(theta)
        total = total + np.abs(g) ** 2
        theta = theta - learning_rate / np.sqrt(total + eps) * g
