import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.landscapes import difficulty_of, minibatches

ORDERS = ("shuffled", "replacement", "curriculum")
DIFFICULTY = np.array([5.0, 1.0, 4.0, 2.0, 9.0, 0.0, 7.0, 3.0, 8.0, 6.0])


def rows(**choices) -> np.ndarray:
    return minibatches(**{"count": 10, "size": 4, "steps": 30, "seed": 7, "difficulty": DIFFICULTY} | choices)


@pytest.mark.parametrize("order", ORDERS)
class TestEveryOrder:
    def test_rows_of_examples(self, order):
        drawn = rows(order=order, draws=3)
        assert drawn.shape == (30, 3, 4)
        assert np.issubdtype(drawn.dtype, np.integer)
        assert set(np.unique(drawn)) == set(range(10))

    def test_the_seed_decides(self, order):
        np.testing.assert_array_equal(rows(order=order), rows(order=order))
        assert (rows(order=order) != rows(order=order, seed=8)).any()

    def test_a_draw_does_not_depend_on_how_many_there_are(self, order):
        one, three = rows(order=order), rows(order=order, draws=3)
        np.testing.assert_array_equal(one[:, 0], three[:, 0])
        assert (three[:, 1] != three[:, 0]).any()
        assert (three[:, 2] != three[:, 1]).any()

    @pytest.mark.parametrize("size", [None, 10])
    def test_a_full_batch_is_in_order(self, order, size):
        drawn = rows(order=order, size=size, draws=2)
        np.testing.assert_array_equal(drawn, np.tile(np.arange(10), (30, 2, 1)))


@pytest.mark.parametrize("size", [1, 3, 4, 5, 9])
def test_shuffled_batches_hold_every_example_once_an_epoch(size):
    stream = rows(size=size, steps=40).ravel()
    epochs = stream[: len(stream) // 10 * 10].reshape(-1, 10)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.arange(10), (len(epochs), 1)))
    assert len({tuple(epoch) for epoch in epochs}) == len(epochs)


def test_longer_runs_begin_as_shorter_ones():
    for order in ("shuffled", "replacement"):
        np.testing.assert_array_equal(rows(order=order, steps=9), rows(order=order)[:9])


def test_replacement_is_uniform_and_independent():
    drawn = rows(order="replacement", steps=5000, size=4).reshape(-1, 4)
    counts = np.bincount(drawn.ravel(), minlength=10)
    # The chi-squared distribution of 9 degrees of freedom lies below 27.9 in 999 of 1000 cases.
    assert ((counts - 2000) ** 2 / 2000).sum() < 27.9
    repeated = (np.diff(np.sort(drawn, axis=1), axis=1) == 0).any(axis=1).mean()
    np.testing.assert_allclose(repeated, 1.0 - 0.9 * 0.8 * 0.7, atol=0.03)


class TestCurriculum:
    def test_begins_with_the_easiest_fifth(self):
        first = rows(order="curriculum", steps=100, size=9)[0]
        assert set(first.ravel()) == {5, 1}

    def test_goes_from_easy_to_all(self):
        hardest = DIFFICULTY[rows(order="curriculum", steps=2000, size=9)].max(axis=(1, 2))
        known = [min(2 + 8 * step // 1000, 10) for step in range(2000)]
        assert (hardest < known).all()
        # Nine draws miss the hardest of ten that are known in 0.9^9 = 39 of 100 cases.
        np.testing.assert_allclose((hardest == np.array(known) - 1)[1000:].mean(), 0.61, atol=0.05)
        assert all((hardest == rank).any() for rank in range(10) if rank)

    def test_draws_evenly_from_what_is_known(self):
        late = rows(order="curriculum", steps=4000, size=9)[2000:]
        counts = np.bincount(late.ravel(), minlength=10)
        expected = late.size / 10
        assert ((counts - expected) ** 2 / expected).sum() < 27.9

    def test_equal_difficulties_keep_their_order(self):
        drawn = rows(order="curriculum", difficulty=np.zeros(10), steps=100)[0]
        assert set(drawn.ravel()) <= {0, 1}


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"size": 0}, "at least 1 example; got a size of 0"),
        ({"size": -2}, "at least 1 example; got a size of -2"),
        ({"size": 11}, "which is 10; got a size of 11"),
        ({"order": "sorted"}, "one of shuffled, replacement, curriculum; got 'sorted'"),
        ({"order": "curriculum", "difficulty": None}, "give difficulty"),
        ({"order": "curriculum", "difficulty": np.zeros(9)}, "10 in all; got 9"),
    ],
)
def test_mistakes(choices, message):
    with pytest.raises(ValueError, match=message) as told:
        rows(**choices)
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("name", ["linear_regression", "logistic_regression", "noisy_moons"])
def test_the_gradients_of_an_epoch_average_to_the_whole(name):
    landscape = landscapes.load(name)
    count = len(landscape.examples.targets)
    drawn = minibatches(count, size=8, steps=count // 8, seed=3)[:, 0]
    with jax.enable_x64(True):
        start = jnp.asarray(landscape.start)
        each = jax.vmap(jax.grad(landscape.examples.batch_loss), in_axes=(None, 0))
        both = jax.jit(lambda start, drawn: (each(start, drawn), jax.grad(landscape.loss)(start)))
        each, whole = both(start, drawn)
    assert np.ptp(np.asarray(each), axis=0).min() > 0.01
    np.testing.assert_allclose(np.asarray(each).mean(axis=0), whole, rtol=1e-12)


class TestDifficulty:
    def test_is_each_example_s_own_loss(self):
        landscape = landscapes.load("linear_regression")
        examples, (minimum,) = landscape.examples, landscape.minima
        expected = (examples.inputs @ minimum - examples.targets) ** 2 / 2
        np.testing.assert_allclose(difficulty_of(examples, minimum), expected, rtol=1e-9, atol=1e-15)

    def test_its_mean_is_the_loss(self):
        landscape = landscapes.load("logistic_regression")
        (minimum,) = landscape.minima
        found = difficulty_of(landscape.examples, minimum)
        np.testing.assert_allclose(found.mean(), landscape.lowest, rtol=1e-12)
