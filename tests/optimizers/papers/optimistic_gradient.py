"""Popov 1980, as Daskalakis et al. 2018 have it."""

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.3), "optimism": (0.2, 1.5)}),)


def optimistic_gradient(f, theta, *, learning_rate, optimism):
    old = None
    while True:
        yield theta, {}
        g = f.gradient(theta)
        old = g if old is None else old
        theta = theta - learning_rate * g - learning_rate * optimism * (g - old)
        old = g
