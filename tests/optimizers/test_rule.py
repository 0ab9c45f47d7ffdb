"""`ravine.rule`: what a text builds is what the record's own function builds."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import ravine
from ravine.core.catalogue import UnknownNameError
from ravine.optimizers import HyperparameterError, load

PARAMS = {"weights": jnp.arange(6.0).reshape(3, 2) / 5, "bias": jnp.ones(2)}


def loss(params):
    return jnp.sum((params["weights"] - 0.3) ** 2) + 2.0 * jnp.sum((params["bias"] + 1.0) ** 4)


def trained(rule, steps=6):
    def step(carry, _):
        params, state = carry
        value, slopes = jax.value_and_grad(loss)(params)
        updates, state = rule.update(slopes, state, params, value=value, grad=slopes, value_fn=loss)
        return (optax.apply_updates(params, updates), state), None

    (params, _), _ = jax.lax.scan(step, (PARAMS, rule.init(PARAMS)), length=steps)
    return params


def assert_same(one, other):
    for found, expected in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "built"),
    [
        ("adam:learning_rate=0.1", lambda: optax.adam(0.1)),
        ("sgd:learning_rate=0.1", lambda: optax.sgd(0.1)),
        ("adam:learning_rate=cosine(0.1,5)", lambda: optax.adam(optax.cosine_decay_schedule(0.1, 5))),
        ("adamw:learning_rate=0.1,weight_decay=0.2", lambda: optax.adamw(0.1, weight_decay=0.2)),
    ],
)
def test_a_rule_by_its_text_equals_optax(text, built):
    assert_same(trained(ravine.rule(text)), trained(built()))


def test_a_text_holds_a_rule_inside_a_rule():
    inner = optax.adam(0.1)
    expected = load("lookahead").rule(inner=inner, sync_period=2, slow_step_size=0.3)
    text = "lookahead:inner=(adam:learning_rate=0.1),sync_period=2,slow_step_size=0.3"
    assert_same(trained(ravine.rule(text)), trained(expected))


def test_a_text_holds_a_schedule_of_the_rule_inside():
    expected = load("lookahead").rule(inner=optax.sgd(optax.linear_schedule(0.1, 0.0, 5)))
    found = ravine.rule("lookahead:inner=(sgd:learning_rate=linear(0.1,0,5))")
    assert_same(trained(found), trained(expected))


def test_keywords_take_precedence_over_the_text():
    assert_same(
        trained(ravine.rule("adam:learning_rate=7", learning_rate=0.1)),
        trained(optax.adam(0.1)),
    )
    schedule = optax.linear_schedule(0.1, 0.0, 5)
    assert_same(trained(ravine.rule("sgd", learning_rate=schedule)), trained(optax.sgd(schedule)))


def test_a_method_with_workers_is_no_rule():
    with pytest.raises(HyperparameterError, match="hogwild is a method with several workers"):
        ravine.rule("hogwild")


@pytest.mark.parametrize(
    ("text", "error"),
    [("adm", UnknownNameError), ("adam:learning_rat=1", HyperparameterError)],
)
def test_mistakes_in_a_text_get_a_hint(text, error):
    with pytest.raises(error, match="Did you mean"):
        ravine.rule(text)


def test_a_rate_may_be_traced():
    def first(rate):
        rule = ravine.rule("sgd", learning_rate=rate)
        return rule.update(PARAMS, rule.init(PARAMS), PARAMS)[0]["bias"]

    np.testing.assert_allclose(jax.jit(first)(0.25), -0.25 * PARAMS["bias"], rtol=1e-6)
