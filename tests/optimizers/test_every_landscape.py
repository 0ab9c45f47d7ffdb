"""Every rule on every landscape: finite, or marked as diverged.

One program serves all landscapes: which of them a step sees is a sample. A rule that evaluates the loss for
itself holds all of them, and so has a program of its own; the others share one.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.optimizers import Sampling, Setting, descend, load, names
from ravine.optimizers._process import Process

STEPS = 25
DRAWS = 8
LANDSCAPES = landscapes.names()


def evaluates_for_itself(name):
    optimizer = load(name)
    return bool(optimizer.evaluations or (not optimizer.inner and isinstance(optimizer.rule(), Process)))


ALONE = [name for name in names() if evaluates_for_itself(name)]
TOGETHER = [name for name in names() if name not in ALONE]


class AnyLandscape:
    """The loss of the landscape that a sample numbers, which counts how often it is traced."""

    def __init__(self):
        self.losses = [landscapes.load(name).loss for name in LANDSCAPES]
        self.traces = 0

    def __call__(self, point, number):
        self.traces += 1
        return jax.lax.switch(number, self.losses, point)


def nowhere(point):
    """Nothing but the walk is looked at here."""
    return jnp.sum(point * 0.0)


def check(run, landscape):
    name, diverged = f"{run.setting.optimizer.name} on {landscape}", int(run.diverged_at)
    assert run.points.shape == (STEPS + 1, 2), name
    assert run.points.dtype == np.float64, name
    assert all(ball.shape == (STEPS + 1, 2) for ball in run.markers.values()), name
    assert all(values.shape == (STEPS,) for values in run.series.values()), name
    upto = diverged if diverged >= 0 else STEPS + 1
    assert np.isfinite(run.points[:upto]).all(), name
    assert diverged < 0 or not np.isfinite(run.points[diverged]).all(), name
    assert run.evaluations.shape == (STEPS + 1, 3), name
    assert (np.diff(run.evaluations, axis=0) >= 0).all(), name
    shakes_everything = run.setting.optimizer.name == "noisy"
    if landscapes.load(landscape).variables == 1 and not shakes_everything:
        assert (run.points[:upto, 1] == 0).all(), name


@pytest.mark.parametrize("group", [TOGETHER, *([name] for name in ALONE)], ids=lambda group: group[0])
def test_finite_or_diverged_on_every_landscape(group):
    seen = AnyLandscape()
    settings = [Setting(optimizer=load(name)) for name in group]
    traces = None
    for number, landscape in enumerate(LANDSCAPES):
        sampling = Sampling(loss=seen, samples=np.full((STEPS, DRAWS), number))
        start = landscapes.load(landscape).start
        for run in descend(nowhere, settings, start, steps=STEPS, sampling=sampling):
            check(run, landscape)
        assert traces in (None, seen.traces), "another landscape has compiled another program"
        traces = seen.traces
