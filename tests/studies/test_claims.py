"""What the papers claim of lines, planes and walks, held on the digits network."""

from functools import cache

import jax
import numpy as np
import pytest

import ravine
from ravine.landscapes.networks import Problem, load, load_data

NETWORKS = ("mlp", "mlp:activation=sigmoid", "mlp:activation=maxout", "deep_linear")
SMALL = "deep_linear:scale=0.03"
SEEN = {"steps": 400, "keep_every": 20}
ALONG = {"alphas": (0.0, 1.0, 51), "zoom": False, **SEEN}


def leaves(model) -> list[np.ndarray]:
    return [np.asarray(leaf, dtype=np.float64) for leaf in jax.tree.leaves(model)]


def flat(model) -> np.ndarray:
    return np.concatenate([leaf.ravel() for leaf in leaves(model)])


def cross_entropy(model, split) -> float:
    """Of a ReLU network with one hidden layer, in float64."""
    (w1, w2), (b1, b2) = ([x for x in leaves(model) if x.ndim == n] for n in (2, 1))
    logits = np.maximum(split.inputs @ w1.T + b1, 0.0) @ w2.T + b2
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[np.arange(len(logits)), split.labels]
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen))


@cache
def line_of(network):
    return ravine.line(network, **ALONG)


@cache
def plane_of(directions):
    """A plane whose paths are looked at, and whose middle."""
    return ravine.plane("mlp", directions=directions, resolution=3, **SEEN)


@cache
def training_of_mlp():
    return ravine.train("mlp", optimizers=["momentum:learning_rate=0.05"], **SEEN).runs[0].training


class TestGoodfellow:
    @pytest.mark.parametrize("network", NETWORKS)
    def test_g1_the_loss_never_rises_along_the_line(self, network):
        line = line_of(network)
        assert line.final_loss < 0.1 * line.initial_loss
        assert line.total_rise <= 1e-4
        assert np.diff(line.train_loss).max() <= 1e-4
        assert line.monotone is True

    @pytest.mark.parametrize("network", NETWORKS)
    def test_g2_it_is_only_roughly_convex(self, network):
        assert 0.65 < line_of(network).convex_share < 0.98

    def test_g2_a_plateau_from_small_weights(self):
        line = ravine.line(SMALL, **ALONG)
        tenth = line.train_loss[: len(line.train_loss) // 10]
        assert line.convex_share < 0.6
        assert np.ptp(tenth) < 0.02 * line.initial_loss

    def test_g3_a_barrier_between_the_solutions_of_two_seeds(self):
        line = ravine.line("mlp", between="solution,solution", **{**ALONG, "steps": 1600})
        assert max(line.initial_loss, line.final_loss) < 0.01
        assert 0.2 < line.barrier < 1.0
        assert 0.35 < line.alphas[line.train_loss.argmax()] < 0.65
        assert line.monotone is False

    def test_g4_none_from_an_unrelated_start(self):
        line = ravine.line("mlp", between="random,solution", **ALONG)
        assert line.barrier <= 0.0
        assert line.total_rise < 0.01

    @pytest.mark.parametrize("network", ["mlp", "mlp:activation=sigmoid", "deep_linear"])
    def test_g5_the_path_leaves_the_line_early(self, network):
        line = line_of(network)
        path = line.curves[0].path
        farthest = path.residual.argmax()
        assert 0.15 < path.residual[farthest] < 0.5
        assert 0.01 < path.step[farthest] / path.step[-1] < 0.25
        assert path.projection[[0, -1]] == pytest.approx([0.0, 1.0], abs=1e-6)
        assert path.residual[[0, -1]] == pytest.approx([0.0, 0.0], abs=1e-4)

    def test_reordered_units_are_an_equal_minimum_with_a_barrier_between(self):
        line = ravine.line("mlp", between="solution,permuted", **ALONG)
        assert line.initial_loss == pytest.approx(line.final_loss, rel=1e-5)
        assert line.barrier > 10 * line.final_loss

    def test_losses_are_those_of_the_interpolated_weights(self):
        line = line_of("mlp")
        problem = Problem(network=load("mlp"), data=load_data("digits"))
        training = training_of_mlp()
        for place in (0, 18, 50):
            alpha = line.alphas[place]
            ends = (training.start, training.solution)
            between = jax.tree.map(lambda a, b, t=alpha: (1 - t) * a + t * b, *ends)
            for name, split in problem.data.splits.items():
                own = line.record()[f"{name}_loss"][place]
                assert own == pytest.approx(cross_entropy(between, split), rel=1e-4)


class TestLi:
    def test_l1_the_centre_is_exactly_the_trained_loss(self):
        plane = plane_of("random")
        assert plane.loss[1, 1] == plane.center_loss
        assert plane.center_loss == pytest.approx(line_of("mlp").final_loss, abs=1e-7)

    def test_l2_filter_norms_are_those_of_the_weights(self):
        plane = plane_of("random")
        for direction in plane.basis.directions:
            for ours, weights in zip(leaves(direction), leaves(plane.basis.origin), strict=True):
                if weights.ndim == 2:
                    wanted = np.linalg.norm(weights, axis=1)
                    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), wanted, rtol=1e-5)
                else:
                    assert not ours.any()

    def test_l4_a_random_plane_shows_almost_no_motion_and_two_components_most(self):
        kinds = {kind: plane_of(kind) for kind in ("random", "pca")}
        assert kinds["random"].explained_share < 0.01
        assert kinds["pca"].explained_share > 0.8
        assert sum(kinds["pca"].basis.shares) == pytest.approx(kinds["pca"].explained_share, rel=1e-4)

    def test_l5_a_point_on_the_path_lies_off_the_plane(self):
        (path,) = plane_of("random").trajectories
        solution = line_of("mlp").final_loss
        assert path.distance[0] > 5.0
        assert path.loss[0] - path.plane_loss[0] > 1.0
        assert path.distance[-1] == pytest.approx(0.0, abs=1e-4)
        assert path.loss[-1] == pytest.approx(solution, rel=1e-4)
        assert path.plane_loss[-1] == pytest.approx(solution, rel=1e-4)

    def test_distance_and_projection_are_a_right_triangle(self):
        plane = plane_of("pca")
        (path,) = plane.trajectories
        training = training_of_mlp()
        origin = flat(plane.basis.origin)
        u, v = (flat(direction) for direction in plane.basis.directions)
        for place in (0, 10, 20):
            away = flat(training.iterate(place)) - origin
            inside = path.points[place, 0] * u + path.points[place, 1] * v
            assert path.distance[place] == pytest.approx(np.linalg.norm(away - inside), abs=1e-4)
            assert (away - inside) @ u == pytest.approx(0.0, abs=1e-4)


@pytest.fixture(scope="module")
def runs():
    """Gradient descent and SGD at rates that are large, and SGD at a small one."""
    rules = ["sgd@GD:learning_rate=1", "sgd:learning_rate=1", "sgd@slow:learning_rate=0.1"]
    sizes = ["full", 100, 100]
    return ravine.walk("mlp", optimizers=rules, batch_size=sizes, steps=60, sharpness_every=100).runs


class TestXing:
    def test_most_minima_lie_inside(self, runs):
        for run in runs[:2]:
            assert run.interior_share > 0.7

    def test_gradient_descent_turns_about_and_sgd_less(self, runs):
        descent, sgd = (run.cosines[-20:].mean() for run in runs[:2])
        assert descent < -0.7
        assert -0.6 < sgd < -0.1

    def test_sgd_goes_farther(self, runs):
        descent, sgd = (run.distances[-1] for run in runs[:2])
        assert sgd > 1.03 * descent

    def test_a_small_rate_walks_down_the_wall(self, runs):
        assert runs[2].interior_share < 0.3

    def test_cosines_are_those_of_the_updates_of_gradient_descent(self, runs):
        training = (
            ravine.train(
                "mlp",
                optimizers=["sgd@GD:learning_rate=1"],
                batch_size=["full"],
                steps=60,
                keep_every=1,
            )
            .runs[0]
            .training
        )
        points = np.stack([flat(training.iterate(k)) for k in range(8)])
        updates = np.diff(points, axis=0)
        lengths = np.linalg.norm(updates, axis=1)
        wanted = (updates[1:] * updates[:-1]).sum(1) / (lengths[1:] * lengths[:-1])
        np.testing.assert_allclose(runs[0].cosines[:6], wanted, atol=2e-3)
        wanted = np.linalg.norm(points - points[0], axis=1)
        np.testing.assert_allclose(runs[0].distances[:8], wanted, rtol=1e-4)


def test_a_curve_goes_round_the_barrier():
    found = ravine.connect("mlp", places=41, **SEEN)
    assert found.line_barrier > 0.2
    assert found.curve_barrier < 0.05 * found.line_barrier
    for name in ("train_loss", "test_accuracy"):
        assert found.curve[name][[0, -1]] == pytest.approx(found.straight[name][[0, -1]], rel=1e-5)
