"""The loss of a network with batch norm under each policy, against NumPy."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.landscapes.networks import Problem, load, load_data
from ravine.landscapes.networks._network import trained

EPSILON = 1e-5


@pytest.fixture(scope="module")
def problem():
    options = {"widths": (5,), "batch_norm": True}
    return Problem(network=load("mlp"), data=load_data("moons"), options=options)


@pytest.fixture(scope="module")
def model(problem):
    """Off the point whose statistics it stores, so that the policies differ."""
    first, other = problem.start(0), problem.start(1)
    moved = jax.tree.map(lambda a, b: np.asarray(a) + np.float32(0.4) * b, first, other)
    return eqx.combine(eqx.filter(moved, trained(first)), first)


def loss_in_numpy(model, split, mean=None, variance=None):
    """The loss, the hidden layer's mean and its variance; those of the split itself unless given."""
    first, last = ((np.asarray(layer.weight, float), np.asarray(layer.bias, float)) for layer in model.layers)
    scale, shift = (np.asarray(leaf, float) for leaf in (model.norms[0].scale, model.norms[0].shift))
    signals = split.inputs.astype(float) @ first[0].T + first[1]
    mean = signals.mean(0) if mean is None else np.asarray(mean, float)
    variance = signals.var(0) if variance is None else np.asarray(variance, float)
    hidden = np.maximum((signals - mean) / np.sqrt(variance + EPSILON) * scale + shift, 0.0)
    logits = hidden @ last[0].T + last[1]
    chosen = logits[np.arange(len(logits)), split.labels]
    return np.mean(np.log(np.exp(logits).sum(1)) - chosen), mean, variance


def test_recomputed_statistics_are_those_of_the_training_examples(problem, model):
    found = jax.jit(problem.objective("recomputed").at)(model)
    train, mean, variance = loss_in_numpy(model, problem.data.train)
    test, _, _ = loss_in_numpy(model, problem.data.test, mean, variance)
    by_its_own, _, _ = loss_in_numpy(model, problem.data.test)
    assert abs(test - by_its_own) > 1e-3
    assert float(found["train_loss"]) == pytest.approx(train, rel=1e-5)
    assert float(found["test_loss"]) == pytest.approx(test, rel=1e-5)


def test_inference_goes_by_the_stored_statistics(problem, model):
    found = jax.jit(problem.objective("inference").at)(model)
    stored = model.norms[0].mean, model.norms[0].variance
    for name, split in problem.data.splits.items():
        wanted, _, _ = loss_in_numpy(model, split, *stored)
        assert float(found[f"{name}_loss"]) == pytest.approx(wanted, rel=1e-5)


def test_the_recomputed_loss_has_the_gradient_of_full_batches(problem, model):
    inputs, labels = map(jnp.asarray, problem.data.train)
    whole = jax.jit(jax.grad(problem.batch_loss))(model, inputs, labels)
    found = jax.jit(jax.grad(problem.objective("recomputed").loss))(model)
    ours, theirs = (
        jax.tree.leaves((at.layers, at.norms[0].scale, at.norms[0].shift)) for at in (found, whole)
    )
    for mine, wanted in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-4, atol=1e-6)
