"""Foret et al. 2021, Algorithm 1, over the whole loss."""

import numpy as np

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.9), "rho": (0.001, 0.1)}),)


def sam(f, theta, *, learning_rate, rho):
    uphill = theta
    while True:
        yield theta, {"uphill": uphill}
        g = f.gradient(theta)
        uphill = theta + rho * g / np.linalg.norm(g, axis=0)
        theta = theta - learning_rate * f.gradient(uphill)
