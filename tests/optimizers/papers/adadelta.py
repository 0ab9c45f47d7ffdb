"""Zeiler 2012, Algorithm 1, with a rate outside; `scaled` remembers the steps with their rate."""

import numpy as np

RANGES = {"learning_rate": (0.3, 1.5), "rho": (0.8, 0.99), "eps": (1e-6, 1e-2)}
FORMS = (({}, RANGES), ({"accumulate": "scaled"}, RANGES))


def adadelta(f, theta, *, learning_rate, rho, eps, accumulate="step"):
    squares, steps = 0.0, 0.0
    while True:
        yield theta, {}
        g = f.gradient(theta)
        squares = rho * squares + (1 - rho) * np.abs(g) ** 2
        step = -np.sqrt(steps + eps) / np.sqrt(squares + eps) * g
        remembered = learning_rate * step if accumulate == "scaled" else step
        steps = rho * steps + (1 - rho) * np.abs(remembered) ** 2
        theta = theta + learning_rate * step
