"""Rules that keep velocities and moments on parameters of several arrays."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.optimizers import load


@pytest.mark.parametrize("name", ["lars", "lamb"])
def test_every_array_is_a_layer(name):
    rule = load(name).rule(learning_rate=0.1, weight_decay=0.01)
    rng = np.random.default_rng(6)
    draws = {"a": rng.normal(size=(3, 2)), "b": {"c": 1e3 * rng.normal(size=4)}, "still": np.zeros(2)}
    with jax.enable_x64(True):
        weights = jax.tree.map(jnp.asarray, draws)
        gradients = jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape)), draws)
        together, state = rule.update(gradients, rule.init(weights), weights)
        ratios = optax.tree.get(state, "trust_ratio")
        assert jax.tree.structure(ratios) == jax.tree.structure(weights)
        leaves = zip(*map(jax.tree.leaves, (weights, gradients, together, ratios)), strict=True)
        for weight, gradient, update, ratio in leaves:
            alone, state = rule.update(gradient, rule.init(weight), weight)
            np.testing.assert_allclose(update, alone, rtol=1e-13)
            np.testing.assert_allclose(ratio, optax.tree.get(state, "trust_ratio"), rtol=1e-13)
        assert float(ratios["still"]) == 1
        assert np.asarray(together["still"]).any()


def test_the_step_of_nesterov_follows_from_where_its_parameters_were_put():
    # As by weights averaged outside, noise or decay: theta moves along, and the next step is the same.
    rule = load("nesterov").rule(learning_rate=0.1, momentum=0.5)
    with jax.enable_x64(True):
        params, shift, gradient = jnp.array([1.0, 2.0]), jnp.array([10.0, -7.0]), jnp.array([0.3, -0.2])
        _, state = rule.update(gradient, rule.init(params), params)
        step, kept = rule.update(gradient, state, params)
        shifted_step, shifted = rule.update(gradient, state, params + shift)
    np.testing.assert_array_equal(step, shifted_step)
    np.testing.assert_allclose(shifted.theta - kept.theta, shift, rtol=1e-14)


def test_nesterov_without_parameters_is_refused():
    rule = load("nesterov").rule()
    with pytest.raises(ValueError, match="nesterov needs the parameters"):
        rule.update(jnp.ones(2), rule.init(jnp.ones(2)))
