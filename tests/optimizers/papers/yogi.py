"""Zaheer et al. 2018, Algorithm 2; optax corrects the means, which begin at 1e-6."""

import numpy as np

RANGES = {"learning_rate": (0.003, 0.1), "b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)}
FORMS = (({}, RANGES), ({"variant": "optax"}, RANGES))


def yogi(f, theta, *, learning_rate, b1, b2, eps, variant="paper"):
    m = v = 1e-6 if variant == "optax" else 0.0
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        square = np.abs(g) ** 2
        m = b1 * m + (1 - b1) * g
        v = v - (1 - b2) * np.sign(v - square) * square
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if variant == "optax" else (m, v)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
