"""You, Gitman and Ginsburg 2017, Algorithm 1; optax takes the norm of the gradient with its decay."""

import numpy as np

RANGES = {
    "learning_rate": (0.1, 1.0),
    "momentum": (0.3, 0.95),
    "weight_decay": (1e-3, 0.3),
    "trust_coefficient": (0.01, 0.1),
}
FORMS = (({}, RANGES), ({"denominator": "optax"}, RANGES))


def norm(w):
    return np.linalg.norm(w, axis=0)


def lars(f, w, *, learning_rate, momentum, weight_decay, trust_coefficient, denominator="paper"):
    v = 0.0
    while True:
        g = f.gradient(w)
        decayed = g + weight_decay * w
        size = norm(g) + weight_decay * norm(w) if denominator == "paper" else norm(decayed)
        trust = trust_coefficient * norm(w) / size
        yield w, {"trust_ratio": trust}
        v = momentum * v + learning_rate * trust * decayed
        w = w - v
