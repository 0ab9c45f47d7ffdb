"""Every update rule in an ordinary optax training loop, on the parameters of a small network."""

import inspect
from functools import partial
from typing import get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine import optimizers
from ravine.core.compile import RUN_ONCE, fast_compile_jit
from ravine.films._recipe import COMMON_RULES
from ravine.optimizers import Setting
from ravine.optimizers._asynchronous import Process

STEPS = 20

quick = partial(fast_compile_jit, options=RUN_ONCE)
"""Compiled with less care: nothing here runs for long."""

RATES = {"plain": 0.1, "momentum": 0.02, "adaptive": 0.01, "layerwise": 0.05, "averaging": 0.1}
"""By family; other rules have a rate of their own, or none."""


def build(name, **options):
    """The rule with its defaults, at its family's rate, around gradient descent if it is a wrapper."""
    optimizer = optimizers.load(name)
    if optimizer.inner:
        options["inner"] = optax.sgd(0.1)
    if optimizer.has_rate and optimizer.tuned and optimizer.family in RATES:
        options["learning_rate"] = RATES[optimizer.family]
    return optimizer.rule(**{**Setting(optimizer=optimizer).complete, **options})


RULES = {name: rule for name in optimizers.names() if not isinstance(rule := build(name), Process)}


def forms(name):
    """Every choice of one option that a rule has: its switches, and its words."""
    for key, parameter in inspect.signature(optimizers.load(name).rule).parameters.items():
        values = (False, True) if isinstance(parameter.default, bool) else get_args(parameter.annotation)
        if values and isinstance(parameter.default, bool | str):
            yield from ({key: value} for value in values)


def network():
    """The parameters of a network with one hidden layer, in float32: a matrix, and a vector."""
    rng = np.random.default_rng(0)
    hidden, out = rng.normal(0, 3**-0.5, (3, 4)), rng.normal(0, 4**-0.5, 4)
    return {"hidden": {"weights": jnp.asarray(hidden, jnp.float32)}, "out": jnp.asarray(out, jnp.float32)}


def examples():
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(32, 3))
    targets = np.sin(inputs[:, 0]) + 0.5 * inputs[:, 1] * inputs[:, 2]
    return jnp.asarray(inputs, jnp.float32), jnp.asarray(targets, jnp.float32)


def loss(params, inputs, targets):
    features = jnp.tanh(inputs @ params["hidden"]["weights"])
    return jnp.mean((features @ params["out"] - targets) ** 2)


slope = quick(jax.value_and_grad(loss))


def kinds(tree):
    return jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), tree)


@pytest.mark.parametrize("name", RULES)
def test_rule_trains_a_network_in_a_plain_loop(name):
    rule = optax.with_extra_args_support(RULES[name])
    traced = 0

    @quick
    def step(params, state, value, grad, batch):
        nonlocal traced
        traced += 1
        value_fn = partial(loss, inputs=batch[0], targets=batch[1])
        updates, state = rule.update(grad, state, params, value=value, grad=grad, value_fn=value_fn)
        return optax.apply_updates(params, updates), state

    params, batch = network(), examples()
    state = rule.init(params)
    shapes = kinds(params), kinds(state)
    losses = []
    for _ in range(STEPS):
        value, grad = slope(params, *batch)
        params, state = step(params, state, value, grad, batch)
        losses.append(float(value))
        assert (kinds(params), kinds(state)) == shapes
        assert traced <= 1 + (len(losses) > 1)
    assert np.isfinite(losses).all()
    assert min(losses[1:]) < losses[0]
    assert float(loss(params, *batch)) < losses[0]
    leaves = jax.tree.leaves((params, state))
    assert all(np.isfinite(leaf).all() for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact))
    assert not any(leaf.dtype in (jnp.float64, jnp.int64) for leaf in leaves)


@pytest.mark.parametrize("name", RULES)
def test_no_two_buffers_of_a_state_are_one(name):
    """A training loop may donate those of its parameters and of the state, which can be done once."""
    params = network()
    for options in ({}, *forms(name)):
        leaves = jax.tree.leaves((params, build(name, **options).init(params)))
        places = [leaf.unsafe_buffer_pointer() for leaf in leaves]
        assert len(set(places)) == len(places), options


def test_a_loop_that_donates_its_buffers():
    def step(params, states):
        moved = {}
        for name in COMMON_RULES:
            updates, states[name] = RULES[name].update(params[name], states[name], params[name])
            moved[name] = optax.apply_updates(params[name], updates)
        return moved, states

    step = jax.jit(step, donate_argnums=(0, 1))
    params = {name: jnp.array([1.0, 2.0]) for name in COMMON_RULES}
    states = {name: RULES[name].init(params[name]) for name in COMMON_RULES}
    for _ in range(2):
        params, states = step(params, states)
    assert all((places < [1.0, 2.0]).all() for places in jax.device_get(params).values())
