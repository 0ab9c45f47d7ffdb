"""What the recipes on finite sums say of their films: stopping, the order of examples, single steps."""

from functools import cache

import numpy as np

from ravine import gallery, landscapes
from ravine.films import Film

OTHER_SEEDS = (1, 2, 3, 4)


@cache
def film_of(recipe, seed=None):
    """The film, or one whose batches are drawn by another seed."""
    found = gallery.load(recipe)
    return Film(found if seed is None else found.replace(seed=seed))


class TestEarlyStopping:
    def test_the_loss_falls_and_the_held_out_loss_rises_again(self):
        stopped, free = film_of("early-stopping").data.runs
        assert (np.diff(free.losses) < 0).all()
        held_out = free.series["held_out_loss"]
        best = int(held_out.argmin())
        assert (np.diff(held_out[: best + 1]) < 0).all()
        assert (np.diff(held_out[best:]) > 0).all()
        assert stopped.stopped_at == best + 10
        assert free.stopped_at is None
        assert held_out[-1] > 2 * stopped.series["held_out_loss"][-1]

    def test_the_other_run_goes_on_to_the_minimum(self):
        stopped, free = film_of("early-stopping").descents
        minimum = landscapes.load("small_sample_regression").minima[0]
        assert np.linalg.norm(free.points[-1] - minimum) < 0.2
        assert np.linalg.norm(stopped.points[-1] - minimum) > 2.0


class TestCurriculum:
    def goes_past_and_comes_back(self, recipe, seed=None):
        points = film_of(recipe, seed).descents[0].points
        minimum = landscapes.load("noisy_moons").minima[0]
        half = len(points) // 2
        return points[: half + 10, 1].min() < minimum[1] - 1.5 and points[-20:, 1].mean() > minimum[1] - 1.2

    def test_sgd_runs_on_and_comes_back(self):
        assert self.goes_past_and_comes_back("curriculum")
        assert all(self.goes_past_and_comes_back("curriculum", seed) for seed in OTHER_SEEDS)

    def test_the_loss_on_the_batches_is_small_meanwhile(self):
        (run,) = film_of("curriculum").data.runs
        batches = run.series["batch_loss"]
        assert batches[5:50].mean() < 0.1
        assert batches[100:].mean() > 0.25
        assert run.losses[5:50].min() > 4 * batches[5:50].mean()

    def test_the_first_batches_are_of_the_easiest_fifth(self):
        ground = landscapes.load("noisy_moons")
        margins = ground.examples.targets * (ground.examples.inputs @ np.array(ground.minima[0]))
        easiest = set(np.argsort(-margins)[:40].tolist())
        rows = film_of("curriculum").computation.sampling.samples[:, 0]
        assert set(rows[0].tolist()) <= easiest
        assert not set(rows[80:].ravel().tolist()) <= easiest

    def test_examples_in_any_order_do_not_go_as_far(self):
        shuffled = Film(film_of("curriculum").recipe.replace(batch_order="shuffled")).descents[0]
        assert shuffled.points[:, 1].min() > film_of("curriculum").descents[0].points[:, 1].min() + 1.0


class TestWhatAStepSees:
    def test_each_pair_has_a_minimum_of_its_own_and_the_step_goes_down_its_bowl(self):
        film = film_of("minibatch-contours")
        (run,) = film.descents
        examples, minima = film.landscape.examples, []
        for point, after, rows in zip(
            run.points, run.points[1:], film.computation.sampling.samples[:, 0], strict=False
        ):
            inputs, targets = examples.inputs[rows], examples.targets[rows]
            minima.append(np.linalg.solve(inputs, targets))
            slope = inputs.T @ (inputs @ point - targets) / 2
            np.testing.assert_allclose(after - point, -0.3 * slope, rtol=1e-9)
            np.testing.assert_array_equal(film.data.background.batches.rows[len(minima) - 1], rows)
        apart = np.linalg.norm(np.array(minima)[:, None] - minima, axis=-1)
        assert len(minima) == 6
        assert apart[~np.eye(6, dtype=bool)].min() > 0.05


class TestLazyAdam:
    def test_lazy_steps_are_along_the_axes_where_examples_are(self):
        adam, lazy = film_of("lazy-adam").descents
        rows = film_of("lazy-adam").computation.sampling.samples[:, 0, 0]
        absent = landscapes.load("sparse_regression").examples.inputs[rows] == 0
        assert absent.any(-1).mean() > 0.75
        np.testing.assert_array_equal(np.diff(lazy.points, axis=0) == 0, absent)
        # Adam's average of the second weight begins with the first example that has it.
        begun = int((~absent[:, 1]).argmax())
        assert (np.diff(adam.points[begun:], axis=0) != 0).all()
