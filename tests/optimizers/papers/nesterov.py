"""Nesterov 1983, as Sutskever et al. 2013 have it: the gradient is taken where momentum is about to lead."""

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)}),)


def nesterov(f, theta, *, learning_rate, momentum):
    v = 0.0
    while True:
        ahead = theta - momentum * v
        yield theta, {"look-ahead": ahead}
        v = momentum * v + learning_rate * f.gradient(ahead)
        theta = theta - v
