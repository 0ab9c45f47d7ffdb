"""You et al. 2020, Algorithm 2, with no bound on the norm of the weights."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.003, 0.03),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "eps": (1e-10, 1e-3),
            "weight_decay": (1e-3, 0.3),
        },
    ),
)


def lamb(f, w, *, learning_rate, b1, b2, eps, weight_decay):
    m, v, t = 0.0, 0.0, 0
    while True:
        t += 1
        g = f.gradient(w)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        u = m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + weight_decay * w
        trust = np.linalg.norm(w, axis=0) / np.linalg.norm(u, axis=0)
        yield w, {"trust_ratio": trust}
        w = w - learning_rate * trust * u
