"""Defazio et al. 2024: gradients between the base point and the mean of all base points."""

PER_CURVATURE = True
FORMS = (({}, {"learning_rate": (0.01, 0.9), "b1": (0.1, 0.99)}),)


def schedule_free(f, x, *, learning_rate, b1):
    z, t = x, 1
    while True:
        y = (1 - b1) * z + b1 * x
        yield x, {"gradient point": y, "base point": z}
        z = z - learning_rate * f.gradient(y)
        x = (1 - 1 / (t + 1)) * x + z / (t + 1)
        t += 1
