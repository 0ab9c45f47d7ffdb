"""Tieleman and Hinton 2012, slide 29 of lecture 6e, with the momentum that libraries add."""

import numpy as np

RANGES = {
    "learning_rate": (0.001, 0.03),
    "decay": (0.8, 0.99),
    "eps": (1e-10, 1e-3),
    "momentum": (0.1, 0.9),
}
FORMS = (({}, RANGES), ({"eps_inside": False}, RANGES), ({"nesterov": True}, RANGES))


def rmsprop(f, theta, *, learning_rate, decay, eps, momentum, eps_inside=True, nesterov=False):
    squares, velocity = 0.0, 0.0
    while True:
        yield theta, {}
        g = f.gradient(theta)
        squares = decay * squares + (1 - decay) * np.abs(g) ** 2
        scaled = g / (np.sqrt(squares + eps) if eps_inside else np.sqrt(squares) + eps)
        velocity = momentum * velocity + scaled
        theta = theta - learning_rate * (momentum * velocity + scaled if nesterov else velocity)
