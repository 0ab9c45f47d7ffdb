"""Zhang et al. 2019, Algorithm 1."""

PER_CURVATURE = True
FORMS = (
    (
        {"inner": "momentum", "sync_period": 7},
        {"inner": {"learning_rate": (0.01, 0.5), "momentum": (0.3, 0.95)}, "slow_step_size": (0.1, 0.9)},
    ),
)


class Handed:
    """A loss whose gradient is whatever was handed over last."""

    def gradient(self, theta):
        return self.slope


def lookahead(f, theta, *, inner, sync_period, slow_step_size):
    """Around a rule whose steps follow from gradients alone, wherever they were taken."""
    slow, t = theta, 0
    handed = Handed()
    walked = inner(handed, 0.0 * theta)
    before, shown = next(walked)
    while True:
        yield theta, {**shown, "slow": slow}
        handed.slope = f.gradient(theta)
        after, shown = next(walked)
        theta, before = theta + (after - before), after
        t += 1
        if t % sync_period == 0:
            slow = theta = slow + slow_step_size * (theta - slow)
