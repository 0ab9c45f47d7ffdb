"""Arrows: that their parts add up to the step, and that directions are what linear algebra says."""

import numpy as np
import pytest

import ravine
from ravine import landscapes
from ravine.films._overlays import minimum_directions, newton_directions, step_parts


def descent_of(optimizer, landscape="beale", *, steps=25, **choices):
    film = ravine.film(landscape, [optimizer], steps=steps, control=False, **choices)
    return film.descents[0], film.computation


def parts_of(descent):
    return {arrow.role: arrow for arrow in step_parts(descent)}


def before(steps):
    return np.vstack([np.zeros(2), steps[:-1]])


def assert_tip_to_tail(descent):
    *parts, step = step_parts(descent)
    assert step.role == "step"
    np.testing.assert_array_equal(step.arrows[:-1], np.diff(descent.points, axis=0))
    assert np.isnan(step.arrows[-1]).all()
    np.testing.assert_array_equal(parts[0].tails, descent.points)
    np.testing.assert_allclose(parts[1].tails, parts[0].tails + parts[0].arrows, rtol=1e-12)
    np.testing.assert_allclose(
        (parts[0].arrows + parts[1].arrows)[:-1], step.arrows[:-1], rtol=1e-9, atol=1e-12
    )


NOISES = [{}, {"noise": 0.4, "seed": 3}]


@pytest.mark.parametrize("choices", NOISES)
def test_momentum_s_step_is_the_gradient_s_and_a_part_of_the_last(choices):
    descent, work = descent_of("momentum:learning_rate=0.004,momentum=0.8", **choices)
    assert_tip_to_tail(descent)
    parts = parts_of(descent)
    gradient_noise = 0.0 if work.sampling is None else work.sampling.samples[:, 0]
    np.testing.assert_allclose(
        parts["gradient"].arrows[:-1],
        -0.004 * (descent.gradients[:-1] + gradient_noise),
        rtol=1e-9,
        atol=1e-12,
    )
    steps = np.diff(descent.points, axis=0)
    np.testing.assert_allclose(parts["velocity"].arrows[:-1], 0.8 * before(steps), rtol=1e-12)


@pytest.mark.parametrize(
    "optimizer",
    [
        "momentum:learning_rate=cosine(0.002,40)",
        "momentum:learning_rate=cosine(0.002,40),rate=outside",
        "momentum:learning_rate=0.05,average=true",
        "demon:learning_rate=0.004,total_steps=25",
        "lars:learning_rate=2",
    ],
)
def test_the_remainder_of_a_step_is_along_the_gradient(optimizer):
    descent, _ = descent_of(optimizer)
    assert_tip_to_tail(descent)
    arrows, slopes = parts_of(descent)["gradient"].arrows[:-1], -descent.gradients[:-1]
    lengths = np.linalg.norm(arrows, axis=-1) * np.linalg.norm(slopes, axis=-1)
    np.testing.assert_allclose((arrows * slopes).sum(-1), lengths, rtol=1e-9)
    assert (lengths > 0).all()


@pytest.mark.parametrize("choices", NOISES)
def test_nesterov_s_step_is_a_jump_and_a_correction(choices):
    descent, work = descent_of("nesterov:learning_rate=0.1,momentum=0.7", "sphere", **choices)
    assert_tip_to_tail(descent)
    parts = parts_of(descent)
    steps = np.diff(descent.points, axis=0)
    np.testing.assert_allclose(parts["jump"].arrows[:-1], 0.7 * before(steps), rtol=1e-9, atol=1e-12)
    ahead = (descent.points + parts["jump"].arrows)[:-1]
    # The sphere is x^2 + y^2.
    gradient_noise = 0.0 if work.sampling is None else work.sampling.samples[:, 0]
    np.testing.assert_allclose(
        parts["correction"].arrows[:-1], -0.1 * (2 * ahead + gradient_noise), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(
    ("optimizer", "choices"),
    [
        *(("sgd:learning_rate=0.004", choices) for choices in NOISES),
        *((optimizer, {}) for optimizer in ("adam:learning_rate=0.1", "yellowfin")),
    ],
)
def test_steps_of_other_rules_are_shown_beside_steepest_descent(optimizer, choices):
    descent, _ = descent_of(optimizer, **choices)
    parts = parts_of(descent)
    assert set(parts) == {"gradient", "step"}
    np.testing.assert_array_equal(parts["gradient"].tails, descent.points)
    moved = np.linalg.norm(parts["step"].arrows[:-1], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(parts["gradient"].arrows[:-1], axis=-1), moved, rtol=1e-9)
    inner = (parts["gradient"].arrows * -descent.gradients)[:-1].sum(-1)
    np.testing.assert_allclose(inner, moved * np.linalg.norm(descent.gradients[:-1], axis=-1), rtol=1e-9)
    if optimizer.startswith("sgd") and not choices:
        np.testing.assert_allclose(parts["gradient"].arrows[:-1], parts["step"].arrows[:-1], rtol=1e-9)


def beale_hessian(x, y):
    """Of (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2."""
    hessian = np.zeros((2, 2))
    for power, constant in ((1, 1.5), (2, 2.25), (3, 2.625)):
        residual = constant - x + x * y**power
        slope = np.array([y**power - 1, power * x * y ** (power - 1)])
        cross = power * y ** (power - 1)
        bend = power * (power - 1) * x * y ** max(power - 2, 0)
        hessian += 2 * (np.outer(slope, slope) + residual * np.array([[0, cross], [cross, bend]]))
    return hessian


def test_newton_s_direction_solves_the_linear_system():
    descent, _ = descent_of("momentum:learning_rate=0.005", start=(1.0, 1.6))
    gradient, newton = newton_directions(descent, landscapes.load("beale"))
    assert (gradient.role, newton.role) == ("gradient", "newton")
    assert gradient.unit
    assert newton.unit
    for point, slope, arrow in zip(descent.points, descent.gradients, newton.arrows, strict=True):
        wanted = -np.linalg.solve(beale_hessian(*point), slope)
        np.testing.assert_allclose(arrow / np.linalg.norm(arrow), wanted / np.linalg.norm(wanted), rtol=1e-7)
    turned = gradient.arrows[:, 0] * descent.gradients[:, 1] - gradient.arrows[:, 1] * descent.gradients[:, 0]
    np.testing.assert_allclose(turned, 0.0, atol=1e-12)
    assert ((gradient.arrows * descent.gradients).sum(-1) < 0).all()


def test_newton_points_to_the_minimum_of_a_bowl_and_the_gradient_does_not():
    descent, work = descent_of("sgd:learning_rate=0.01", "ravine", start=(-4.0, 0.5))
    _, newton = newton_directions(descent, work.landscape)
    _, minimum = minimum_directions(descent, work.landscape)
    directions = [a.arrows / np.linalg.norm(a.arrows, axis=-1, keepdims=True) for a in (newton, minimum)]
    np.testing.assert_allclose(*directions, atol=1e-9)
    np.testing.assert_allclose(
        directions[1], -descent.points / np.linalg.norm(descent.points, axis=-1)[:, None]
    )


def test_the_direction_to_a_minimum_is_to_the_nearest():
    descent, work = descent_of("momentum:learning_rate=0.01", "himmelblau", start=(-0.4, -0.75))
    minima = ((3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126))
    _, arrows = minimum_directions(descent, work.landscape)
    nearest = []
    for point, arrow in zip(descent.points, arrows.arrows, strict=True):
        best = min(minima, key=lambda minimum, point=point: np.hypot(*(point - minimum)))
        nearest.append(best)
        wanted = best - point
        cosine = arrow @ wanted / np.linalg.norm(arrow) / np.linalg.norm(wanted)
        assert cosine == pytest.approx(1.0, abs=1e-6)
    assert len(set(nearest)) > 1


def test_without_a_minimum_there_is_no_direction_to_it():
    descent, work = descent_of("sgd:learning_rate=0.01", "monkey_saddle")
    with pytest.raises(ValueError, match="monkey_saddle has no known minimum that vectors could point to"):
        minimum_directions(descent, work.landscape)


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        *((optimizer, "step") for optimizer in ("sgd", "momentum", "nesterov")),
        *(("momentum", kind) for kind in ("newton", "minimum")),
    ],
)
def test_a_run_that_leaves_the_reals_has_no_arrows_there(optimizer, kind):
    film = ravine.film("beale", [f"{optimizer}:learning_rate=10"], steps=12, show_vectors=kind)
    (run,) = film.data.runs
    assert 0 < run.diverged_at < 12
    for arrow in run.vectors:
        assert np.isfinite(arrow.arrows[0]).all()
        assert not np.isfinite(arrow.arrows[-1]).any()


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (None, []),
        ("step", ["gradient", "velocity", "step"]),
        ("newton", ["gradient", "newton"]),
        ("minimum", ["gradient", "minimum"]),
    ],
)
def test_a_recipe_asks_for_them(kind, parts):
    film = ravine.film("beale", ["momentum:learning_rate=0.001"], steps=3, show_vectors=kind)
    assert [arrow.role for arrow in film.data.runs[0].vectors] == parts
