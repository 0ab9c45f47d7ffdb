"""Polyak 1964: a heavy ball; in libraries its velocity is often a mean, or without the rate."""

HEAVY = {"momentum": (0.3, 0.95)}
SUM, MEAN = {"learning_rate": (0.01, 0.5), **HEAVY}, {"learning_rate": (0.01, 0.9), **HEAVY}

PER_CURVATURE = True
FORMS = (
    ({}, SUM),
    ({"average": True}, MEAN),
    ({"rate": "outside"}, SUM),
    ({"rate": "outside", "average": True}, MEAN),
)


def momentum(f, theta, *, learning_rate, momentum, average=False, rate="inside"):
    share = 1 - momentum if average else 1.0
    inside, outside = (learning_rate, 1.0) if rate == "inside" else (1.0, learning_rate)
    v = 0.0
    while True:
        yield theta, {}
        v = momentum * v + inside * share * f.gradient(theta)
        theta = theta - outside * v
