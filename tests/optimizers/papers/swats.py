"""Keskar and Socher 2017, Algorithm 1; and a hard switch from Adam to SGD after a number of steps."""

import numpy as np
from papers.adam import adam

MOMENTS = {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)}
FORMS = (
    ({}, {**MOMENTS, "switch_threshold": (1e-9, 1e-4)}),
    ({"switch_step": 11}, {**MOMENTS, "sgd_learning_rate": (1e-5, 3e-4)}),
)


def swats(f, theta, *, switch_step=None, switch_threshold=None, sgd_learning_rate=None, **of_adam):
    if switch_step is None:
        return settling(f, theta, switch_threshold=switch_threshold, **of_adam)
    return switching(f, theta, last=switch_step, sgd_learning_rate=sgd_learning_rate, **of_adam)


def settling(f, theta, *, learning_rate, b1, b2, eps, switch_threshold):
    m = v = velocity = mean = sgd = 0.0
    t, switched = 0, False
    while True:
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        step = -learning_rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps)
        along = np.sum(np.abs(step) ** 2, axis=0) / -np.sum((step.conj() * g).real, axis=0)
        mean = b2 * mean + (1 - b2) * along
        settled = (t > 1) & (np.abs(mean / (1 - b2**t) - along) < switch_threshold)
        sgd = np.where(switched, sgd, mean / (1 - b2**t))
        velocity = np.where(switched, b1 * velocity + g, 0.0)
        yield (
            theta,
            {"learning_rate": np.where(switched, sgd, learning_rate), "sgd_learning_rate": sgd},
        )
        theta = theta + np.where(switched, -(1 - b1) * sgd * velocity, step)
        switched = switched | settled


def switching(f, theta, *, last, sgd_learning_rate, learning_rate, **moments):
    walked = adam(f, theta, learning_rate=learning_rate, **moments)
    for _ in range(last):
        theta, _ = next(walked)
        yield theta, {"learning_rate": learning_rate, "sgd_learning_rate": sgd_learning_rate}
    theta, _ = next(walked)
    while True:
        yield theta, {"learning_rate": sgd_learning_rate, "sgd_learning_rate": sgd_learning_rate}
        theta = theta - sgd_learning_rate * f.gradient(theta)
