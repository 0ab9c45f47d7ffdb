"""Xu 2011, in the form of Bottou's sgd-2.0 and of torch."""

import numpy as np

RANGES = {"learning_rate": (0.01, 0.5), "lam": (1e-3, 0.5), "alpha": (0.3, 1.0)}

PER_CURVATURE = True
FORMS = (({}, {**RANGES, "t0": (1.0, 40.0)}), ({"t0": 0.0}, RANGES))


def asgd(f, theta, *, learning_rate, lam, alpha, t0):
    average, t, share = theta, 0, 1.0
    while True:
        rate = learning_rate / (1 + lam * learning_rate * t) ** alpha
        yield theta, {"average": average, "learning_rate": rate}
        theta = (1 - lam * rate) * theta - rate * f.gradient(theta)
        average = average + share * (theta - average)
        t += 1
        share = 1 / np.maximum(1, t - t0)
