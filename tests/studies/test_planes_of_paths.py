"""Planes that a training's own iterates span: what stands on them is where it is, with its own loss."""

import jax
import numpy as np
import pytest

import ravine
from ravine.core.recipe import RecipeError

NETWORK = "mlp:widths=[4]"
FEW = {"data": "moons", "steps": 30, "keep_every": 5, "resolution": 3}


def flat(model) -> np.ndarray:
    return np.concatenate([np.asarray(leaf, dtype=np.float64).ravel() for leaf in jax.tree.leaves(model)])


@pytest.fixture(scope="module")
def residual():
    return ravine.plane(NETWORK, directions="residual", **FEW)


def iterates_of(plane) -> np.ndarray:
    (path,) = plane.basis.trajectories
    count = len(path.steps)
    return np.stack([flat(jax.tree.map(lambda kept, k=k: kept[k], path.iterates)) for k in range(count)])


def test_the_plane_of_the_residual_has_the_line_across_and_the_farthest_iterate_above(residual):
    iterates = iterates_of(residual)
    start, way = iterates[0], iterates[-1] - iterates[0]
    length = np.linalg.norm(way)
    along = (iterates - start) @ way / length**2
    away = np.linalg.norm(iterates - start - along[:, None] * way, axis=-1) / length
    (path,) = residual.trajectories
    np.testing.assert_allclose(path.points[:, 0], along, atol=1e-5)
    farthest = away.argmax()
    np.testing.assert_allclose(path.points[farthest, 1], away[farthest], rtol=1e-5)
    np.testing.assert_allclose(np.hypot(path.points[:, 1] * length, path.distance), away * length, atol=1e-3)
    assert path.distance[farthest] < 1e-3


def test_its_ends_have_their_own_losses(residual):
    points = {point["label"]: point for point in residual.record()["points"]}
    (path,) = residual.trajectories
    assert points["start"]["loss"] == pytest.approx(path.loss[0], rel=1e-5)
    assert points["solution"]["loss"] == pytest.approx(path.loss[-1], rel=1e-5)


def test_the_average_of_three_iterates_is_marked_with_its_loss():
    plane = ravine.plane(NETWORK, directions="swa", **FEW)
    iterates = iterates_of(plane)
    points = {point["label"]: point for point in plane.record()["points"]}
    *three, average = points.values()
    assert list(points)[-1] == "their average"
    chosen = [int(label.removeprefix("step ")) for label in list(points)[:3]]
    steps = plane.basis.trajectories[0].steps.tolist()
    mean = np.mean([iterates[steps.index(step)] for step in chosen], axis=0)
    u, v = (flat(direction) for direction in plane.basis.directions)
    place = flat(plane.basis.origin) + average["x"] * u + average["y"] * v
    np.testing.assert_allclose(place, mean, atol=1e-5)
    own = [plane.basis.trajectories[0].loss[steps.index(step)] for step in chosen]
    np.testing.assert_allclose([point["loss"] for point in three], own, rtol=1e-5)


def test_heights_rise():
    with pytest.raises(RecipeError, match=r"^heights go from a loss up to a higher one; got 2 1\.$"):
        ravine.plane("mlp", heights=[2.0, 1.0])
