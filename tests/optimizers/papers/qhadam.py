"""Ma and Yarats 2019: Adam, with either mean averaged with the gradient of the step."""

import numpy as np

FORMS = (
    (
        {},
        {
            "learning_rate": (0.003, 0.1),
            "b1": (0.5, 0.95),
            "b2": (0.9, 0.9999),
            "nu1": (0.3, 1.0),
            "nu2": (0.3, 1.0),
            "eps": (1e-10, 1e-3),
        },
    ),
)


def qhadam(f, theta, *, learning_rate, b1, b2, nu1, nu2, eps):
    m, v, t = 0.0, 0.0, 0
    while True:
        yield theta, {}
        t += 1
        g = f.gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.abs(g) ** 2
        above = (1 - nu1) * g + nu1 * m / (1 - b1**t)
        below = np.sqrt((1 - nu2) * np.abs(g) ** 2 + nu2 * v / (1 - b2**t)) + eps
        theta = theta - learning_rate * above / below
