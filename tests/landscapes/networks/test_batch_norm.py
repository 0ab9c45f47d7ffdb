"""Batch norm, held to torch's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.landscapes.networks._layers import BatchNorm

CHANNELS = 3
SHAPES = [(CHANNELS, 8), (CHANNELS, 2, 4, 5)]


def random_norm(rng: np.random.Generator) -> BatchNorm:
    leaves = [jnp.asarray(rng.uniform(0.5, 2, CHANNELS), jnp.float32) for _ in range(4)]
    return jax.tree.unflatten(jax.tree.structure(BatchNorm.of(CHANNELS)), leaves)


@pytest.mark.parametrize(("shape", "own"), [(SHAPES[0], False), (SHAPES[1], True)])
def test_signals_and_gradients_are_those_of_torch(shape, own):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    norm = random_norm(rng)
    signals, weights = rng.normal(3, 2, (2, *shape)).astype(np.float32)

    def total(norm: BatchNorm, signals: jax.Array) -> jax.Array:
        made = norm.measured(signals)(signals) if own else norm(signals)
        return jnp.sum(weights * made**2)

    value, (slopes, through) = jax.jit(jax.value_and_grad(total, argnums=(0, 1)))(norm, signals)

    mean, variance = (torch.tensor(np.asarray(leaf)) for leaf in (norm.mean, norm.variance))
    scale, shift, given = (
        torch.tensor(np.asarray(leaf), requires_grad=True) for leaf in (norm.scale, norm.shift, signals)
    )
    made = torch.nn.functional.batch_norm(
        given.moveaxis((0, -1), (1, 0)), mean, variance, scale, shift, training=own
    )
    expected = (torch.tensor(weights).moveaxis((0, -1), (1, 0)) * made**2).sum()
    expected.backward()
    np.testing.assert_allclose(value, expected.item(), rtol=1e-4)
    for found, tensor in ((slopes.scale, scale), (slopes.shift, shift), (through, given)):
        np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_measured_statistics_are_the_mean_and_the_biased_variance(shape, close):
    rng = np.random.default_rng(1)
    norm, signals = random_norm(rng), rng.normal(3, 2, shape).astype(np.float32)
    found = norm.measured(jnp.asarray(signals))
    rows = signals.reshape(CHANNELS, -1).astype(np.float64)
    close(found.mean, rows.mean(axis=1))
    close(found.variance, ((rows - rows.mean(axis=1, keepdims=True)) ** 2).mean(axis=1))
    np.testing.assert_array_equal([found.scale, found.shift], [norm.scale, norm.shift])


def test_a_new_one_leaves_normal_signals_as_they_are():
    signals = np.random.default_rng(2).normal(size=(CHANNELS, 50)).astype(np.float32)
    np.testing.assert_allclose(BatchNorm.of(CHANNELS)(jnp.asarray(signals)), signals, rtol=1e-4)


def test_statistics_are_not_trained():
    mask = BatchNorm.of(CHANNELS).trained
    assert (mask.scale, mask.shift, mask.mean, mask.variance) == (True, True, False, False)


def test_constant_signals_become_the_shift():
    norm = random_norm(np.random.default_rng(3))
    signals = jnp.full((CHANNELS, 6), 7.0)
    made = norm.measured(signals)(signals)
    expected = np.broadcast_to(np.asarray(norm.shift)[:, None], signals.shape)
    np.testing.assert_allclose(made, expected, rtol=1e-6)
