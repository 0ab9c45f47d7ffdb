"""Lucas et al. 2019: the mean of several heavy balls' steps."""

PER_CURVATURE = True
FORMS = (({"betas": (0.3, 0.8)}, {"learning_rate": (0.01, 0.5)}),)


def aggmo(f, theta, *, learning_rate, betas):
    velocities = [0.0 for _ in betas]
    while True:
        yield theta, {}
        g = f.gradient(theta)
        velocities = [beta * v - g for beta, v in zip(betas, velocities, strict=True)]
        theta = theta + learning_rate / len(betas) * sum(velocities)
