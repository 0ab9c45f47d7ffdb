"""Chen et al. 2022: a gradient's shares in all later steps sum to what falls in a straight line."""

PER_CURVATURE = True
FORMS = (({"total_steps": 40}, {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)}),)


def falling_momentum(beta, t, total_steps):
    total = max(1 - t / total_steps, 0.0) * beta / (1 - beta)
    return total / (1 + total)


def demon(f, theta, *, learning_rate, momentum, total_steps):
    v, t = 0.0, 0
    while True:
        beta = falling_momentum(momentum, t, total_steps)
        yield theta, {"momentum": beta}
        v = beta * v - learning_rate * f.gradient(theta)
        theta = theta + v
        t += 1
