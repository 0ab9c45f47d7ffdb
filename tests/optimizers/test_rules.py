"""First steps of the rules by hand."""

import math
from functools import cache

import numpy as np
import pytest

from ravine.optimizers import Setting, descend, load


def steep(point):
    return 0.5 * (point[0] ** 2 + 50 * point[1] ** 2)


def round_bowl(point):
    return 0.5 * (point[0] ** 2 + point[1] ** 2)


FIRST_STEPS = (
    ("sgd", {"learning_rate": 0.01}, (-3.96, 0.5), (-3.9204, 0.25)),
    ("momentum", {"learning_rate": 0.01, "momentum": 0.9}, (-3.96, 0.5), (-3.8844, -0.2)),
    ("momentum", {"learning_rate": 0.1, "momentum": 0.9, "average": True}, (-3.96, 0.5), (-3.8844, -0.2)),
    ("nesterov", {"learning_rate": 0.01, "momentum": 0.9}, (-3.96, 0.5), (-3.88476, 0.025)),
    (
        "adagrad",
        {"learning_rate": 0.5, "eps": 0.0},
        (-3.5, 0.5),
        (-3.5 + 1.75 / math.sqrt(28.25), 0.5 - 12.5 / math.sqrt(3125)),
    ),
    (
        "adagrad",
        {"learning_rate": 0.5, "eps": 4.0, "initial_accumulator_value": 5.0},
        (-3.6, 1 - 25 / math.sqrt(2509)),
        (-3.6 + 1.8 / math.sqrt(37.96), None),
    ),
)
"""Two steps down `steep` from (-4, 1), where the gradient is (-4, 50)."""

STRIDES = (
    ("adadelta", {"rho": 0.75, "eps": 2.25}, 2.4, 1.6 * math.sqrt(3.69 / 5.89)),
    ("adadelta", {"rho": 0.75, "eps": 2.25, "learning_rate": 0.5}, 1.2, 1.4 * math.sqrt(3.69 / 7.21)),
    (
        "adadelta",
        {"rho": 0.75, "eps": 2.25, "learning_rate": 0.5, "accumulate": "scaled"},
        1.2,
        1.4 * math.sqrt(2.61 / 7.21),
    ),
    ("rmsprop", {"decay": 0.75, "eps": 2.25, "learning_rate": 0.5}, 0.8, 1.6 / math.sqrt(7.81)),
    (
        "rmsprop",
        {"decay": 0.75, "eps": 2.25, "learning_rate": 0.5, "momentum": 0.5},
        0.8,
        0.4 + 1.6 / math.sqrt(7.81),
    ),
    (
        "rmsprop",
        {"decay": 0.75, "eps": 2.25, "learning_rate": 0.5, "momentum": 0.5, "nesterov": True},
        1.2,
        None,
    ),
    (
        "rmsprop",
        {"decay": 0.75, "eps": 2.0, "learning_rate": 0.5, "eps_inside": False},
        0.5,
        1.75 / (math.sqrt(6.0625) + 2),
    ),
    ("adam", {"eps": 1.0, "learning_rate": 1.0}, 0.8, None),
    ("adam", {"eps": 1.0, "learning_rate": 1.0, "l2": 0.5}, 6 / 7, None),
    ("adam", {"eps": 1.0, "learning_rate": 1.0, "b2": 0.75, "bias_correction": False}, 0.4 / 3, None),
)
"""The lengths of two steps down `round_bowl` from (-4, 4), where the gradient is (-4, 4)."""


@cache
def both_steps(loss, cases, start):
    settings = [Setting(optimizer=load(name), hyperparameters=dict(pairs)) for name, pairs in cases]
    return [run.points for run in descend(loss, settings, start, steps=2)]


def by_hand(loss, table, place, start):
    cases = tuple((name, tuple(hyperparameters.items())) for name, hyperparameters, *_ in table)
    return both_steps(loss, cases, start)[place]


@pytest.mark.parametrize("place", range(len(FIRST_STEPS)), ids=lambda k: f"{FIRST_STEPS[k][0]}-{k}")
def test_first_steps_of_rules_are_those_by_hand(place):
    points = by_hand(steep, FIRST_STEPS, place, (-4.0, 1.0))
    for point, expected in zip(points, [(-4.0, 1.0), *FIRST_STEPS[place][2:]], strict=True):
        for found, value in zip(point, expected, strict=True):
            assert value is None or found == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("place", range(len(STRIDES)), ids=lambda k: f"{STRIDES[k][0]}-{k}")
def test_strides_of_adaptive_rules_are_those_by_hand(place):
    steps = np.diff(by_hand(round_bowl, STRIDES, place, (-4.0, 4.0)), axis=0)
    for step, length in zip(steps, STRIDES[place][2:], strict=True):
        if length is not None:
            np.testing.assert_allclose(step, (length, -length), rtol=1e-13)


def test_look_ahead_is_where_momentum_is_about_to_lead():
    setting = Setting(optimizer=load("nesterov"), hyperparameters={"learning_rate": 0.01, "momentum": 0.9})
    (run,) = descend(steep, [setting], (-4.0, 1.0), steps=1)
    np.testing.assert_allclose(run.markers["look-ahead"], [(-4.0, 1.0), (-3.924, 0.05)], rtol=1e-14)


def test_default_rate_of_optax_adadelta_would_climb_but_ours_descends():
    (run,) = descend(steep, [load("adadelta")], (-4.0, 1.0), steps=50)
    assert run.setting.complete["learning_rate"] == 1.0
    assert (np.diff(run.losses) < 0).all()
