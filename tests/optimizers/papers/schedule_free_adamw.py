"""Defazio et al. 2024, Algorithm 1, as their AdamWScheduleFreePaper; their AdamWScheduleFree and optax
correct the second moment rather than the rate."""

import numpy as np

RANGES = {
    "learning_rate": (0.003, 0.1),
    "b1": (0.1, 0.99),
    "b2": (0.9, 0.9999),
    "eps": (1e-10, 1e-3),
    "weight_decay": (1e-3, 0.3),
}
FORMS = (({}, RANGES), ({"variant": "optax"}, RANGES))


def schedule_free_adamw(f, x, *, learning_rate, b1, b2, eps, weight_decay, variant="paper"):
    """`learning_rate` may be a function of the steps so far."""
    z = x
    v = weights = 0.0
    t = 0
    while True:
        y = (1 - b1) * z + b1 * x
        yield x, {"gradient point": y, "base point": z}
        rate = learning_rate(t) if callable(learning_rate) else learning_rate
        t += 1
        g = f.gradient(y)
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        correction = 1 - b2**t
        rate = rate * np.sqrt(correction) if variant == "paper" else rate
        root = np.sqrt(v if variant == "paper" else v / correction)
        z = z - rate * (g / (root + eps) + weight_decay * y)
        weights = weights + rate**2
        x = (1 - rate**2 / weights) * x + rate**2 / weights * z
