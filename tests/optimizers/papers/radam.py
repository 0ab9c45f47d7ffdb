"""Liu et al. 2020, Algorithm 2; their code has a threshold of 5 and adds eps before the correction."""

import numpy as np

RANGES = {"learning_rate": (0.01, 0.5), "b1": (0.5, 0.95), "b2": (0.95, 0.9999), "eps": (1e-10, 1e-3)}

PER_CURVATURE = True
FORMS = (({}, RANGES), ({"threshold": 5.0, "eps_before_correction": True}, RANGES))


def radam(f, theta, *, learning_rate, b1, b2, eps, threshold=4.0, eps_before_correction=False):
    m, v, t = 0.0, 0.0, 0
    longest = 2 / (1 - b2) - 1
    while True:
        t += 1
        length = longest - 2 * t * b2**t / (1 - b2**t)
        known = length > threshold
        with np.errstate(invalid="ignore"):
            r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        yield theta, {"rectification": np.where(known, r, 0.0)}
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        mean, correction = m / (1 - b1**t), np.sqrt(1 - b2**t)
        root = (np.sqrt(v) + eps) / correction if eps_before_correction else np.sqrt(v) / correction + eps
        theta = theta - learning_rate * np.where(known, r * mean / root, mean)
