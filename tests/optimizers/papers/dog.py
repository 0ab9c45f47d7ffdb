"""Ivgi, Hinder and Carmon 2023: the distance travelled over the root of the summed squares."""

import numpy as np

FORMS = (({}, {"learning_rate": (0.3, 1.0), "initial_distance": (1e-6, 1e-1), "eps": (1e-10, 1e-3)}),)


def norm(theta):
    return np.linalg.norm(theta, axis=0)


def dog(f, theta, *, learning_rate, initial_distance, eps):
    start = theta
    far, squares = initial_distance * (1 + norm(theta)), 0.0
    while True:
        far = np.maximum(far, norm(theta - start))
        yield theta, {"distance": far}
        g = f.gradient(theta)
        squares = squares + norm(g) ** 2
        theta = theta - learning_rate * far / np.sqrt(squares + eps) * g
