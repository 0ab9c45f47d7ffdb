"""What every network of the catalogue promises."""

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from ravine.landscapes import networks
from ravine.landscapes.networks._layers import BatchNorm
from ravine.landscapes.networks._network import NetworkError, trained
from ravine.landscapes.networks._problem import accuracy, cross_entropy


def built(name: str, **options: Any) -> Any:
    """A new network on the host, made by one program."""
    return jax.device_get(jax.jit(partial(networks.load(name).build, **options))(jax.random.key(0)))


def norms_of(tree: Any) -> list[BatchNorm]:
    nodes = jax.tree.leaves(tree, is_leaf=lambda node: isinstance(node, BatchNorm))
    return [node for node in nodes if isinstance(node, BatchNorm)]


def equal(one: Any, other: Any) -> list[bool]:
    """Of each leaf, whether two trees have it in common to the last bit."""
    return jax.tree.leaves(jax.tree.map(np.array_equal, one, other))


def test_features_are_linear_in_the_first_layer(kind, close):
    one, other = kind.stirred(1), kind.stirred(2)
    mixed = jax.tree.map(lambda a, b: np.float32(0.3) * a - np.float32(1.7) * b, one, other)
    close(kind.at(mixed).features, 0.3 * kind.at(one).features - 1.7 * kind.at(other).features)


def test_features_are_left_alone_by_all_other_layers(kind):
    model = kind.stirred()
    leaves, structure = jax.tree.flatten(model)
    features = kind.at(model).features
    moved = [
        structure.unflatten([*leaves[:place], leaf + np.float32(1), *leaves[place + 1 :]])
        for place, leaf in enumerate(leaves)
    ]
    is_read = [not np.array_equal(kind.at(other).features, features) for other in moved]
    assert sum(is_read) == 2, "weights and biases of the first layer"
    pairs = zip(jax.tree.leaves(trained(model)), is_read, strict=True)
    assert all(is_trained for is_trained, found in pairs if found)


def test_settled_statistics_are_those_of_the_examples(kind, close):
    model = kind.stirred()
    recalibrated = jax.jit(lambda model, inputs: model.recalibrated(inputs))(model, kind.inputs)
    found, after = kind.at(model), kind.at(recalibrated)
    close(after.stored, found.use_batch_statistics)
    close(after.use_batch_statistics, found.use_batch_statistics)
    assert equal(model, recalibrated) == jax.tree.leaves(trained(model))
    if kind.has_batch_norm:
        assert not np.allclose(found.stored, found.use_batch_statistics, rtol=1e-2)


def test_stored_statistics_alone_are_not_trained(kind):
    model = kind.stirred()
    mask = trained(model)
    assert jax.tree.structure(mask) == jax.tree.structure(model)
    norms = norms_of(mask)
    assert bool(norms) == kind.has_batch_norm
    assert jax.tree.leaves(mask).count(False) == 2 * len(norms)
    assert not any(norm.mean or norm.variance for norm in norms)
    gradient = jax.tree.leaves(kind.slopes(model)[1])
    pairs = zip(gradient, jax.tree.leaves(mask), strict=True)
    assert not any(np.any(slope) for slope, is_trained in pairs if not is_trained)


def test_gradients_are_finite_even_where_nothing_varies(kind):
    model = kind.stirred()
    for at in (model, jax.tree.map(np.zeros_like, model)):
        for inputs in (kind.inputs, np.zeros_like(kind.inputs)):
            loss, gradient = kind.slopes(at, inputs)
            assert np.isfinite(loss)
            assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))


@jax.jit
def permute(model: Any) -> Any:
    return model.permuted(jax.random.key(5))


def test_the_function_is_the_same_with_units_in_another_order(kind, close):
    model = kind.stirred()
    found, permuted = kind.at(model), kind.at(permute(model))
    close(permuted.use_batch_statistics, found.use_batch_statistics)
    close(permuted.stored, found.stored)


def test_units_in_another_order_move_every_layer_and_lose_no_number(kind):
    model = kind.stirred()
    before, after = (jax.tree.leaves(each) for each in (model, permute(model)))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(np.sort(one, axis=None), np.sort(other, axis=None))
    kept = [one.shape for one, other in zip(before, after, strict=True) if np.array_equal(one, other)]
    assert kept == [(kind.classes,)], "the biases of the logits alone"


def test_leaves_are_of_single_precision(kind):
    assert {leaf.dtype for leaf in jax.tree.leaves(kind.shapes)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", networks.names())
def test_models_of_one_network_differ_in_their_leaves_alone(name):
    new = jax.jit(partial(networks.load(name).build, shape=(8, 8), classes=3))
    one, again, other = (new(jax.random.key(seed)) for seed in (0, 0, 1))
    assert jax.tree.structure(one) == jax.tree.structure(other)
    assert all(equal(one, again))
    assert not all(equal(one, other))


def test_evaluation_changes_nothing_in_the_model():
    model = networks.load("mlp").build(jax.random.key(0), shape=(5,), classes=2, widths=(3,), batch_norm=True)
    model = jax.tree.map(np.array, model)
    before = jax.tree.map(np.copy, model)
    inputs = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)

    @jax.jit
    def evaluated(key: jax.Array) -> Any:
        first, again = (
            [model.logits(model.features(inputs), use_batch_statistics=own) for own in (True, False)]
            for _ in range(2)
        )
        return first, again, model.recalibrated(inputs), model.permuted(key)

    first, again, *_ = evaluated(jax.random.key(0))
    assert all(equal(before, model))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", networks.names())
def test_digits_are_learnt(name):
    """With the default options and no search for a rate."""
    train = networks.load_data("digits").train
    inputs, labels = jnp.asarray(train.inputs[:30]), jnp.asarray(train.labels[:30])
    rule = optax.adam(0.01)

    def logits(model: Any) -> jax.Array:
        return model.logits(model.features(inputs), use_batch_statistics=False)

    def step(carried: Any, _: None) -> tuple[Any, None]:
        model, state = carried
        gradient = jax.grad(lambda model: cross_entropy(logits(model), labels))(model)
        updates, state = rule.update(gradient, state)
        return (optax.apply_updates(model, updates), state), None

    @jax.jit
    def learnt(key: jax.Array) -> jax.Array:
        model = networks.load(name).build(key, shape=(8, 8), classes=10)
        (model, _), _ = jax.lax.scan(step, (model, rule.init(model)), None, length=60)
        return accuracy(logits(model), labels)

    assert learnt(jax.random.key(0)) >= 0.95


@pytest.mark.parametrize("name", networks.names())
def test_facts_are_read_without_building(name):
    network, facts = networks.load(name), networks.catalogue.facts(name)
    assert network.name == network.build.__name__ == name
    for fact in ("title", "about", "paper", "year", "address"):
        assert facts[fact]
        assert facts[fact] == getattr(network, fact)
    assert facts["about"].endswith(".")


@pytest.mark.parametrize("shape", [(2,), (3, 8, 8)])
def test_convolutions_refuse_what_is_no_image(shape):
    with pytest.raises(NetworkError, match="conv takes images") as caught:
        networks.load("conv").build(jax.random.key(0), shape=shape, classes=2)
    assert f"has shape {shape}" in str(caught.value)


@pytest.mark.parametrize(
    ("image", "places"), [((8, 8), (4, 4)), ((28, 28), (7, 7)), ((5, 3), (3, 2)), ((1, 1), (1, 1))]
)
def test_convolutions_work_on_few_places(image, places):
    def features(key: jax.Array, inputs: jax.Array) -> jax.Array:
        model = networks.load("conv").build(key, shape=image, classes=2, channels=4)
        return model.features(inputs)

    found = jax.eval_shape(features, jax.random.key(0), np.ones((3, math.prod(image)), np.float32))
    assert found.shape == (4, *places, 3)


def test_features_are_the_steps_of_data_without_rows(close):
    model = built("lstm", shape=(4,), classes=2, hidden=3)
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    bias = model.first.bias
    found = jax.jit(lambda model: model.features(rows))(model)
    close(found, np.einsum("gi,ns->sgn", model.first.weight, rows) + bias[None, :, None])


def test_forget_gates_are_open_at_the_start():
    model = built("lstm", shape=(4,), classes=2, hidden=3)
    np.testing.assert_array_equal(model.first.bias, np.repeat([0, 1, 0, 0], 3))


def test_weights_have_the_published_variance():
    """He, Zhang, Ren and Sun (2015) for rectifiers, Glorot and Bengio (2010) for sigmoids."""
    variances = {"relu": 2 / 600, "tanh": 2 / 1000, "sigmoid": 16 * 2 / 1000, "maxout": 1 / 600}
    build = partial(networks.load("mlp").build, shape=(600,), classes=10, widths=(400,))

    @jax.jit
    def of_each(key: jax.Array) -> dict[str, Any]:
        return {activation: build(key, activation=activation) for activation in variances}

    for activation, model in jax.device_get(of_each(jax.random.key(0))).items():
        first, last = model.layers
        np.testing.assert_allclose(np.var(first.weight), variances[activation], rtol=0.02)
        np.testing.assert_allclose(np.var(last.weight), 2 / 410, rtol=0.1)
        assert not np.any(first.bias)


def test_maxout_units_keep_the_mean_square_of_their_pieces():
    inputs = np.random.default_rng(0).normal(size=(400, 50)).astype(np.float32)

    @jax.jit
    def mean_square(key: jax.Array) -> jax.Array:
        sizes = {"shape": (50,), "classes": 500, "widths": (500, 500)}
        model = networks.load("mlp").build(key, **sizes, activation="maxout")
        return jnp.mean(model.logits(model.features(inputs), use_batch_statistics=False) ** 2)

    np.testing.assert_allclose(mean_square(jax.random.key(0)), 1, rtol=0.1)


def test_scale_is_that_of_all_weights(close):
    build = partial(networks.load("deep_linear").build, shape=(9,), classes=3, widths=(6,))
    both = jax.jit(lambda key: [build(key, scale=scale) for scale in (1.0, 0.25)])
    plain, small = jax.device_get(both(jax.random.key(0)))
    for one, other in zip(plain.layers, small.layers, strict=True):
        close(0.25 * one.weight, other.weight)


def test_book_network_has_256_and_256_units():
    build = partial(networks.load("book").build, shape=(28, 28), classes=10)
    model = jax.eval_shape(build, jax.random.key(0))
    assert [layer.weight.shape for layer in model.layers] == [(256, 784), (256, 256), (10, 256)]
