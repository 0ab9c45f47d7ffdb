"""Kingma and Ba 2015, Algorithm 1; BERT's form does not correct the means for their start."""

import numpy as np

RANGES = {"b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3), "l2": (1e-3, 1.0)}
FORMS = (
    ({}, {"learning_rate": (0.003, 0.3), **RANGES}),
    ({"bias_correction": False}, {"learning_rate": (0.001, 0.03), **RANGES}),
)


def adam(f, theta, *, learning_rate, b1, b2, eps, l2=0.0, bias_correction=True):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta) + l2 * theta
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if bias_correction else (m, v)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
