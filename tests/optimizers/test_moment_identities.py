"""Identities between rules that keep velocities and moments, and between ours and optax's."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
import pytest

from ravine.optimizers import Setting, descend, load
from ravine.optimizers._rule import scheduled


def bowl(point):
    return 0.5 * (point[0] ** 2 + 8 * point[1] ** 2 + 3 * point[0] * point[1])


def hill(point):
    return -0.5 * (point[0] ** 2 + 3 * point[1] ** 2)


class Way(NamedTuple):
    """A rule of ours or of optax, and which of its balls to follow."""

    rule: str | optax.GradientTransformation
    hyperparameters: Mapping[str, Any] = MappingProxyType({})
    ball: str = ""
    loss: Any = bowl

    @property
    def key(self):
        return str((self.rule, sorted(self.hyperparameters.items())))

    def setting(self):
        if not isinstance(self.rule, str):
            return self.rule
        return Setting(optimizer=load(self.rule), hyperparameters=self.hyperparameters)


QHM = {"learning_rate": 0.3, "beta": 0.9, "nu": 0.9}
HEAVY_BALL = {"learning_rate": 0.03, "momentum": 0.9}
RATE = {"learning_rate": 0.05}
LAYER = {"learning_rate": 0.5, "weight_decay": 0.1, "trust_coefficient": 0.1}
SAME = {
    "QHM with nu = beta is Nesterov's look-ahead point": (
        Way("qhm", QHM),
        Way("nesterov", HEAVY_BALL, "look-ahead"),
    ),
    "Nesterov's look-ahead point is what optax steps": (
        Way("nesterov", HEAVY_BALL, "look-ahead"),
        Way(optax.sgd(0.03, 0.9, nesterov=True)),
    ),
    "AggMo with one velocity is momentum": (
        Way("aggmo", {"learning_rate": 0.03, "betas": (0.9,)}),
        Way("momentum", HEAVY_BALL),
    ),
    "Demon without an end is momentum": (
        Way("demon", {**HEAVY_BALL, "total_steps": 0}),
        Way("momentum", HEAVY_BALL),
    ),
    "Demon Adam without an end is Adam": (
        Way("demon_adam", {**RATE, "total_steps": 0, "form": "ema"}),
        Way("adam", RATE),
    ),
    "momentum's rate is inside or outside where it is constant": (
        Way("momentum", HEAVY_BALL),
        Way("momentum", {**HEAVY_BALL, "rate": "outside"}),
    ),
    "QHAdam of Adam's moments alone is Adam": (
        Way("qhadam", {**RATE, "b1": 0.9, "nu1": 1.0, "nu2": 1.0}),
        Way("adam", RATE),
    ),
    "Lazy Adam is Adam where no gradient is zero": (
        Way("lazy_adam", {**RATE, "eps": 1e-30}),
        Way("adam", {**RATE, "eps": 1e-30}),
    ),
    "AMSGrad up a hill is Adam: optax": (
        Way("amsgrad", {**RATE, "variant": "optax"}, loss=hill),
        Way("adam", RATE, loss=hill),
    ),
    "AMSGrad up a hill is Adam: torch": (
        Way("amsgrad", {**RATE, "variant": "torch"}, loss=hill),
        Way("adam", RATE, loss=hill),
    ),
    "AMSGrad up a hill is Adam: paper": (
        Way("amsgrad", RATE, loss=hill),
        Way("adam", {**RATE, "bias_correction": False}, loss=hill),
    ),
    "AMSGrad as optax has it": (
        Way("amsgrad", {**RATE, "variant": "optax"}),
        Way(optax.amsgrad(0.05)),
    ),
    "Nadam as optax has it": (
        Way("nadam", {**RATE, "variant": "optax"}),
        Way(optax.nadam(0.05)),
    ),
    "torch's Nadam that is warm at once is optax's": (
        Way("nadam", {**RATE, "variant": "torch", "momentum_decay": 1e5}),
        Way(optax.nadam(0.05)),
    ),
    "AdamW as optax has it": (
        Way("adamw", {**RATE, "weight_decay": 0.1}),
        Way(optax.adamw(0.05, weight_decay=0.1)),
    ),
    "RAdam as optax has it": (
        Way("radam", {**RATE, "threshold": 5.0}),
        Way(optax.radam(0.05)),
    ),
    "RAdam that cannot trust its squares is momentum": (
        Way("radam", {**RATE, "b2": 0.5}),
        Way(optax.chain(optax.ema(0.9, debias=True), optax.scale(-0.05))),
    ),
    "LARS without weight decay is optax's": (
        Way("lars", {"learning_rate": 0.5, "trust_coefficient": 0.1}),
        Way(optax.lars(0.5, trust_coefficient=0.1)),
    ),
    "LARS with optax's denominator": (
        Way("lars", {**LAYER, "denominator": "optax"}),
        Way(optax.lars(0.5, weight_decay=0.1, trust_coefficient=0.1)),
    ),
    "LAMB as optax has it": (
        Way("lamb", {**RATE, "weight_decay": 0.1}),
        Way(optax.lamb(0.05, weight_decay=0.1)),
    ),
}


FORMS = {
    name: [Way(name, {**common, key: word}) for word in words]
    for name, common, key, words in (
        ("nadam", RATE, "variant", ("paper", "optax", "torch")),
        ("amsgrad", RATE, "variant", ("paper", "optax", "torch")),
        ("demon_adam", RATE, "form", ("accumulate", "ema")),
        ("lars", LAYER, "denominator", ("paper", "optax")),
    )
}


@cache
def walked(loss):
    """Every rule above down a loss once, all in one program."""
    ways = {way.key: way for group in (*SAME.values(), *FORMS.values()) for way in group if way.loss is loss}
    runs = descend(loss, [way.setting() for way in ways.values()], (-1.5, 1.2), steps=40)
    assert all(np.abs(np.diff(run.points, axis=0)).max() > 1e-3 for run in runs)
    return dict(zip(ways, runs, strict=True))


def points_of(way):
    run = walked(way.loss)[way.key]
    return run.markers[way.ball] if way.ball else run.points


@pytest.mark.parametrize("identity", SAME)
def test_rules_that_are_the_same_take_the_same_path(identity):
    ours, theirs = map(points_of, SAME[identity])
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_a_rule_take_different_paths(name):
    points = [*map(points_of, FORMS[name])]
    for place, first in enumerate(points):
        assert all(np.abs(first - second).max() > 1e-3 for second in points[:place])


def test_nadam_form_of_qhadam_leaves_the_plain_gradient_uncorrected(steps_on):
    # Nadam's step has (1 - b1) g / (1 - b1^t) where QHAdam with nu1 = b1 and nu2 = 1 has (1 - b1) g.
    gradients = np.random.default_rng(3).normal(size=(30, 2))
    common = {"learning_rate": 0.1, "b1": 0.8, "b2": 0.99, "eps": 0.0}
    nadam_steps, _ = steps_on(load("nadam").rule(**common), gradients)
    ours, _ = steps_on(load("qhadam").rule(**common, nu1=0.8, nu2=1.0), gradients)
    t = np.arange(1, 31)[:, None]
    square = 0.01 * np.cumsum(gradients**2 * 0.99 ** (-t), axis=0) * 0.99**t / (1 - 0.99**t)
    missing = 0.1 * 0.2 * gradients * 0.8**t / (1 - 0.8**t) / np.sqrt(square)
    np.testing.assert_allclose(ours - nadam_steps, missing, rtol=1e-9, atol=1e-12)


def test_aggmo_with_one_velocity_is_momentum_under_a_schedule(steps_on):
    rates = np.linspace(0.05, 0.001, 30)
    gradients = np.random.default_rng(5).normal(size=(30, 2))
    with jax.enable_x64(True):
        one = scheduled(load("aggmo").rule, learning_rate=rates, betas=(0.9,))
        other = scheduled(load("momentum").rule, learning_rate=rates, rate="outside")
    np.testing.assert_allclose(steps_on(one, gradients)[0], steps_on(other, gradients)[0], rtol=1e-11)
