"""Chen et al. 2022, whose mean gradient is a sum; `ema` makes it a mean."""

import numpy as np
from papers.demon import falling_momentum

MOMENTS = {"b1": (0.5, 0.95), "b2": (0.9, 0.9999), "eps": (1e-10, 1e-3)}
FORMS = (
    ({"total_steps": 40}, {"learning_rate": (0.001, 0.01), **MOMENTS}),
    ({"total_steps": 40, "form": "ema"}, {"learning_rate": (0.003, 0.1), **MOMENTS}),
)


def demon_adam(f, theta, *, learning_rate, b1, b2, eps, total_steps, form="accumulate"):
    m, v, t, product = 0.0, 0.0, 0, 1.0
    while True:
        beta = falling_momentum(b1, t, total_steps)
        yield theta, {"momentum": beta}
        t += 1
        g = f.gradient(theta)
        product = product * beta
        m = beta * m + ((1 - beta) * g if form == "ema" else g)
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        mean = m / (1 - product) if form == "ema" else m
        theta = theta - learning_rate * mean / (np.sqrt(v / (1 - b2**t)) + eps)
