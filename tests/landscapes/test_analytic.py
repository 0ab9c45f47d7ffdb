import json
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from ravine import landscapes
from ravine.landscapes import Landscape

SURFACES = json.loads(Path(__file__).with_name("surfaces.json").read_text("utf-8"))
EVERY = landscapes.names()
NAMES = replace(landscapes.catalogue, package="ravine.landscapes.analytic").names()
WITH_MINIMA = tuple(name for name in NAMES if landscapes.catalogue.facts(name).get("minima"))
WITHOUT_MINIMA = tuple(name for name in NAMES if name not in WITH_MINIMA)
KINKED_MINIMA = ("ackley", "alpine_n1", "bukin_n6", "salomon")
NOT_LITERAL = ("loss", "name", "examples", "measures")
BATCH = 512


class Derivatives(NamedTuple):
    values: np.ndarray
    gradients: np.ndarray
    hessians: np.ndarray


@cache
def compiled(name: str) -> Callable:
    """The loss with its gradient and Hessian as one program: JAX takes longer to make two or three."""

    def gradient(point: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        value, slope = jax.value_and_grad(landscapes.load(name).loss)(point)
        return slope, (value, slope)

    return jax.jit(jax.vmap(jax.jacfwd(gradient, has_aux=True)))


def derivatives(name: str, points: np.ndarray) -> Derivatives:
    """In batches of one size, so that they compile once."""
    padded = np.resize(points, (-(-len(points) // BATCH) * BATCH, 2))
    with jax.enable_x64(True):
        parts = [compiled(name)(part) for part in np.split(padded, len(padded) // BATCH)]
    hessians, values, gradients = (
        np.concatenate(leaves)[: len(points)] for leaves in zip(*map(jax.tree.leaves, parts), strict=True)
    )
    return Derivatives(values, gradients, hessians)


def grid(box: landscapes.Box, count: int) -> np.ndarray:
    axes = [np.linspace(*side, count) for side in box]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def heights(name: str, box: landscapes.Box, count: int = 301) -> np.ndarray:
    points = grid(box, count)
    values = formula(name)(points) if name in SURFACES else derivatives(name, points).values
    return values.reshape(count, count)


def formula(name: str) -> Callable[[np.ndarray], np.ndarray]:
    code = compile(SURFACES[name]["formula"], name, "eval")
    words = {word: getattr(np, word) for word in ("abs", "cos", "e", "exp", "pi", "sin", "sqrt")}
    return lambda points: eval(code, words, {"x": points[:, 0], "y": points[:, 1]})


def sample(box: landscapes.Box, count: int, seed: int) -> np.ndarray:
    low, high = np.transpose(box)
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


def size(box: landscapes.Box) -> np.ndarray:
    return np.ptp(box, axis=1)


def inside(points: np.ndarray, box: landscapes.Box) -> np.ndarray:
    low, high = np.transpose(box)
    return points[((low <= points) & (points <= high)).all(axis=1)]


def difficult_points(landscape: Landscape) -> np.ndarray:
    """Random points, and those where formulas fold: axes, diagonals, multiples of pi, kinks and edges."""
    steps = np.concatenate([np.linspace(*side, 23) for side in (*landscape.domain, *landscape.window)])
    tiny = np.array([0.0, 1e-320, 1e-170, 1e-160, 1e-30, 1e-9, 1e-6])
    periods = np.pi * np.arange(-3.0, 3.5, 0.5)
    steps = np.concatenate([steps, tiny, -tiny, periods])
    zero = np.zeros_like(steps)
    curves = [
        (steps, zero),
        (zero, steps),
        (steps, steps),
        (steps, -steps),
        (steps, (steps / 10.0) ** 2),
        (steps, 0.01 * steps**2),
        (steps, steps - 47.0),
        (steps, -steps / 2.0 - 47.0),
        (steps, np.full_like(steps, np.pi)),
        (np.full_like(steps, np.pi), steps),
        (np.pi * np.cos(steps), np.pi * np.sin(steps)),
    ]
    corners = [
        np.stack(np.meshgrid(*box), axis=-1).reshape(-1, 2) for box in (landscape.domain, landscape.window)
    ]
    named = np.array([landscape.start, *landscape.minima])
    beside = np.concatenate([named + shift * size(landscape.window) for shift in (-1e-9, 1e-9, 1e-5)])
    random = [sample(landscape.domain, 400, seed=1), sample(landscape.window, 200, seed=2)]
    points = np.concatenate(
        [*(np.stack(curve, axis=1) for curve in curves), *corners, named, beside, *random]
    )
    return inside(points, landscape.domain)


@pytest.mark.parametrize("name", EVERY)
def test_value_and_gradient_are_finite_everywhere(name: str) -> None:
    landscape = landscapes.load(name)
    points = difficult_points(landscape)
    assert (points == landscape.start).all(axis=1).any()
    found = derivatives(name, points)
    assert np.isfinite(found.values).all()
    bad = ~np.isfinite(found.gradients).all(axis=1)
    assert not bad.any(), f"the gradient is not finite at {points[bad][:5]}"


def test_single_precision_is_finite_too() -> None:
    points = {}
    for name in EVERY:
        landscape = landscapes.load(name)
        within = inside(difficult_points(landscape), landscape.window)
        points[name] = inside(within.astype(np.float32), landscape.domain)
    slopes = {name: jax.vmap(jax.value_and_grad(landscapes.load(name).loss)) for name in EVERY}
    found = jax.jit(lambda points: {name: slopes[name](points[name]) for name in EVERY})(points)
    for name, (values, gradients) in found.items():
        assert values.dtype == np.float32, name
        assert np.isfinite(values).all(), name
        assert np.isfinite(gradients).all(), name


@pytest.mark.parametrize("name", SURFACES)
def test_values_are_those_of_the_formula(name: str) -> None:
    landscape = landscapes.load(name)
    np.testing.assert_array_equal(landscape.domain, SURFACES[name]["domain"])
    random = [sample(landscape.domain, 200, seed=3), sample(landscape.window, 200, seed=4)]
    folds = grid(landscape.domain, 9)
    axis = inside(10.0 * sample(((-1, 1), (0, 0)), 20, seed=5), landscape.domain)
    points = np.concatenate([*random, folds, axis])
    expected = formula(name)(points)
    assert np.ptp(expected) > 0.0
    # A relative error means nothing where two terms cancel: there the size of the terms is the measure.
    noise = 1e-15 * np.abs(expected).max()
    np.testing.assert_allclose(derivatives(name, points).values, expected, rtol=1e-12, atol=noise)


@pytest.mark.parametrize("name", SURFACES)
def test_gradients_are_the_differences_of_the_formula(name: str) -> None:
    landscape = landscapes.load(name)
    points = sample(landscape.window, 200, seed=5)
    value = formula(name)

    def differences(step: float) -> np.ndarray:
        shifts = step * np.diag(size(landscape.window))
        return np.stack([(value(points + s) - value(points - s)) / (2.0 * step) for s in shifts], axis=1)

    coarse, fine = differences(2e-5), differences(1e-5)
    slope = np.abs(fine).max(axis=1)
    scale = 1e-3 * np.median(slope) + slope
    smooth = np.abs(coarse - fine).max(axis=1) <= 1e-4 * scale
    assert smooth.mean() > 0.9
    errors = np.abs(derivatives(name, points).gradients * size(landscape.window) - fine).max(axis=1)
    assert (errors <= 2e-4 * scale)[smooth].all()


@pytest.mark.parametrize("name", [name for name in SURFACES if SURFACES[name]["stationary_points"]])
def test_stationary_points_are_stationary_and_of_their_kind(name: str) -> None:
    kinds, points = zip(*[(kind, point) for kind, *point in SURFACES[name]["stationary_points"]], strict=True)
    points = np.array(points)
    _, gradients, curvatures = derivatives(name, points)
    newton_steps = np.linalg.solve(curvatures, gradients[:, :, None])[:, :, 0]
    assert (np.abs(newton_steps) <= 1e-8 * size(landscapes.load(name).window)).all()
    upward = (np.linalg.eigvalsh(curvatures) > 0.0).sum(axis=1)
    assert [("maximum", "saddle", "minimum")[count] for count in upward] == list(kinds)


@pytest.mark.parametrize("name", [name for name in SURFACES if SURFACES[name]["degenerate_points"]])
def test_degenerate_points_are_stationary_and_flat_in_one_direction(name: str) -> None:
    points = np.array(SURFACES[name]["degenerate_points"])
    window = size(landscapes.load(name).window).max()
    _, gradients, hessians = derivatives(name, points)
    curvatures = np.abs(np.linalg.eigvalsh(hessians))
    typical = np.abs(derivatives(name, sample(landscapes.load(name).window, 32, seed=6)).hessians).max()
    assert (np.linalg.norm(gradients, axis=1) <= 1e-9 * typical * window).all()
    assert (curvatures.min(axis=1) <= 1e-8 * typical).all()


@pytest.mark.parametrize("name", [name for name in WITH_MINIMA if name not in KINKED_MINIMA])
def test_minima_are_stationary_and_curve_upward(name: str) -> None:
    landscape = landscapes.load(name)
    minima = np.array(landscape.minima)
    _, gradients, hessians = derivatives(name, minima)
    curvatures = np.linalg.eigvalsh(hessians)
    # A minimum on the edge may slope outward: a step downhill, brought back into the domain, goes nowhere.
    stepped = minima - gradients / np.abs(curvatures[:, :1])
    returned = np.clip(stepped, *np.transpose(landscape.domain))
    assert (np.abs(returned - minima) <= 1e-9 * size(landscape.window)).all()
    interior = (returned == stepped).all(axis=1)
    assert (curvatures[interior] > 0.0).all()


@pytest.mark.parametrize(
    "name", [name for name in SURFACES if name in WITH_MINIMA and name not in KINKED_MINIMA]
)
def test_curvatures_at_minima_are_the_differences_of_the_formula(name: str) -> None:
    landscape = landscapes.load(name)
    minima = np.array(landscape.minima)
    value = formula(name)
    steps = 1e-4 * size(landscape.window)
    (right, up), scale = np.diag(steps), np.outer(steps, steps)
    across = value(minima + right) + value(minima - right) - 2.0 * value(minima)
    along = value(minima + up) + value(minima - up) - 2.0 * value(minima)
    both = value(minima + right + up) - value(minima + right - up) - value(minima - right + up)
    mixed = (both + value(minima - right - up)) / 4.0
    expected = np.stack([across, mixed, mixed, along], axis=1).reshape(-1, 2, 2)
    found = derivatives(name, minima).hessians * scale
    assert (np.abs(found - expected).max(axis=(1, 2)) <= 1e-3 * np.abs(expected).max(axis=(1, 2))).all()


@pytest.mark.parametrize("name", WITH_MINIMA)
def test_minima_are_lower_than_their_surroundings(name: str) -> None:
    landscape = landscapes.load(name)
    assert landscape.lowest is not None
    angles = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
    ring = 1e-4 * size(landscape.window) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    minima = np.array(landscape.minima)
    around = inside((minima[:, None] + ring).reshape(-1, 2), landscape.domain)
    np.testing.assert_allclose(derivatives(name, minima).values, landscape.lowest, rtol=1e-13, atol=1e-12)
    assert (derivatives(name, around).values > landscape.lowest).all()


@pytest.mark.parametrize("name", WITH_MINIMA)
def test_no_point_of_a_grid_is_lower_than_the_minima(name: str) -> None:
    landscape = landscapes.load(name)
    assert landscape.lowest is not None
    floor = landscape.lowest - 1e-9 * max(1.0, abs(landscape.lowest))
    for box in (landscape.domain, landscape.window):
        surface = heights(name, box)
        assert surface.min() >= floor
        assert surface.max() > landscape.lowest


@pytest.mark.parametrize("name", WITHOUT_MINIMA)
def test_without_minima_the_loss_is_lowest_on_the_edge(name: str) -> None:
    landscape = landscapes.load(name)
    assert landscape.lowest is None
    surface = heights(name, landscape.domain)
    assert surface[1:-1, 1:-1].min() > surface.min()


@pytest.mark.parametrize("name", SURFACES)
def test_minima_are_complete_and_in_the_domain(name: str) -> None:
    landscape = landscapes.load(name)
    assert len(set(landscape.minima)) == len(landscape.minima) == SURFACES[name]["global_minimizers"]
    assert all(landscape.contains(point) for point in landscape.minima)


@pytest.mark.parametrize("name", NAMES)
def test_start_is_in_view_and_has_somewhere_to_go(name: str) -> None:
    landscape = landscapes.load(name)
    start, window = np.array(landscape.start), landscape.window
    low, high = np.transpose(window)
    assert len(inside(np.transpose(window), landscape.domain)) == 2
    assert (np.minimum(start - low, high - start) >= 0.09 * size(window)).all()
    for minimum in landscape.minima:
        assert np.abs((start - minimum) / size(window)).max() >= 0.1
    fall = np.linalg.norm(derivatives(name, start[None]).gradients[0] * size(window))
    assert fall >= 0.05 * np.ptp(np.quantile(heights(name, window), [0.1, 0.9]))


def test_the_ill_conditioned_bowl_tells_its_directions_apart() -> None:
    start = np.array([landscapes.load("ill_conditioned_bowl").start])
    at_minimum = derivatives("ill_conditioned_bowl", np.zeros((1, 2)))
    np.testing.assert_allclose(np.linalg.eigvalsh(at_minimum.hessians), [[1.0, 20.0]], rtol=1e-12)
    _, (gradient,), (hessian,) = derivatives("ill_conditioned_bowl", start)
    newton = np.linalg.solve(hessian, -gradient)
    units = np.array([way / np.linalg.norm(way) for way in (-gradient, newton, -start[0])])
    downhill_newton, downhill_minimum, newton_minimum = np.rad2deg(
        np.arccos((units @ units.T)[np.triu_indices(3, 1)])
    )
    assert downhill_minimum > 50.0
    assert downhill_newton > 40.0
    assert 10.0 < newton_minimum < 20.0


def test_facts_read_from_the_source_are_the_record() -> None:
    described = [field for field in fields(Landscape) if field.name not in NOT_LITERAL]
    for name in EVERY:
        landscape, facts = landscapes.load(name), landscapes.catalogue.facts(name)
        assert set(facts) <= {field.name for field in described}, name
        for field in described:
            default = None if field.default is MISSING else field.default
            assert facts.get(field.name, default) == getattr(landscape, field.name), name


def test_texts_are_fit_to_print() -> None:
    parser = MathTextParser("path")
    for name in EVERY:
        landscape = landscapes.load(name)
        assert name == landscape.name == landscape.loss.__name__
        assert landscape.title[0].isupper(), name
        assert landscape.source, name
        assert landscape.about.endswith("."), name
        assert len(landscape.about) < 110, name
        width, *_ = parser.parse(f"${landscape.equation}$")
        assert width > 0.0, name


def test_titles_are_unique() -> None:
    assert len({landscapes.load(name).title for name in EVERY}) == len(EVERY)
