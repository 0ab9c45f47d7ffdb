"""Polyak and Juditsky 1992: the mean of all iterates, here of those after the start."""

PER_CURVATURE = True
FORMS = (({"inner": "momentum"}, {"inner": {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)}}),)


def polyak_averaging(f, theta, *, inner):
    total = 0.0
    for t, (point, _) in enumerate(inner(f, theta)):
        total = total + point if t else 0.0
        yield point, {"average": total / t if t else point}
