"""What rules that keep velocities and moments do in special cases, and which values they refuse."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from papers._problems import Given
from papers.lazy_adam import lazy_adam

from ravine.optimizers import HyperparameterError, load


def test_lazy_adam_leaves_what_is_absent(steps_on):
    rng = np.random.default_rng(4)
    gradients = np.where(rng.uniform(size=(40, 3)) < 0.4, rng.normal(size=(40, 3)), 0.0)
    steps, _ = steps_on(load("lazy_adam").rule(learning_rate=0.1), gradients)
    assert (steps[gradients == 0] == 0).all()
    walked = lazy_adam(Given(gradients), np.zeros(3), learning_rate=0.1, b1=0.9, b2=0.999, eps=1e-8)
    points = np.array([next(walked)[0] for _ in range(40)])
    np.testing.assert_allclose(np.cumsum(steps, axis=0)[:-1], points[1:], rtol=1e-11, atol=1e-13)
    dense, _ = steps_on(load("adam").rule(learning_rate=0.1), gradients)
    assert np.abs(dense - steps).max() > 0.01


def test_yellowfin_at_rest_is_ready_to_go_on(steps_on):
    gradients = np.zeros((30, 2))
    gradients[-1] = 1.0
    steps, state = steps_on(load("yellowfin").rule(slow_start=False), gradients)
    assert (steps[:-1] == 0).all()
    assert (np.abs(state.momentum) <= 1).all()
    assert np.abs(steps[-1]).max() < 1


def test_adamax_without_a_gradient_stays(steps_on):
    steps, _ = steps_on(load("adamax").rule(learning_rate=0.1), np.array([[1.0, 0.0]] * 3))
    np.testing.assert_allclose(steps, [[-0.1, 0.0]] * 3)


@pytest.mark.parametrize(("threshold", "first"), [(4.0, 5), (5.0, 6)])
def test_radam_rectifies_from_the_same_step_in_float32(threshold, first):
    rule = load("radam").rule(threshold=threshold)

    def step(state, _):
        _, state = rule.update(jnp.ones(2), state)
        return state, optax.tree.get(state, "rectification")

    _, factors = jax.lax.scan(step, rule.init(jnp.ones(2)), length=8)
    assert factors.dtype == jnp.float32
    assert np.flatnonzero(factors)[0] == first - 1


@pytest.mark.parametrize(
    ("name", "hyperparameters", "message"),
    [
        ("momentum", {"rate": "beside"}, "rate of momentum must be inside or outside; got 'beside'."),
        ("nadam", {"variant": "keras"}, "variant of nadam must be paper, optax or torch; got 'keras'."),
        ("amsgrad", {"variant": ""}, "variant of amsgrad must be paper, optax or torch; got ''."),
        ("lars", {"denominator": "sum"}, "denominator of lars must be paper or optax; got 'sum'."),
        ("demon_adam", {"form": "sum"}, "form of demon_adam must be accumulate or ema; got 'sum'."),
        (
            "demon",
            {"total_steps": -1},
            "total_steps of demon must be a whole number of steps, at least 0; got -1.",
        ),
        (
            "demon_adam",
            {"total_steps": 2.5},
            "total_steps of demon_adam must be a whole number of steps, at least 0; got 2.5.",
        ),
        (
            "yellowfin",
            {"window": True},
            "window of yellowfin must be a whole number of steps, at least 1; got True.",
        ),
        (
            "aggmo",
            {"betas": ()},
            "betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got ().",
        ),
        (
            "aggmo",
            {"betas": 0.9},
            "betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got 0.9.",
        ),
    ],
)
def test_wrong_hyperparameters_of_rules_with_momenta(name, hyperparameters, message):
    with pytest.raises(HyperparameterError) as raised:
        load(name).rule(**hyperparameters)
    assert str(raised.value) == message
