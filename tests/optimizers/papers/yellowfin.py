"""Zhang and Mitliagkas 2019, Algorithm 1, its measures in the order of Algorithms 2, 3 and 4."""

import numpy as np

RANGES = {"learning_rate": (0.01, 0.5), "momentum": (0.01, 0.5), "beta": (0.8, 0.99)}

PER_CURVATURE = True
FORMS = (({"window": 5}, RANGES), ({"window": 3, "slow_start": False}, RANGES))

TINY = 1e-6


def norm(theta):
    return np.linalg.norm(theta, axis=0)


def yellowfin(f, theta, *, learning_rate, momentum, beta, window, slow_start=True):
    v = h_min = h_max = squares = means = norms = distances = 0.0
    rate, mu, past, t = learning_rate, momentum, [], 0
    while True:
        g = f.gradient(theta)
        weight = 1 - beta ** (t + 1)
        past = [*past[-window + 1 :], norm(g) ** 2]
        h_min = beta * h_min + (1 - beta) * np.log(np.min(past, axis=0) + TINY)
        h_max = beta * h_max + (1 - beta) * np.log(np.max(past, axis=0) + TINY)
        squares = beta * squares + (1 - beta) * past[-1]
        means = beta * means + (1 - beta) * g
        norms = beta * norms + (1 - beta) * norm(g)
        distances = beta * distances + (1 - beta) * norms / (squares + TINY)
        if t:
            least = np.exp(h_min / weight) + TINY
            variance = np.maximum(squares / weight - norm(means / weight) ** 2, TINY) + TINY
            p = (distances / weight + TINY) ** 2 * least**2 / 2 / variance
            w = -np.cbrt((np.sqrt(p**2 + 4 / 27 * p**3) + p) / 2)
            root = w - p / 3 / (w + TINY) + 1
            range_root = np.sqrt(np.maximum((np.exp(h_max / weight) + TINY) / least, 1 + TINY))
            mu = np.maximum(root**2, ((range_root - 1) / (range_root + 1)) ** 2)
            rate = (1 - np.sqrt(mu)) ** 2 / least
            rate = rate * min(1, (t + 1) / (10 * window)) if slow_start else rate
        yield theta, {"learning_rate": rate, "momentum": mu}
        v = mu * v + g
        theta = theta - rate * v
        t += 1
