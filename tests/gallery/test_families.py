"""What the recipes say of a family of rules each: the numbers behind every sentence of a caption."""

from functools import cache

import numpy as np
import pytest

from ravine import gallery
from ravine.films import Film

SEEDS = range(6)
"""What a caption says of noise must not hang on the seed of its recipe."""

LOGISTIC = (2.1295059904310656, -0.9453433491201613)


@cache
def film_of(recipe, **changes):
    return Film(gallery.load(recipe).replace(**changes))


@cache
def runs_of(recipe, **changes):
    return {run.label: run for run in film_of(recipe, **changes).descents}


def apart(points, place):
    return np.linalg.norm(np.asarray(points) - np.asarray(place), axis=-1)


def strides(run):
    return np.linalg.norm(np.diff(run.points, axis=0), axis=-1)


def way(run, since=0):
    return strides(run)[since:].sum()


def settled(run, place, within=0.1):
    """The step after which the run stays near a place; one past the last where it does not."""
    far = apart(run.points, place) > within
    return int(np.flatnonzero(far)[-1]) + 1 if far.any() else 0


def settling(runs, place, within=0.1):
    """The labels in the order in which the runs come to stay near a place, without those that do not."""
    steps = {label: settled(run, place, within) for label, run in runs.items()}
    return [label for label in sorted(steps, key=steps.get) if steps[label] < len(runs[label].points)]


def turnings(values):
    return np.count_nonzero(np.diff(np.sign(values)))


def rates(runs):
    return {run.setting.complete["learning_rate"] for run in runs.values()}


class TestAdaptive:
    @property
    def runs(self):
        return runs_of("adaptive-family")

    def test_nadam_is_there_before_adam_and_swings_less(self):
        runs = self.runs
        place = min(film_of("adaptive-family").landscape.minima, key=lambda minimum: minimum[1])
        assert rates(runs) == {0.1}
        assert settled(runs["Nadam"], place) < settled(runs["Adam"], place)
        assert way(runs["Nadam"]) < way(runs["Adam"])
        assert settling(runs, place)[-1] == "RAdam"

    def test_amsgrad_sets_off_three_times_as_far(self):
        adam, amsgrad = self.runs["Adam"], self.runs["AMSGrad"]
        assert strides(amsgrad)[0] / strides(adam)[0] == pytest.approx(np.sqrt(10), rel=1e-6)
        assert way(amsgrad) > 2 * way(adam)

    def test_radam_follows_the_gradient_and_then_its_means_little_by_little(self):
        radam = self.runs["RAdam"]
        means, mean = [], np.zeros(2)
        for step, gradient in enumerate(radam.gradients[:4]):
            mean = 0.9 * mean + 0.1 * gradient
            means.append(mean / (1 - 0.9 ** (step + 1)))
        np.testing.assert_allclose(np.diff(radam.points[:5], axis=0), -0.1 * np.array(means), rtol=1e-9)
        trust = radam.series["rectification"]
        assert (trust[:4] == 0).all()
        assert (np.diff(trust[3:]) > 0).all()
        assert trust[-1] < 0.3


class TestQuasiHyperbolic:
    def test_nu_leads_from_sgd_to_momentum(self):
        runs = runs_of("quasi-hyperbolic")
        curvatures, (x, velocity) = np.array([1.0, 50.0]), (np.array([-4.0, 1.0]), np.zeros(2))
        momentum = [x]
        for _ in range(80):
            velocity = 0.9 * velocity + 0.1 * curvatures * momentum[-1]
            momentum.append(momentum[-1] - 0.039 * velocity)
        np.testing.assert_allclose(runs["Momentum"].points, momentum, rtol=1e-9, atol=1e-12)
        factors = (1 - 0.039 * curvatures) ** np.arange(81)[:, None]
        np.testing.assert_allclose(runs["SGD"].points, factors * x, rtol=1e-9, atol=1e-12)

    def test_one_rattles_one_swings_and_one_does_neither(self):
        runs = runs_of("quasi-hyperbolic")
        across = {label: run.points[:, 1] for label, run in runs.items()}
        assert turnings(across["SGD"]) == 80
        assert 5 < turnings(across["Momentum"]) < 15
        assert np.abs(across["QHM"][12:]).max() < 0.02
        assert way(runs["QHM"]) == pytest.approx(4.0 + 1.0, abs=0.05)
        assert way(runs["QHM"]) < 0.7 * way(runs["Momentum"])
        assert min(runs, key=lambda label: runs[label].losses[-1]) == "QHM"

    def test_qhadam_overshoots_least(self):
        runs = runs_of("quasi-hyperbolic-adam")
        b1 = {label: run.setting.complete["b1"] for label, run in runs.items()}
        assert b1 == {"Adam": 0.9, "Adam 0.995": 0.995, "QHAdam": 0.995}
        assert runs["QHAdam"].setting.complete["nu1"] == 0.7
        over = {label: run.points[:, 0].max() - 0.0898 for label, run in runs.items()}
        assert sorted(over, key=over.get) == ["QHAdam", "Adam", "Adam 0.995"]
        assert over["Adam 0.995"] > 2 * over["QHAdam"]


class TestMomenta:
    def test_aggmo_has_the_reach_of_one_and_the_calm_of_the_other(self):
        runs = runs_of("aggregated-momentum")
        assert rates(runs) == {0.0003}
        assert runs["AggMo"].setting.complete["betas"] == (0.0, 0.9, 0.99)
        off_the_floor = {
            label: np.abs(run.points[60:, 1] - run.points[60:, 0] ** 2).max() for label, run in runs.items()
        }
        assert off_the_floor["0.99"] > 10 * max(off_the_floor["0.9"], off_the_floor["AggMo"])
        at_the_end = {label: apart(run.points[-1], (1.0, 1.0)) for label, run in runs.items()}
        assert at_the_end["AggMo"] < 0.1
        assert min(at_the_end["0.9"], at_the_end["0.99"]) > 1.0

    def test_demon_rests_where_constant_momentum_swings(self):
        runs = runs_of("decaying-momentum")
        constant, demon = runs["Constant"], runs["Demon"]
        assert (constant.series["momentum"] == 0.97).all()
        falling = demon.series["momentum"]
        assert falling[0] == 0.97
        assert falling[100] > 0.94
        assert falling[-1] < 0.15
        assert apart(constant.points, demon.points)[:41].max() < 0.4
        assert strides(demon)[:40].sum() > 15.0
        assert apart(demon.points[-30:], LOGISTIC).max() < 0.1
        assert apart(constant.points[-30:], LOGISTIC).max() > 0.4


class TestWrappers:
    def test_lookahead_draws_adam_half_way_back(self):
        runs = runs_of("slow-weights")
        adam, lookahead = runs["Adam"], runs["Lookahead"]
        slow = lookahead.markers["slow"]
        np.testing.assert_allclose(lookahead.points[:10], adam.points[:10], rtol=1e-12)
        np.testing.assert_allclose(lookahead.points[10], (adam.points[0] + adam.points[10]) / 2, rtol=1e-12)
        np.testing.assert_allclose(slow[::10], lookahead.points[::10], atol=1e-12)
        np.testing.assert_array_equal(slow[1:10], slow[:9])
        assert adam.points[:, 0].max() > 1.0
        assert settled(lookahead, (0.0, 0.0)) < 0.6 * settled(adam, (0.0, 0.0))

    def test_both_averages_are_of_one_descent(self):
        polyak, swa = runs_of("averages").values()
        np.testing.assert_array_equal(polyak.points, swa.points)
        np.testing.assert_allclose(polyak.markers["average"][-1], polyak.points[1:].mean(0), rtol=1e-9)
        np.testing.assert_allclose(swa.markers["average"][-1], swa.points[21:].mean(0), rtol=1e-9)

    def test_averages_are_nearer_than_what_they_average(self):
        for seed in SEEDS:
            polyak, swa = runs_of("averages", seed=seed).values()
            ball, of_all, of_late = (
                apart(points[-30:], LOGISTIC).mean()
                for points in (swa.points, polyak.markers["average"], swa.markers["average"])
            )
            assert of_late < of_all < ball
            assert of_late < 0.5 * ball
        polyak, swa = runs_of("averages").values()
        last = [apart(run.markers["average"][-1], LOGISTIC) for run in (swa, polyak)]
        assert last[0] < last[1] < apart(swa.points[-1], LOGISTIC)

    def test_schedule_free_is_three_points(self):
        run = runs_of("schedule-free")["Schedule-Free SGD"]
        z, y = run.markers["base point"], run.markers["gradient point"]
        means = np.cumsum(z, axis=0) / np.arange(1, len(z) + 1)[:, None]
        np.testing.assert_allclose(run.points, means, rtol=1e-9)
        np.testing.assert_allclose(y, 0.1 * z + 0.9 * run.points, rtol=1e-9)

    def test_schedule_free_bears_the_rate(self):
        lowest = film_of("schedule-free").landscape.lowest
        gains = []
        for seed in SEEDS:
            sgd, free = runs_of("schedule-free", seed=seed).values()
            gains.append((sgd.losses[-40:] - lowest).mean() / (free.losses[-40:] - lowest).mean())
            thrown = apart(free.markers["base point"][-40:], LOGISTIC).mean()
            assert thrown > 0.5 * apart(sgd.points[-40:], LOGISTIC).mean()
        assert gains[gallery.load("schedule-free").seed] > 100
        assert min(gains) > 30


class TestSwitches:
    @property
    def runs(self):
        return runs_of("adam-then-sgd")

    def test_the_hard_switch_goes_straight_in(self):
        adam, hard = self.runs["Adam"], self.runs["Hard switch"]
        np.testing.assert_allclose(hard.points[:21], adam.points[:21], rtol=1e-9)
        np.testing.assert_allclose(np.diff(hard.points[20:30], axis=0), -0.01 * hard.gradients[20:29])
        assert way(hard, since=20) < 1.03 * apart(hard.points[20], hard.points[-1])
        assert apart(hard.points[35:], hard.points[-1]).max() < 1e-3

    def test_adam_circles_the_minimum(self):
        adam, minimum = self.runs["Adam"], self.runs["Hard switch"].points[-1]
        angles = np.unwrap(np.arctan2(*(adam.points - minimum).T[::-1]))
        assert abs(angles[-1] - angles[18]) > 2 * np.pi

    def test_swats_changes_to_the_rate_that_it_found(self):
        adam, swats = self.runs["Adam"], self.runs["SWATS"]
        rate = swats.series["learning_rate"]
        switch = int(np.flatnonzero(rate != 0.2)[0])
        np.testing.assert_allclose(swats.points[:switch], adam.points[:switch], atol=1e-6)
        assert 10 < switch < 20
        found = rate[switch]
        assert (rate[switch:] == found).all()
        assert 0.002 < found < 0.02
        steps = np.diff(swats.points[switch:], axis=0)
        expected = 0.9 * steps[:-1] - 0.1 * found * swats.gradients[switch + 1 : -1]
        np.testing.assert_allclose(steps[1:], expected, rtol=1e-6, atol=1e-12)


class TestNoise:
    def test_noise_averages_out_as_the_rate_falls(self):
        rate = {label: run.series["learning_rate"] for label, run in runs_of("schedules").items()}
        assert {label: values.max() for label, values in rate.items()} == pytest.approx(
            dict.fromkeys(rate, 0.08)
        )
        for seed in SEEDS:
            constant, *falling = runs_of("schedules", seed=seed).values()
            assert way(constant, since=-30) > 5.0
            assert max(way(run, since=-30) for run in falling) < 0.6
            late = [apart(run.points[-40:], (0.0, 0.0)).mean() for run in (constant, *falling)]
            assert late[0] > max(late[1:])

    def test_sgd_runs_into_the_saddle(self):
        sgd = runs_of("annealed-noise")["SGD"]
        assert (sgd.points[:, 1] == 0).all()
        np.testing.assert_allclose(sgd.points[-1], (1 / 3, 0.0), atol=1e-3)
        assert sgd.gradient_norms[-1] < 1e-3

    def test_noise_tips_it_off_and_dies_away(self):
        minima = np.array(film_of("annealed-noise").landscape.minima)
        recipe = gallery.load("annealed-noise")
        annealed = [f"{recipe.optimizers[2]},seed={seed}".replace("Annealed", f"{seed}") for seed in SEEDS]
        constant = [
            f"noisy@{seed}:inner=(sgd:learning_rate=0.03),eta=4,gamma=0,seed={seed}" for seed in SEEDS
        ]
        late = {}
        for kind, texts in (("annealed", annealed), ("constant", constant)):
            runs = Film(recipe.replace(optimizers=texts)).descents
            near = [apart(run.points[-20:, None], minima).min(-1) for run in runs]
            assert all(distances[-1] < 0.8 for distances in near)
            late[kind] = np.array([distances.mean() for distances in near]), [way(run, -20) for run in runs]
        assert late["annealed"][0].max() < 0.2
        assert max(late["annealed"][1]) < 0.5 * min(late["constant"][1])
        ends = {label: run.points[-1, 1] for label, run in runs_of("annealed-noise").items()}
        assert ends["Constant noise"] < -0.5
        assert ends["Annealed noise"] > 0.5

    def test_lazy_adam_leaves_alone_what_it_does_not_see(self):
        film, (adam, lazy) = film_of("lazy-adam"), runs_of("lazy-adam").values()
        rows = np.asarray(film.computation.sampling.samples)[:, 0, 0]
        seen = np.asarray(film.landscape.examples.inputs)[rows] != 0
        np.testing.assert_array_equal(np.diff(lazy.points, axis=0) != 0, seen)
        assert seen[:, 0].mean() > 2 * seen[:, 1].mean()
        assert (seen.sum(-1) == 1).mean() > 0.7
        met = int(seen[:, 1].argmax())
        assert (np.diff(adam.points[met:], axis=0) != 0).all()


class TestSteps:
    def test_layer_wise_steps_follow_the_distance_to_the_origin(self):
        runs = runs_of("layer-wise")
        for label in ("LARS", "LAMB"):
            from_origin = apart(runs[label].points[:-1], (0.0, 0.0))
            np.testing.assert_allclose(strides(runs[label]), 0.1 * from_origin, rtol=1e-6)
            assert strides(runs[label])[-20:].min() > 0.2
        lars, sgd = runs["LARS"], runs["SGD"]
        assert strides(lars).min() < 0.02
        assert apart(lars.points[strides(lars).argmin()], (0.0, 0.0)) < 0.2
        assert apart(lars.points[-20:], (2.0, 2.0)).max() < 0.5
        assert strides(sgd)[-20:].max() < 1e-4

    def test_signs_walk_along_diagonals_and_never_rest(self):
        runs = runs_of("signs")
        for label in ("signSGD", "Lion"):
            np.testing.assert_allclose(np.abs(np.diff(runs[label].points, axis=0)), 0.4, rtol=1e-9)
            assert apart(runs[label].points[-20:], (0.0, 0.0)).max() > 0.3
        assert runs["Lion"].points[:, 0].max() > 4.0
        assert runs["signSGD"].points[:, 0].max() < 0.5
        for label in ("SGD", "Rprop"):
            assert apart(runs[label].points[-1], (0.0, 0.0)) < 0.01
        moves = np.diff(runs["Rprop"].points, axis=0)
        for along in moves.T:
            turned = np.sign(along[1:]) * np.sign(along[:-1]) < 0
            assert turned.sum() >= 3
            assert (np.abs(along[1:][turned]) <= np.abs(along[:-1][turned]) * 1.01).all()


class TestSelfTuning:
    def test_the_order_of_arrival(self):
        film, runs = film_of("self-tuning"), runs_of("self-tuning")
        assert settling(runs, (1.0, 3.0)) == ["Polyak step size", "Rprop", "Prodigy"]
        polyak = runs["Polyak step size"].setting
        assert polyak.complete["f_min"] == film.landscape.lowest
        assert all("rate" not in text for text in film.recipe.optimizers)

    def test_prodigy_and_dog_stand_still_at_first(self):
        runs = runs_of("self-tuning")
        moved = {label: apart(run.points, run.points[0]) for label, run in runs.items()}
        assert moved["Prodigy"][10] < 0.02
        assert moved["DoG"][40] < 0.1
        assert moved["DoG"][75] > 1.0
        assert min(moved[label][10] for label in ("Rprop", "Polyak step size")) > 2.0
        assert runs["Prodigy"].points[:, 0].max() > 1.0 + 3.0

    def test_yellowfins_slow_start(self):
        runs = runs_of("tuning-itself")
        slow, at_once = runs["Slow start"], runs["At once"]
        first = [run.series["learning_rate"][1] for run in (slow, at_once)]
        assert first[0] / first[1] == pytest.approx(2 / 200, rel=1e-3)
        assert settled(at_once, (1.0, 1.0)) < 200
        assert settling(runs, (1.0, 1.0)) == ["At once"]
        for run in runs.values():
            assert run.series["momentum"].min() < 0.01
            assert run.series["momentum"].max() > 0.9

    def test_yellowfin_as_published_hardly_leaves_the_start(self):
        (published,) = runs_of("tuning-itself", optimizers=("yellowfin",)).values()
        assert published.setting.complete["beta"] == 0.999
        assert apart(published.points, published.points[0]).max() < 0.25


class TestSecondOrder:
    def test_newton_stays_on_the_saddle(self):
        runs = runs_of("newton-on-a-saddle")
        newton, saddle_free = runs["Newton"], runs["Saddle-free Newton"]
        np.testing.assert_allclose(newton.points[-1], (0.0, 1.0), atol=1e-6)
        assert newton.gradient_norms[-1] < 1e-6
        assert newton.series["lowest_eigenvalue"][-1] < -10
        np.testing.assert_allclose(saddle_free.points[-1], (3.0, 0.5), atol=1e-4)
        assert saddle_free.series["lowest_eigenvalue"][-1] > 0

    def test_the_race_by_evaluations(self):
        runs = {run.label: run for run in film_of("race-by-evaluations").data.runs}
        settled_at = {label: settled(run, (1.0, 1.0), within=0.05) for label, run in runs.items()}
        order = sorted(settled_at, key=settled_at.get)
        assert order[0] == "Newton"
        assert set(order[1:3]) == {"BFGS", "L-BFGS"}
        assert order[3:] == ["Conjugate gradient", "Momentum"]
        assert settled_at["Newton"] < 0.3 * settled_at[order[1]]
        assert settled_at["Conjugate gradient"] <= 120
        assert apart(runs["Momentum"].points[-1], (1.0, 1.0)) > 0.5
        assert runs["Newton"].losses.max() > 1000

    def test_newton_pays_for_its_hessians(self):
        newton = runs_of("race-by-evaluations")["Newton"]
        np.testing.assert_array_equal(newton.evaluations[:7, 1], np.arange(7))
        np.testing.assert_array_equal(newton.evaluations[:7, 2], np.arange(7))
