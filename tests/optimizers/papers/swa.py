"""Izmailov et al. 2018, Algorithm 1; their code does not count the weights with which it starts."""

import numpy as np

INNER = {"inner": {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)}}

PER_CURVATURE = True
FORMS = tuple(
    ({"inner": "momentum", "swa_start": start, "cycle": cycle, "average_start": counted}, INNER)
    for start, cycle in ((0, 1), (5, 1), (7, 4), (12, 3), (80, 1))
    for counted in (False, True)
)


def swa(f, theta, *, inner, swa_start, cycle, average_start):
    collected = []
    for t, (point, _) in enumerate(inner(f, theta)):
        ends_a_cycle = t > swa_start and (t - swa_start) % cycle == 0
        if ends_a_cycle or (average_start and t == swa_start):
            collected.append(point)
        yield point, {"average": np.mean(collected, axis=0) if collected else point}
