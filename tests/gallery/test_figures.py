"""What the recipes after the sources' figures say of their films.

The figures are those of S. Ruder's overview of gradient descent, and of N. Buduma's Fundamentals of Deep
Learning, whose numbers begin with the chapter.
"""

from functools import cache

import numpy as np
import pytest

from ravine import gallery
from ravine.films import Film

FIGURES = {
    "sgd-fluctuation": "figure 1",
    "momentum-against-none": "figures 2, 3",
    "nesterov-vectors": "figure 4",
    "shallow-and-deep": "figure 6-1",
    "critical-points": "figure 6-4",
    "saddle-slices": "figure 6-5",
    "gradient-and-minimum": "figure 6-6",
    "gradient-turns": "figure 6-7",
    "momentum-on-a-random-walk": "figure 6-8",
    "steepest-and-conjugate": "figure 6-10",
}


@cache
def film_of(recipe, seed=None):
    loaded = gallery.load(recipe)
    return Film(loaded if seed is None else loaded.replace(seed=seed))


def runs_of(recipe, seed=None):
    return {run.label: run for run in film_of(recipe, seed).descents}


def series_of(recipe, name, seed=None):
    return {run.label: run.series[name] for run in film_of(recipe, seed).data.runs}


def arrows_of(recipe):
    return {run.label: {arrow.role: arrow for arrow in run.vectors} for run in film_of(recipe).data.runs}


def degrees_between(one, other):
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return np.degrees(np.arccos(np.clip((one * other).sum(-1) / lengths, -1.0, 1.0)))


def bowl_slopes(points):
    """The gradient and the Hessian of the ill-conditioned bowl, by hand."""
    x, y = points.T
    along, across = 2 * x + y, x - 2 * y
    gradient = np.stack(
        [0.4 * along + 4 * across + 0.008 * along**3, 0.2 * along - 8 * across + 0.004 * along**3], axis=-1
    )
    stiffness = (0.2 + 0.012 * along**2)[:, None, None]
    hessian = stiffness * np.array([[4, 2], [2, 1]]) + 4 * np.array([[1, -2], [-2, 4]])
    return gradient, hessian


@pytest.mark.parametrize(("recipe", "figure"), FIGURES.items())
def test_the_title_names_the_figure(recipe, figure):
    assert f"({figure})" in gallery.load(recipe).title


@pytest.mark.parametrize("seed", [None, 0, 1, 3])
def test_a_falling_rate_calms_the_loss_on_all_examples_and_not_that_on_one(seed):
    losses = {label: run.losses for label, run in runs_of("sgd-fluctuation", seed).items()}
    shaking = {label: np.diff(loss)[-100:].std() for label, loss in losses.items()}
    assert shaking["falling rate"] < shaking["constant rate"] / 4
    for seen in series_of("sgd-fluctuation", "batch_loss", seed).values():
        assert np.diff(seen[:-1])[-100:].std() > 0.3


def test_momentum_cancels_the_swings_and_adds_up_along_the_floor():
    runs = runs_of("momentum-against-none")
    without, momentum = runs["without"].points, runs["with momentum"].points
    steps = np.arange(len(without))
    np.testing.assert_allclose(without[:, 0], -4.0 * 0.963**steps, rtol=1e-12)
    np.testing.assert_allclose(without[:, 1], (-0.85) ** steps, rtol=1e-9)
    assert np.abs(momentum[6:21, 1]).max() < np.abs(without[6:21, 1]).max() / 2
    assert (momentum[2:, 0] > without[2:, 0]).all()
    assert without[-1, 0] < -1.2
    assert -0.4 < momentum[-1, 0] < 0.0


def test_momentum_adds_and_nesterov_corrects():
    arrows, runs = arrows_of("nesterov-vectors"), runs_of("nesterov-vectors")
    for label, first, second in (("Momentum", "gradient", "velocity"), ("Nesterov", "correction", "jump")):
        points, parts = runs[label].points, arrows[label]
        steps = np.diff(points, axis=0)
        before = np.vstack([np.zeros(2), steps[:-1]])
        seen_at = points[:-1] + (0.9 * before if label == "Nesterov" else 0.0)
        slope = seen_at * (2.0, 4.0)
        np.testing.assert_allclose(parts[second].arrows[:-1], 0.9 * before, atol=1e-12)
        np.testing.assert_allclose(parts[first].arrows[:-1], -0.12 * slope, atol=1e-12)
        np.testing.assert_allclose(parts["step"].arrows[:-1], steps, atol=1e-12)
    far = {label: np.abs(run.points[3:]).max(axis=0) for label, run in runs.items()}
    assert (far["Nesterov"] < far["Momentum"] / 2).all()


@pytest.mark.parametrize("seed", [None, 0, 1, 4, 5])
def test_noise_throws_long_steps_out_of_the_shallow_minimum_but_not_of_the_deep_one(seed):
    runs = {label: run.points[:, 0] for label, run in runs_of("shallow-and-deep", seed).items()}
    marks = {word: x for (x, _), word in film_of("shallow-and-deep").landscape.marks}
    short, long = runs["short steps"], runs["long steps"]
    assert abs(short[-50:] - marks["shallow"]).max() < 0.5
    assert short.max() < -2.0
    in_the_shallow = abs(long - marks["shallow"]) < 0.5
    assert np.count_nonzero(in_the_shallow) > 5
    assert abs(long[-50:] - marks["deep"]).max() < 1.0
    assert long.max() < 1.0


def test_momentum_coasts_through_the_flat_inflection_that_sgd_never_passes():
    film, runs = film_of("critical-points"), runs_of("critical-points")
    for (x, _), _ in film.landscape.marks:
        assert x**4 - x**2 == 0.0
    sgd, momentum = runs["SGD"].points[:, 0], runs["Momentum"].points[:, 0]
    assert -1.0 < sgd[0] < -0.95
    assert (np.diff(sgd) > 0).all()
    assert -0.1 < sgd[-1] < 0.0
    assert np.abs(np.diff(sgd))[-20:].max() < 0.001
    assert momentum.max() > 1.0
    assert abs(momentum[-20:] - 1.0).max() < 0.01


def test_the_saddle_is_a_minimum_along_one_slice_and_a_maximum_along_the_other():
    film = film_of("saddle-slices")
    first, second = (line.losses for line in film.data.background.slices)
    middle = len(first) // 2
    assert (int(first.argmin()), int(second.argmax())) == (middle, middle)
    np.testing.assert_allclose([first[middle], second[middle]], 0.0, atol=1e-12)
    for run in film.descents:
        x, y = np.abs(run.points).T
        nearest = int(np.hypot(x, y).argmin())
        assert np.hypot(x, y)[nearest] < 0.3
        assert 5 < nearest < len(x) - 5
        assert x[-1] < 0.05
        assert y[-1] > 2.0


def test_the_gradient_points_beside_the_minimum_at_every_turn():
    points = runs_of("gradient-and-minimum")["SGD"].points
    gradient, _ = bowl_slopes(points)
    assert degrees_between(-gradient, -points).min() > 50.0
    assert degrees_between(gradient[1:], gradient[:-1]).min() > 90.0
    arrows = arrows_of("gradient-and-minimum")["SGD"]
    assert degrees_between(arrows["gradient"].arrows, -gradient).max() < 1e-4
    assert degrees_between(arrows["minimum"].arrows, -points).max() < 1e-4


def test_the_gradient_turns_on_the_floor_and_newtons_direction_keeps_to_the_minimum():
    points = runs_of("gradient-turns")["SGD"].points
    gradient, hessian = bowl_slopes(points)
    turned = degrees_between(gradient, gradient[:1])
    assert turned[:6].max() < 5.0
    assert turned[-1] > 60.0
    newton = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
    assert degrees_between(newton, -points).max() < 10.0
    assert degrees_between(-gradient, -points).min() > 19.0
    arrows = arrows_of("gradient-turns")["SGD"]
    assert degrees_between(arrows["newton"].arrows, newton).max() < 1e-4


@pytest.mark.parametrize("seed", [None, 1])
def test_momentum_smooths_the_steps_of_a_random_walk(seed):
    steps = {
        label: taken[:-1] for label, taken in series_of("momentum-on-a-random-walk", "step", seed).items()
    }
    walk = steps["no momentum"]
    assert 9.0 < np.abs(walk).max() <= 10.0
    assert abs(walk.std() - 10.0 / np.sqrt(3.0)) < 1.0
    for momentum in (0.5, 0.9):
        average = [0.0]
        for noise in walk:
            average.append(momentum * average[-1] + (1 - momentum) * noise)
        np.testing.assert_allclose(steps[f"momentum {momentum}"], average[1:], atol=1e-9)
    lengths = [np.abs(taken).mean() for taken in steps.values()]
    jumps = [np.abs(np.diff(taken)).mean() for taken in steps.values()]
    assert lengths == sorted(lengths, reverse=True)
    assert jumps == sorted(jumps, reverse=True)
    assert jumps[-1] < jumps[0] / 5


def test_adamw_decays_both_weights_alike_and_l2_spares_the_steep_one():
    runs = runs_of("adam-l2-and-adamw")
    ends = {label: run.points[-1] for label, run in runs.items()}
    np.testing.assert_allclose(ends["Adam without either"], (2.0, 2.0), atol=0.02)
    # Where 20 (x - 2) + x and (y - 2) + y vanish.
    np.testing.assert_allclose(ends["Adam with L2"], (40 / 21, 1.0), atol=0.02)
    first = {label: run.points[0] - run.points[1] for label, run in runs.items()}
    np.testing.assert_allclose(first["Adam with L2"], first["Adam without either"], rtol=1e-6)
    np.testing.assert_allclose(first["AdamW"] - first["Adam without either"], 0.05 * 0.5 * 4.0, rtol=1e-6)
    paths = runs["AdamW"].points
    np.testing.assert_allclose(paths[:, 0], paths[:, 1], rtol=1e-6)
    assert paths[-1, 0] < 1.6


def test_steepest_descent_turns_by_right_angles_and_the_second_conjugate_step_arrives():
    runs = runs_of("steepest-and-conjugate")
    steepest, conjugate = (runs[label].points for label in ("steepest descent", "conjugate directions"))
    hessian, minimum = np.array([[10.0, 8.0], [8.0, 10.0]]), np.array([1.0, 3.0])
    point = steepest[0]
    for found in steepest[1:]:
        slope = hessian @ (point - minimum)
        point = point - slope * (slope @ slope) / (slope @ hessian @ slope)
        np.testing.assert_allclose(found, point, atol=1e-6)
    steps = np.diff(steepest, axis=0)
    np.testing.assert_allclose(degrees_between(steps[1:], steps[:-1]), 90.0, atol=1e-3)
    first, second = np.diff(conjugate[:3], axis=0)
    np.testing.assert_allclose(first, steps[0], atol=1e-9)
    along_first = [abs(steps[0] @ hessian @ (point - minimum)) for point in steepest[:3]]
    assert along_first[1] < 1e-4 * along_first[0]
    assert along_first[2] > 0.1 * along_first[0]
    assert abs(first @ hessian @ second) < 1e-6 * np.linalg.norm(first) * np.linalg.norm(second)
    assert np.linalg.norm(conjugate[2:] - minimum, axis=-1).max() < 1e-4
    assert np.linalg.norm(steepest[-1] - minimum) > 1.0
