"""Riedmiller and Braun 1993, with the step taken back where the slope turns, or left out."""

import numpy as np

RANGES = {
    "initial_step": (0.01, 0.3),
    "eta_minus": (0.3, 0.7),
    "eta_plus": (1.05, 1.5),
    "min_step": (1e-6, 1e-3),
    "max_step": (0.1, 10.0),
}
FORMS = (({}, RANGES), ({"backtracking": False}, RANGES))


def rprop(f, theta, *, initial_step, eta_minus, eta_plus, min_step, max_step, backtracking=True):
    size = initial_step * np.ones_like(theta)
    step = old = np.zeros_like(theta)
    while True:
        yield theta, {}
        g = f.gradient(theta)
        grows, turns = old * g > 0, old * g < 0
        size = np.where(grows, np.minimum(eta_plus * size, max_step), size)
        size = np.where(turns, np.maximum(eta_minus * size, min_step), size)
        step = np.where(turns, -step if backtracking else 0.0, -np.sign(g) * size)
        theta = theta + step
        old = np.where(turns, 0.0, g)
