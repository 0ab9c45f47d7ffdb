"""Chen et al. 2023, Algorithm 2."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.003, 0.1),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "weight_decay": (1e-3, 0.3),
        },
    ),
)


def lion(f, theta, *, learning_rate, b1, b2, weight_decay):
    m = 0.0
    while True:
        yield theta, {}
        g = f.gradient(theta)
        c = b1 * m + (1 - b1) * g
        theta = theta - learning_rate * (np.sign(c) + weight_decay * theta)
        m = b2 * m + (1 - b2) * g
