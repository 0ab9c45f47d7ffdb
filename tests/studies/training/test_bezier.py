"""Curves between solutions: their coordinates, and a bend that goes around a hill."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.core.pytree import minus, plus
from ravine.studies.training._curve import bezier, connect

FIRST = {"x": np.float32([-1.0, 0.0]), "statistics": np.float32([2.0])}
SECOND = {"x": np.float32([1.0, 0.0]), "statistics": np.float32([4.0])}
MASK = {"x": True, "statistics": False}


def ring(params, *examples):
    """0 on the unit circle: the straight line between opposite points crosses a hill of 1."""
    shift = sum((jnp.mean(one) for one in examples), jnp.float32(0))
    x, y = params["x"]
    return (x**2 + (y - 0.001) ** 2 - 1.0) ** 2 + shift


def curve(bend: dict, count: int = 41) -> np.ndarray:
    ts = np.linspace(0, 1, count)
    u, v = minus(bend, FIRST), minus(SECOND, FIRST)
    return np.stack([plus(plus(FIRST, u, a), v, b)["x"] for a, b in bezier(ts)])


def test_coordinates_are_those_of_the_curve():
    rng = np.random.default_rng(0)
    first, bend, second = rng.normal(size=(3, 5))
    for t, (a, b) in zip(np.linspace(0, 1, 7), bezier(np.linspace(0, 1, 7)), strict=True):
        expected = (1 - t) ** 2 * first + 2 * t * (1 - t) * bend + t**2 * second
        np.testing.assert_allclose(first + a * (bend - first) + b * (second - first), expected, atol=1e-14)


def test_a_trained_bend_goes_around_the_hill():
    found = connect(ring, FIRST, SECOND, optax.adam(0.05), mask=MASK, steps=300)
    along = [float(ring({"x": jnp.asarray(x)})) for x in curve(found.control_point)]
    straight = [float(ring({"x": jnp.asarray([x, 0.0])})) for x in np.linspace(-1, 1, 41)]
    assert max(straight) > 0.95
    assert max(along) < 0.25
    assert found.losses[-50:].mean() < 0.3 * found.losses[:50].mean()


def test_the_bend_is_a_minimum_of_the_mean_over_the_curve():
    """Of a quadratic it solves a linear equation in the means over t."""

    def loss(params):
        return jnp.sum((params["x"] - 3.0) ** 2)

    found = connect(
        loss, FIRST, SECOND, optax.sgd(optax.cosine_decay_schedule(0.5, 800)), mask=MASK, steps=800
    )
    t = (np.arange(100_000) + 0.5) / 100_000
    weight = 2 * t * (1 - t)
    fixed = np.outer((1 - t) ** 2, FIRST["x"]) + np.outer(t**2, SECOND["x"])
    best = (weight[:, None] * (3.0 - fixed)).sum(0) / (weight**2).sum()
    np.testing.assert_allclose(found.control_point["x"], best, atol=0.3)


def test_untrained_leaves_of_the_control_point_lie_halfway():
    found = connect(ring, FIRST, SECOND, optax.sgd(0.1), mask=MASK, steps=3)
    np.testing.assert_array_equal(found.control_point["statistics"], [3.0])


def test_steps_see_batches_of_their_size():
    sizes = []

    def loss(params, inputs, labels):
        sizes.append((inputs.shape, labels.shape))
        return ring(params) + jnp.mean(inputs)

    inputs, labels = np.arange(20, dtype=np.float32)[:, None], np.arange(20)
    found = connect(
        loss, FIRST, SECOND, optax.sgd(0.01), mask=MASK, examples=(inputs, labels), batch_size=4, steps=10
    )
    assert sizes == [((4, 1), (4,))]
    np.testing.assert_allclose(np.mean(found.losses), 9.5 + 0.5, atol=1.0)


def test_the_seed_tells_all_and_progress_is_told():
    seen = []
    rule = optax.adam(0.05)
    one = connect(ring, FIRST, SECOND, rule, mask=MASK, steps=5, seed=1, on_step=seen.append)
    same = connect(ring, FIRST, SECOND, rule, mask=MASK, steps=5, seed=1)
    other = connect(ring, FIRST, SECOND, rule, mask=MASK, steps=5, seed=2)
    np.testing.assert_array_equal(one.losses, same.losses)
    assert (one.losses != other.losses).any()
    assert seen == [1, 2, 3, 4, 5]


def test_the_ends_and_what_was_given_stay():
    before = {name: leaf.copy() for name, leaf in FIRST.items()}
    connect(ring, FIRST, SECOND, optax.adam(0.1), mask=MASK, steps=3)
    for name, leaf in before.items():
        np.testing.assert_array_equal(FIRST[name], leaf)


def test_no_steps_and_a_rate_that_is_too_large_are_refused():
    with pytest.raises(ValueError, match="at least 1 step; got 0"):
        connect(ring, FIRST, SECOND, optax.sgd(0.1), mask=MASK, steps=0)
    with pytest.raises(ValueError, match=r"is not finite in step .* take a smaller rate"):
        connect(ring, FIRST, SECOND, optax.sgd(1e9), mask=MASK, steps=50)
