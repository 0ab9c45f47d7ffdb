"""Gradient descent."""

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.9)}),)


def sgd(f, theta, *, learning_rate):
    while True:
        yield theta, {}
        theta = theta - learning_rate * f.gradient(theta)
