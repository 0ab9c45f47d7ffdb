"""Every rule on every landscape: finite, or marked as diverged, and showing what its record says.

One program serves all landscapes: which of them a step sees is a sample. A rule that evaluates the loss for
itself holds them once more: a few of these share a program, and all others another one. Methods with workers
do no more with a loss than take its slope: two of them share a third of the landscapes.
"""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.optimizers import Sampling, Setting, descend, load, names
from ravine.optimizers._asynchronous import Process

STEPS = 25
DRAWS = 8
LANDSCAPES = landscapes.names()


def has_workers(name):
    optimizer = load(name)
    return not optimizer.inner and isinstance(optimizer.rule(), Process)


WORKING = [name for name in names() if has_workers(name)]
SEARCHING = [name for name in names() if load(name).evaluations and name not in WORKING]
TOGETHER = [name for name in names() if name not in (*WORKING, *SEARCHING)]
GROUPS = [
    (TOGETHER, LANDSCAPES),
    *((SEARCHING[place::3], LANDSCAPES) for place in range(3)),
    *((WORKING[place::3], LANDSCAPES[place::3]) for place in range(3)),
]


@pytest.fixture(scope="module")
def loss_among(any_of):
    """The same for all rules, so that each landscape is traced once."""
    return cache(lambda names: any_of([landscapes.load(name).loss for name in names]))


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


@pytest.mark.parametrize(("rules", "places"), GROUPS, ids=lambda group: group[0])
def test_finite_or_diverged_on_every_landscape(rules, places, loss_among, compilations):
    settings, loss = [Setting(optimizer=load(name)) for name in rules], loss_among(tuple(places))
    for number, landscape in enumerate(places):
        sampling = Sampling(loss=loss, samples=np.full((STEPS, DRAWS), number))
        start = landscapes.load(landscape).start
        with compilations() as compiled:
            runs = descend(nowhere, settings, start, steps=STEPS, sampling=sampling)
        assert not (number and compiled), "another landscape has compiled another program"
        for run in runs:
            check(run, landscape)
