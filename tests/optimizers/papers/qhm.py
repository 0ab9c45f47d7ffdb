"""Ma and Yarats 2019: a gradient and a mean of gradients, averaged."""

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.9), "beta": (0.5, 0.999), "nu": (0.3, 1.0)}),)


def qhm(f, theta, *, learning_rate, beta, nu):
    buffer = 0.0
    while True:
        yield theta, {}
        g = f.gradient(theta)
        buffer = beta * buffer + (1 - beta) * g
        theta = theta - learning_rate * ((1 - nu) * g + nu * buffer)
