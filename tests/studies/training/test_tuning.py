"""Learning rates that are found by trying: on a parabola whose best rate is known in closed form."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ravine
from ravine.landscapes.networks import Objective, Problem, load, load_data
from ravine.landscapes.networks._network import Model
from ravine.studies.training import _tuning as tuning
from ravine.studies.training import choose_rate


class Point(Model):
    """Parameters that are one vector."""

    at: jax.Array

    def features(self, inputs):
        return ()

    def forward(self, features, normalise):
        return features

    def permuted(self, key):
        return self


def bowl(loss, start=(1.0, 1.0)):
    """A problem whose batches all have this loss, from there."""

    class Bowl(Problem):
        def start(self, seed):
            return Point(jnp.array(start))

        def objective(self, batch_norm):
            return Objective.of(lambda point: loss(point.at))

        @staticmethod
        def batch_loss(model, inputs, labels):
            return loss(model.at)

    return Bowl(network=load("mlp"), data=load_data("moons"))


def sgd(rate):
    return optax.with_extra_args_support(optax.sgd(rate))


def rate_of(problem, make_rule=sgd, **choices):
    return choose_rate(problem, make_rule, **{"steps": 40, "batch_size": 20, **choices})


def test_the_rates_are_half_decades():
    np.testing.assert_allclose(np.diff(np.log10(tuning.RATES)), 0.5, atol=0.03)
    assert (tuning.RATES[0], tuning.RATES[-1]) == (1e-4, 10.0)


@pytest.mark.parametrize("curvatures", [(0.5, 5.0), (40.0, 60.0), (1e-3, 2e-3)])
def test_the_rate_of_a_parabola(curvatures):
    """After n steps of gradient descent a coordinate is (1 - rate * curvature)^n times what it was."""
    steep = np.array(curvatures)
    rates = np.array(tuning.RATES)[:, None]
    losses = (0.5 * steep * (1 - rates * steep) ** 20).sum(axis=1)
    near = losses <= losses.min() + 0.01 * (0.5 * steep.sum() - losses.min())
    found = rate_of(bowl(lambda at: 0.5 * jnp.sum(jnp.asarray(steep, at.dtype) * at**2)))
    assert found == tuning.RATES[near.argmax()]
    assert losses[near.argmax()] < 0.99 * 0.5 * steep.sum()


def test_of_rates_that_are_as_good_the_smallest_is_taken():
    assert rate_of(bowl(lambda at: jnp.sum(0.0 * at))) == tuning.RATES[0]


def test_a_rate_that_diverges_loses():
    # The largest rate steps at once from 2 to where the logarithm is not real, the others come near 1.
    at = np.full(len(tuning.RATES), 2.0)
    with np.errstate(invalid="ignore"):
        for _ in range(10):
            at -= np.array(tuning.RATES) * (1 - 1 / at)
        losses = at - np.log(at)
    assert np.isnan(losses[-1])
    near = losses <= 1 + 0.01 * (1 - np.log(2))
    found = rate_of(bowl(lambda at: jnp.sum(at - jnp.log(at)), (2.0, 2.0)))
    assert found == tuning.RATES[near.argmax()] == 1.0


def test_the_smallest_rate_where_every_one_diverges():
    assert rate_of(bowl(lambda at: jnp.sum(jnp.log(at - 1.0)))) == tuning.RATES[0]


def test_a_quarter_of_the_steps_is_tried():
    """Where one step of the rate leads to the minimum, and the loss says how many were taken."""
    seen = []

    def make_rule(rate):
        def update(gradient, state, params=None, **_):
            return jax.tree.map(lambda leaf: -rate * jnp.ones_like(leaf), gradient), state

        return optax.GradientTransformationExtraArgs(lambda params: optax.EmptyState(), update)

    for steps, taken in ((41, 11), (1, 1), (8000, 300)):
        goal = 1.0 - 0.03 * taken
        seen.append(rate_of(bowl(lambda at, goal=goal: jnp.sum((at - goal) ** 2)), make_rule, steps=steps))
    assert seen == [0.03] * 3


def test_a_rule_of_the_catalogue_on_a_network():
    problem = Problem(network=load("mlp"), data=load_data("moons"), options={"widths": (4,)})
    found = choose_rate(problem, lambda rate: ravine.rule("adam", learning_rate=rate), steps=200)
    assert 3e-3 <= found <= 1.0


def test_the_published_iterate_is_judged():
    def far(rate):
        def update(gradient, state, params=None, **_):
            moved = jax.tree.map(lambda leaf: leaf - rate, state["far"])
            return jax.tree.map(jnp.zeros_like, gradient), {"far": moved}

        return optax.GradientTransformationExtraArgs(lambda params: {"far": params}, update)

    problem = bowl(lambda at: jnp.sum(at**2))
    assert rate_of(problem, far, iterate="far") == 0.1
    assert rate_of(problem, far) == tuning.RATES[0]


class TriedError(Exception):
    """What is raised where a rate is tried."""


def test_a_rate_is_found_once(tmp_path):
    def untried(at):
        raise TriedError

    choices = {"keep": tmp_path, "identity": "sgd"}
    problem = bowl(lambda at: jnp.sum(at**2))
    first = rate_of(problem, **choices)
    assert rate_of(bowl(untried), **choices) == first
    for other in ({"seed": 1}, {"steps": 80}, {"weight_decay": 0.1}, {"identity": "other"}):
        with pytest.raises(TriedError):
            rate_of(bowl(untried), **{**choices, **other})
    rate_of(problem, keep=tmp_path)
    with pytest.raises(TriedError):
        rate_of(bowl(untried), keep=tmp_path)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"steps": 0}, "at least 1 step; got 0"),
        ({"batch_size": 0}, "at least 1 example; got a size of 0"),
        ({"order": "sorted"}, "The order of examples is one of"),
    ],
)
def test_an_impossible_tuning_is_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        rate_of(bowl(lambda at: jnp.sum(at**2)), **choices)
