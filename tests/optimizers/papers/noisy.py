"""Neelakantan et al. 2015, with deviates that are given."""

import numpy as np

DEVIATES = tuple(map(tuple, np.random.default_rng(8).normal(size=(20, 2)).tolist()))

PER_CURVATURE = True
FORMS = (
    (
        {"inner": "momentum", "normals": DEVIATES},
        {
            "inner": {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)},
            "eta": (0.1, 1.0),
            "gamma": (0.3, 0.8),
        },
    ),
)


class Noisy:
    """A loss on whose every gradient there is noise."""

    def __init__(self, f, sigma, normals):
        self.f, self.sigma, self.normals, self.t = f, sigma, normals, 0

    def gradient(self, theta):
        unit = np.array(self.normals[min(self.t, len(self.normals) - 1)])
        self.t += 1
        return self.f.gradient(theta) + self.sigma(self.t - 1) * unit[:, None]


def noisy(f, theta, *, inner, eta, gamma, normals):
    def sigma(t):
        return np.sqrt(eta / (1 + t) ** gamma)

    for t, (point, _) in enumerate(inner(Noisy(f, sigma, normals), theta)):
        yield point, {"sigma": sigma(t)}
