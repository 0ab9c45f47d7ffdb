"""What single steps of a recipe see, what is said of it on the picture, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.core.recipe import RecipeError
from ravine.films import Film, Recipe
from ravine.films._sampling import batch_size, describe_sampling, sampling_of

FINITE_SUMS = [name for name in landscapes.names() if landscapes.load(name).examples is not None]


def sampled(draws=1, **choices):
    recipe = Recipe(**choices)
    return sampling_of(recipe, landscapes.load(recipe.landscape), draws=draws)


def said(**choices):
    recipe = Recipe(**choices)
    return describe_sampling(recipe, landscapes.load(recipe.landscape))


def refusal(**choices):
    with pytest.raises(RecipeError) as raised:
        sampled(**choices)
    return str(raised.value)


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ({"landscape": "beale"}, ""),
        ({"landscape": "beale", "noise": 0.25}, "gradients with noise, σ = 0.25"),
        (
            {"landscape": "beale", "noise": 2.0, "noise_shape": "uniform"},
            "gradients with uniform noise up to ±2",
        ),
        ({"landscape": "linear_regression"}, "gradients on minibatches of 8 of 64"),
        ({"landscape": "linear_regression", "batch_size": 1}, "gradients on 1 example of 64"),
        ({"landscape": "linear_regression", "batch_size": "full"}, "gradients on all 64 examples"),
        ({"landscape": "linear_regression", "batch_size": 64}, "gradients on all 64 examples"),
        (
            {"landscape": "noisy_moons", "batch_size": 10, "batch_order": "curriculum"},
            "gradients on minibatches of 10 of 200, easy ones first",
        ),
        (
            {"landscape": "noisy_moons", "batch_size": 1, "batch_order": "replacement"},
            "gradients on 1 example of 200, with replacement",
        ),
        ({"landscape": "small_sample_regression"}, "gradients on minibatches of 8 of 10"),
    ],
)
def test_the_subtitle_says_how_gradients_are_sampled(choices, text):
    assert said(**choices) == text


@pytest.mark.parametrize("batch_order", ["shuffled", "replacement"])
def test_a_film_has_the_subtitle(batch_order):
    choices = {"landscape": "small_sample_regression", "batch_size": 3, "batch_order": batch_order}
    film = Film(Recipe(**choices, optimizers=("sgd:learning_rate=0.1",), steps=2))
    assert film.data.sampling == said(**choices)
    assert film.data.sampling.startswith("gradients on minibatches of 3 of 10")


def test_without_noise_a_landscape_without_examples_is_seen_whole():
    assert sampled(landscape="beale") is None


@pytest.mark.parametrize("name", FINITE_SUMS)
def test_full_batches_are_all_examples_at_every_step(name):
    count = len(landscapes.load(name).examples.targets)
    seen = sampled(landscape=name, batch_size="full", steps=3, draws=2)
    assert seen.samples.shape == (3, 2, count)
    assert (np.sort(seen.samples) == np.arange(count)).all()


def test_each_example_comes_once_an_epoch():
    seen = sampled(landscape="linear_regression", batch_size=4, steps=32, draws=3)
    assert seen.samples.shape == (32, 3, 4)
    for draw in range(3):
        for epoch in (seen.samples[:16, draw], seen.samples[16:, draw]):
            assert sorted(epoch.ravel().tolist()) == list(range(64))
    assert (seen.samples[:, 0] != seen.samples[:, 1]).any()


def test_the_seed_draws_them():
    one, again, other = (
        sampled(landscape="noisy_moons", batch_size=5, steps=20, seed=seed).samples for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_a_curriculum_begins_with_what_the_minimum_fits_best():
    ground = landscapes.load("linear_regression")
    inputs, targets = ground.examples.inputs, ground.examples.targets
    misfit = (inputs @ np.array(ground.minima[0]) - targets) ** 2
    easiest = np.argsort(misfit).tolist()
    seen = sampled(landscape="linear_regression", batch_size=8, batch_order="curriculum", steps=100)
    assert set(seen.samples[0].ravel().tolist()) <= set(easiest[:13])
    assert set(seen.samples[:25].ravel().tolist()) <= set(easiest[:40])
    assert set(seen.samples[50:].ravel().tolist()) == set(range(64))


def test_a_step_s_gradient_is_that_of_its_rows():
    ground = landscapes.load("linear_regression")
    inputs, targets = ground.examples.inputs, ground.examples.targets
    seen = sampled(landscape="linear_regression", batch_size=5, steps=4, draws=2)
    point = np.array([0.3, -1.2])
    with jax.enable_x64(True):
        for rows in seen.samples.reshape(-1, 5):
            slope = jax.grad(seen.loss)(point, rows)
            residuals = inputs[rows] @ point - targets[rows]
            np.testing.assert_allclose(slope, inputs[rows].T @ residuals / 5, rtol=1e-12)


@pytest.mark.parametrize(("shape", "spread"), [("normal", 0.5), ("uniform", 0.5 / np.sqrt(3))])
def test_noise_is_added_to_the_gradient(shape, spread):
    seen = sampled(landscape="beale", noise=0.5, noise_shape=shape, steps=4000, draws=2)
    assert seen.samples.shape == (4000, 2, 2)
    assert abs(seen.samples.mean()) < 0.02
    np.testing.assert_allclose(seen.samples.std(axis=(0, 1)), spread, rtol=0.05)
    assert shape == "normal" or np.abs(seen.samples).max() <= 0.5
    x, y, shock = 0.7, 1.1, seen.samples[0, 0]
    residuals = [c - x + x * y**k for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))]
    slope = [
        sum(2 * r * (y**k - 1) for k, r in enumerate(residuals, 1)),
        sum(2 * r * k * x * y ** (k - 1) for k, r in enumerate(residuals, 1)),
    ]
    with jax.enable_x64(True):
        value, seen_slope = jax.value_and_grad(seen.loss)(jnp.array([x, y]), jnp.asarray(shock))
    assert value == pytest.approx(sum(r * r for r in residuals), rel=1e-12)
    np.testing.assert_allclose(seen_slope, slope + shock, rtol=1e-12)


def test_noise_leaves_a_loss_of_one_variable_on_its_line():
    seen = sampled(landscape="double_well", noise=1.0, steps=5)
    assert (seen.samples[..., 1] == 0).all()
    assert (seen.samples[..., 0] != 0).all()


@pytest.mark.parametrize("name", FINITE_SUMS)
def test_noise_on_a_finite_sum(name):
    count = len(landscapes.load(name).examples.targets)
    message = refusal(landscape=name, noise=0.1)
    assert message == f"noise is for landscapes without examples; {name} has {count}: give batch_size."


@pytest.mark.parametrize(
    ("key", "value"), [("batch_size", 4), ("batch_size", "full"), ("show_batch", True), ("early_stopping", 5)]
)
def test_options_that_need_examples_are_refused_without(key, value):
    message = refusal(**{"landscape": "beale", key: value})
    assert message == f"{key} needs a landscape with examples, such as noisy_moons; beale has none."


@pytest.mark.parametrize("size", [65, 9999])
def test_batches_larger_than_the_data(size):
    message = refusal(landscape="linear_regression", batch_size=size)
    assert message == f"batch_size must be at most 64 on linear_regression; got {size}."


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "all", "1.5", ""])
def test_batch_sizes_that_are_none(value):
    rule = "batch_size must be a whole number of examples, at least 1, or full"
    with pytest.raises(RecipeError, match=rule):
        Recipe.of({"landscape": "noisy_moons", "batch_size": value})


def test_a_batch_size_may_be_written():
    recipe = Recipe.of({"landscape": "noisy_moons", "batch_size": "16"})
    assert recipe.batch_size == 16
    assert batch_size(recipe, landscapes.load("noisy_moons")) == 16
