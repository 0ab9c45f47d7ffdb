"""Every rule on landscapes: finite, or marked as diverged, and showing what its record says.

One program serves all landscapes: which of them a step sees is a sample. A rule that evaluates the loss for
itself holds them once more: one a kind of these goes down all landscapes, and the others down one of a kind.
"""

import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.optimizers import Sampling, Setting, descend, load, names
from ravine.optimizers._asynchronous import Process

STEPS = 25
DRAWS = 8
LANDSCAPES = landscapes.names()


def evaluates_for_itself(name):
    optimizer = load(name)
    return bool(optimizer.evaluations or (not optimizer.inner and isinstance(optimizer.rule(), Process)))


ALONE = [name for name in names() if evaluates_for_itself(name)]
TOGETHER = [name for name in names() if name not in ALONE]
ONE_OF_A_KIND = ["hogwild", "sam", "bfgs", "saddle_free_newton"]
"""Of those that evaluate for themselves: asynchronous, twice a step, with a search, with a Hessian."""
OTHERS = [name for name in ALONE if name not in ONE_OF_A_KIND]
SORTS = {
    "one variable": "critical_points",
    "one variable without a slope": "flat",
    "examples": "linear_regression",
    "examples of two classes": "noisy_moons",
    "smooth": "beale",
    "far values": "goldstein_price",
    "many minima": "rastrigin",
    "kinks": "bukin_n6",
    "a cone": "ackley",
    "a plain": "easom",
    "no minimum": "monkey_saddle",
    "a saddle": "radford_saddle",
}
GROUPS = {
    "by gradients": (TOGETHER, LANDSCAPES),
    "one of a kind": (ONE_OF_A_KIND, LANDSCAPES),
    "by evaluations": (OTHERS, [*SORTS.values()]),
}


def nowhere(point):
    """Nothing but the walk is looked at here."""
    return jnp.sum(point * 0.0)


def check(run, landscape):
    """Balls are points, or an array of them, and what a step is taken with is one number."""
    record, diverged = run.setting.optimizer, int(run.diverged_at)
    name = f"{record.name} on {landscape}"
    assert run.points.shape == (STEPS + 1, 2), name
    assert run.points.dtype == np.float64, name
    assert {ball.rstrip(" 0123456789") for ball in run.markers} == set(record.markers), name
    assert set(record.unconnected) <= set(record.markers), name
    assert all(ball.shape == (STEPS + 1, 2) for ball in run.markers.values()), name
    assert set(record.series) <= set(run.series), name
    assert all(values.shape == (STEPS,) for values in run.series.values()), name
    upto = diverged if diverged >= 0 else STEPS + 1
    assert np.isfinite(run.points[:upto]).all(), name
    assert diverged < 0 or not np.isfinite(run.points[diverged]).all(), name
    assert run.evaluations.shape == (STEPS + 1, 3), name
    evaluated = np.diff(run.evaluations, axis=0)
    assert (evaluated >= 0).all(), name
    assert (evaluated.sum(-1) > 0).all(), name
    shakes_everything = record.name == "noisy"
    if landscapes.load(landscape).variables == 1 and not shakes_everything:
        assert (run.points[:upto, 1] == 0).all(), name


@pytest.mark.parametrize("group", GROUPS)
def test_finite_or_diverged(group, any_of, compilations):
    rules, places = GROUPS[group]
    settings = [Setting(optimizer=load(name)) for name in rules]
    any_place = any_of([landscapes.load(name).loss for name in places])
    for number, landscape in enumerate(places):
        sampling = Sampling(loss=any_place, samples=np.full((STEPS, DRAWS), number))
        start = landscapes.load(landscape).start
        with compilations() as compiled:
            runs = descend(nowhere, settings, start, steps=STEPS, sampling=sampling)
        assert not (number and compiled), "another landscape has compiled another program"
        for run in runs:
            check(run, landscape)
