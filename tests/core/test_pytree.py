"""Pytrees as vectors, against NumPy on the flattened numbers."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.core import pytree as vectors
from ravine.landscapes.geometry import _stack as stacks


class Net(eqx.Module):
    weight: object
    bias: object
    mean: object
    name: str = eqx.field(static=True, default="net")


def net(seed: int, *, library=np) -> Net:
    rng = np.random.default_rng(seed)
    leaves = [rng.normal(size=shape).astype(np.float32) for shape in ((3, 4), (3,), (2,))]
    return Net(*map(library.asarray, leaves))


MASK = Net(True, True, False)


def numbers(point: Net) -> np.ndarray:
    return np.concatenate([np.ravel(point.weight), np.ravel(point.bias)]).astype(np.float64)


@pytest.mark.parametrize("library", [np, jnp])
def test_products_and_norms_are_over_trained_leaves(library):
    a, b = net(0, library=library), net(1, library=library)
    np.testing.assert_allclose(vectors.inner(a, b, MASK), numbers(a) @ numbers(b), rtol=1e-14)
    np.testing.assert_allclose(vectors.norm(a, MASK), np.linalg.norm(numbers(a)), rtol=1e-14)


def test_sums_are_taken_in_double():
    ones = {"a": np.full(3_000_001, 0.1, np.float32)}
    expected = 3_000_001 * float(np.float32(0.1)) ** 2
    np.testing.assert_allclose(vectors.inner(ones, ones, {"a": True}), expected, rtol=1e-10)


def test_differences_and_mixtures_move_all_leaves():
    a, b = net(0), net(1)
    np.testing.assert_array_equal(vectors.minus(a, b).mean, a.mean - b.mean)
    np.testing.assert_allclose(vectors.plus(a, b, -0.5).mean, a.mean - 0.5 * b.mean, rtol=1e-6)
    mixture = vectors.mixed([(0.25, a), (0.75, b)])
    np.testing.assert_allclose(mixture.weight, 0.25 * a.weight + 0.75 * b.weight, rtol=1e-6)
    assert mixture.weight.dtype == np.float32
    assert mixture.name == "net"


def test_leaves_that_are_not_real_stay():
    a, b = (
        {"w": np.ones(2, np.float32), "count": np.array(3)},
        {"w": np.ones(2, np.float32), "count": np.array(5)},
    )
    assert vectors.minus(a, b)["count"] == 0
    assert vectors.plus(a, b)["count"] == 3


def test_flattening_has_an_inverse():
    a = net(2)
    vector = vectors.flat(a, MASK)
    np.testing.assert_array_equal(vector, numbers(a))
    back = vectors.unflat(vector, a, MASK)
    np.testing.assert_array_equal(back.weight, a.weight)
    np.testing.assert_array_equal(back.bias, a.bias)
    assert not back.mean.any()


def test_a_mask_of_another_structure_is_refused():
    with pytest.raises(ValueError, match=r"(?i)structure|node|expected"):
        vectors.flat(net(0), {"weight": True})


@pytest.mark.parametrize("single", [np.float32(1.5) * np.ones(4, np.float32), [np.ones(2), np.ones(3)]])
def test_a_sequence_and_a_stack_are_told_apart(single):
    mask = [True, True] if isinstance(single, list) else True
    sequence = [single, vectors.plus(single, single), single]
    stack = stacks.stacked(sequence, mask)
    assert stacks.count(stack) == 3
    again = stacks.stacked(stack, mask)
    for one, other in zip(
        vectors.trained_leaves(stack, mask), vectors.trained_leaves(again, mask), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(vectors.flat(stacks.taken(stack, 1), mask), 2 * vectors.flat(single, mask))


def test_no_iterates_are_refused():
    with pytest.raises(ValueError, match="At least 1 iterate is needed; got none"):
        stacks.stacked([], MASK)


@pytest.mark.parametrize("block", [1, 7, 1 << 21])
def test_sums_do_not_depend_on_the_blocks(block, monkeypatch):
    monkeypatch.setattr(stacks, "_BLOCK", block)
    points = [net(seed) for seed in range(5)]
    rows = np.stack([numbers(point) for point in points]) - numbers(points[2])
    stack = stacks.stacked(points, MASK)
    directions = stacks.joined([stacks.alone(net(8)), stacks.alone(net(9))])
    along = np.stack([numbers(net(8)), numbers(net(9))])
    weights = np.random.default_rng(0).normal(size=(2, 5))
    np.testing.assert_allclose(stacks.gram(stack, points[2], MASK), rows @ rows.T, atol=1e-12)
    found = stacks.inner_products(stack, points[2], directions, MASK)
    np.testing.assert_allclose(found, rows @ along.T, atol=1e-12)
    np.testing.assert_allclose(
        stacks.combinations(weights, stack, points[2], MASK), weights @ rows, atol=1e-12
    )
