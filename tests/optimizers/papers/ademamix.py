"""Pagliardini, Ablin and Grangier 2024, Algorithm 1, with its warm-ups."""

import numpy as np

RANGES = {
    "learning_rate": (0.003, 0.1),
    "b1": (0.5, 0.95),
    "b2": (0.9, 0.9999),
    "b3": (0.9, 0.9999),
    "alpha": (0.5, 8.0),
    "eps": (1e-10, 1e-3),
    "weight_decay": (1e-3, 0.3),
}
FORMS = (({}, RANGES), ({"warmup_steps": 25}, {**RANGES, "b1": (0.5, 0.85)}))


def ademamix(f, theta, *, learning_rate, b1, b2, b3, alpha, eps, weight_decay, warmup_steps=0):
    fast = slow = v = 0.0
    t = 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        alpha_t, b3_t = alpha, b3
        if warmup_steps:
            alpha_t = np.minimum(t * alpha / warmup_steps, alpha)
            mixed = (1 - t / warmup_steps) * np.log(b3) + t / warmup_steps * np.log(b1)
            b3_t = np.minimum(np.exp(np.log(b1) * np.log(b3) / mixed), b3)
        fast = b1 * fast + (1 - b1) * g
        slow = b3_t * slow + (1 - b3_t) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        step = (fast / (1 - b1**t) + alpha_t * slow) / (np.sqrt(v / (1 - b2**t)) + eps)
        theta = theta - learning_rate * (step + weight_decay * theta)
