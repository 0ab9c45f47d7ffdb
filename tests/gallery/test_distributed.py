"""What the recipes of asynchronous and distributed descent say of their films.

What depends on a seed is held for other seeds too, where a film would say the same of most of them.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from ravine import gallery, landscapes
from ravine.films import Film

ASYNCHRONOUS = (
    "hogwild-stale-reads",
    "downpour-leaps",
    "delayed-sgd",
    "adaptive-revision",
    "elastic-averaging-async",
    "elastic-momentum",
)
OTHER_SEEDS = (1, 2, 3)


@cache
def film_of(recipe, seed=None):
    """The film, or one whose batches and whose workers' times are drawn by another seed."""
    found = gallery.load(recipe)
    if seed is None:
        return Film(found)
    texts = (f"{text},seed={seed}" if "workers=" in text else text for text in found.optimizers)
    return Film(found.replace(seed=seed, optimizers=tuple(texts)))


def runs_of(recipe, seed=None):
    return {run.label: run for run in film_of(recipe, seed).descents}


def workers_of(run):
    return np.stack([ball for name, ball in run.markers.items() if name.startswith("worker")])


def most(holds, recipe):
    """Whether what is said of the film is so for all other seeds but one."""
    return sum(bool(holds(recipe, seed)) for seed in OTHER_SEEDS) >= len(OTHER_SEEDS) - 1


@pytest.mark.parametrize("recipe", ASYNCHRONOUS)
def test_a_run_without_delay_is_beside_it(recipe):
    runs = film_of(recipe).descents
    undelayed = [
        run
        for run in runs
        if all(run.setting.complete[key] == value for key, value in run.setting.optimizer.baseline.items())
    ]
    assert 0 < len(undelayed) < len(runs)
    assert len({run.setting.complete["learning_rate"] for run in runs}) == 1
    for run in undelayed:
        assert not run.series["delay"].any()
    for run in runs:
        assert run.series["delay"].any() == (run not in undelayed)


@pytest.mark.parametrize("recipe", ASYNCHRONOUS)
def test_all_run_on_one_count_of_gradients(recipe):
    film = film_of(recipe)
    gradients = {run.label: run.evaluations[:, 1] for run in film.descents}
    if film.recipe.clock == "evaluations":
        assert {counts[1] for counts in gradients.values()} == {1.0, 3.0}
        assert {len(run.points) for run in film.data.runs} == {film.recipe.steps + 1}
    else:
        steps = np.arange(film.recipe.steps + 1)
        assert all((counts == steps).all() for counts in gradients.values())


class TestHogwild:
    def pushes_on(self, recipe, seed=None):
        late, control = film_of(recipe, seed).descents
        return np.ptp(late.points, axis=0).max() > np.ptp(control.points, axis=0).max() + 0.1

    def test_reads_are_stale_and_some_are_torn(self):
        late, _ = film_of("hogwild-stale-reads").descents
        read, points = late.markers["read"], late.points
        assert len(workers_of(late)) == 6
        whole = [(read[step] == points[:step]).all(-1).any() for step in range(1, 51)]
        torn = [not found for found in whole]
        assert 0 < sum(torn) < 25
        for step in np.flatnonzero(torn) + 1:
            for place in range(2):
                assert read[step, place] in points[:step, place]
        assert late.series["delay"].max() > 6

    def test_the_first_steps_are_on_the_same_examples(self):
        late, control = film_of("hogwild-stale-reads").descents
        np.testing.assert_allclose(late.points[1], control.points[1], rtol=1e-12)
        examples = landscapes.load("sparse_regression").examples
        rows = film_of("hogwild-stale-reads").computation.sampling.samples[:, 0, 0]
        inputs, targets = examples.inputs[rows], examples.targets[rows]
        residuals = (control.points[:-1] * inputs).sum(-1) - targets
        np.testing.assert_allclose(
            np.diff(control.points, axis=0), -0.35 * residuals[:, None] * inputs, rtol=1e-9, atol=1e-12
        )

    def test_late_writes_push_on(self):
        assert self.pushes_on("hogwild-stale-reads")
        assert most(self.pushes_on, "hogwild-stale-reads")


class TestDownpour:
    def overshoots(self, recipe, seed=None):
        late, control = film_of(recipe, seed).descents
        return late.points[:, 0].max() > control.points[:, 0].max() + 0.2

    def test_the_server_stands_and_leaps(self):
        late, control = film_of("downpour-leaps").descents
        moves = np.linalg.norm(np.diff(late.points, axis=0), axis=-1)
        assert np.count_nonzero(moves) < 30
        assert moves.max() > 0.5 > np.linalg.norm(np.diff(control.points[5:], axis=0), axis=-1).max()

    def test_workers_drift_apart(self):
        late, _ = film_of("downpour-leaps").descents
        workers = workers_of(late)
        assert len(workers) == 3
        assert np.ptp(workers[:, 10:60], axis=0).max() > 0.5

    def test_the_control_is_sgd(self):
        control = film_of("downpour-leaps").descents[1]
        examples = landscapes.load("linear_regression").examples
        for point, after, rows in zip(
            control.points,
            control.points[1:],
            film_of("downpour-leaps").computation.sampling.samples[:, 0],
            strict=False,
        ):
            slope = examples.inputs[rows].T @ (examples.inputs[rows] @ point - examples.targets[rows]) / 4
            np.testing.assert_allclose(after, point - 0.07 * slope, rtol=1e-9)

    def test_downpour_leaps_past_the_valley(self):
        assert self.overshoots("downpour-leaps")
        assert most(self.overshoots, "downpour-leaps")


class TestDelayedSgd:
    RATES = 0.006 * np.array([1.0, 50.0])

    @pytest.mark.parametrize(("label", "delay"), [("no delay", 0), ("3 steps late", 3), ("5 steps late", 5)])
    def test_the_gradient_is_as_late_as_the_label_says(self, label, delay):
        points = [np.array([-4.0, 0.45])]
        for step in range(80):
            points.append(points[-1] - self.RATES * points[max(0, step - delay)])
        run = runs_of("delayed-sgd")[label]
        np.testing.assert_allclose(run.points, points, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(run.markers["read"][1 + delay :], run.points[: 80 - delay])

    def test_without_delay_there_is_no_swing(self):
        heights = runs_of("delayed-sgd")["no delay"].points[:, 1]
        assert (heights > 0).all()
        assert (np.diff(heights) < 0).all()

    @pytest.mark.parametrize(("label", "grows"), [("3 steps late", False), ("5 steps late", True)])
    def test_swings_shrink_or_grow(self, label, grows):
        heights = runs_of("delayed-sgd")[label].points[:, 1]
        turns = np.flatnonzero(np.diff(np.sign(np.diff(heights)))) + 1
        swings = np.abs(heights[turns])
        assert len(swings) >= 6
        assert all((after > before) == grows for before, after in pairwise(swings))


class TestAdaptiveRevision:
    def stays_below(self, recipe, seed=None):
        adagrad, revision, _ = film_of(recipe, seed).descents
        return revision.losses[1:].max() < revision.losses[0] < adagrad.losses.max()

    def calmer(self, recipe, seed=None):
        adagrad, revision, _ = film_of(recipe, seed).descents
        ways = [np.linalg.norm(np.diff(r.points, axis=0), axis=-1).sum() for r in (adagrad, revision)]
        return ways[1] < 0.8 * ways[0]

    def test_gradients_are_up_to_twenty_writes_old(self):
        delays = [run.series["delay"].max() for run in film_of("adaptive-revision").descents]
        assert delays == [20.0, 20.0, 0.0]
        assert len(workers_of(film_of("adaptive-revision").descents[0])) == 5

    def test_adagrad_is_thrown_up_and_adaptive_revision_is_not(self):
        assert self.stays_below("adaptive-revision")
        assert self.calmer("adaptive-revision")
        assert most(self.stays_below, "adaptive-revision")
        assert most(self.calmer, "adaptive-revision")

    def test_without_delay_both_are_adagrad(self):
        film = film_of("adaptive-revision")
        undelayed = film.recipe.replace(
            optimizers=(
                "async_adagrad:learning_rate=3,workers=1,max_delay=24",
                "adaptive_revision:learning_rate=3,workers=1,max_delay=24",
            )
        )
        one, other = Film(undelayed).descents
        np.testing.assert_allclose(one.points, other.points, rtol=1e-12)
        np.testing.assert_allclose(film.descents[2].points, other.points, rtol=1e-12)
        examples = landscapes.load("linear_regression").examples
        point, squares = np.array(film.landscape.start), 1.0
        for step, rows in enumerate(film.computation.sampling.samples[:, 0]):
            np.testing.assert_allclose(one.points[step], point, rtol=1e-8, atol=1e-10)
            slope = examples.inputs[rows].T @ (examples.inputs[rows] @ point - examples.targets[rows]) / 8
            squares = squares + slope**2
            point = point - 3 * slope / np.sqrt(squares)


class TestElasticAveraging:
    def nearest(self, points):
        minima = np.array(landscapes.load("himmelblau").minima)
        apart = np.linalg.norm(np.asarray(points)[:, None] - minima, axis=-1)
        return apart.argmin(-1), apart.min(-1)

    def test_weak_springs_leave_each_worker_in_a_valley_of_its_own(self):
        run = runs_of("elastic-averaging")["weak springs"]
        valleys, apart = self.nearest(workers_of(run)[:, -1])
        assert len(set(valleys)) == 3
        assert apart.max() < 0.6
        assert run.losses[-1] > 150 > landscapes.load("himmelblau").lowest

    def test_strong_springs_bring_all_into_one(self):
        run = runs_of("elastic-averaging")["strong springs"]
        valleys, apart = self.nearest([*workers_of(run)[:, -1], run.points[-1]])
        assert len(set(valleys)) == 1
        assert apart.max() < 0.05

    def test_workers_start_alike_and_at_once(self):
        weak, strong = film_of("elastic-averaging").descents
        np.testing.assert_array_equal(workers_of(weak)[:, 0], workers_of(strong)[:, 0])
        np.testing.assert_array_equal(workers_of(weak)[:, 0], [(-3, -1), (4, -1), (0, 4)])
        np.testing.assert_allclose(weak.points[0], (1 / 3, 2 / 3), rtol=1e-12)
        assert not np.isclose(workers_of(weak)[:, 1], workers_of(weak)[:, 0]).any()
        assert not weak.series["delay"].any()

    def test_the_picture_does_not_say_that_all_start_in_one_place(self):
        assert film_of("elastic-averaging")._scene.subtitle == "workers start apart"


class TestEachInItsOwnTime:
    def about_equal(self, recipe, seed=None):
        film = film_of(recipe, seed)
        one, other = (run.losses[-1] - film.landscape.lowest for run in film.data.runs)
        return 0.7 < one / other < 1.4

    def test_one_worker_at_a_time_or_all(self):
        alone, together = (workers_of(run) for run in film_of("elastic-averaging-async").descents)
        moved = [(np.abs(np.diff(workers, axis=1)) > 0).any(-1).sum(0) for workers in (alone, together)]
        assert set(moved[0]) == {1}
        assert set(moved[1]) == {3}

    def test_after_as_many_gradients_they_are_about_equally_low(self):
        assert self.about_equal("elastic-averaging-async")
        assert most(self.about_equal, "elastic-averaging-async")


class TestElasticMomentum:
    def swings_further(self, recipe, seed=None):
        alone, together = film_of(recipe, seed).data.runs
        return together.points[:, 0].max() >= alone.points[:, 0].max()

    def test_workers_run_ahead_of_their_centre(self):
        for run in film_of("elastic-momentum").descents:
            along = workers_of(run)[..., 0] - run.points[:, 0]
            assert (along[:, 6:12].mean(0) > 0.3).all()

    def test_all_at_once_it_swings_further(self):
        assert self.swings_further("elastic-momentum")
        assert most(self.swings_further, "elastic-momentum")

    def test_it_overshoots_the_valley(self):
        # On the valley's floor the gradient across it is zero: past it, it points back.
        _, together = film_of("elastic-momentum").descents
        examples = landscapes.load("linear_regression").examples
        across = np.linalg.eigh(examples.inputs.T @ examples.inputs)[1][:, 1]
        offset = (together.points - landscapes.load("linear_regression").minima[0]) @ across
        assert offset[0] * offset[10:30].min() < 0 or offset[0] * offset[10:30].max() < 0
