"""From the .npz of a study alone its numbers can be checked, and further checkpoints be placed."""

import io
import json
from functools import cache
from hashlib import sha256

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import ravine
from ravine.core.pytree import named_leaves

TRAINED = {"steps": 30, "keep_every": 5, "data": "moons"}
QUICK = {**TRAINED, "resolution": 3}
NETWORK = "deep_linear:widths=[6]"
KINDS = ("random", "pca", "residual", "hessian", "swa", "solutions", "bend")


@cache
def plane_of(kind):
    return ravine.plane(NETWORK, directions=kind, **QUICK)


def npz(result):
    with np.load(io.BytesIO(result.to_bytes(".npz")), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def part(arrays, name):
    """The leaves of one of the vectors."""
    return {key.partition("/")[2]: array for key, array in arrays.items() if key.startswith(f"{name}/")}


def rebuilt(arrays, x, y):
    """Leaves of origin + x direction_x + y direction_y, by NumPy alone."""
    found = dict(part(arrays, "origin"))
    for share, name in ((x, "direction_x"), (y, "direction_y")):
        for leaf, direction in part(arrays, name).items():
            found[leaf] = found[leaf] + np.float32(share) * direction
    return found


def filled(like, arrays):
    """A pytree with the leaves of these names."""
    leaves, structure = named_leaves(like)
    new = {name: jnp.asarray(arrays[name], jnp.result_type(leaf)) for name, leaf in leaves if name in arrays}
    return jax.tree.unflatten(structure, [new.get(name, leaf) for name, leaf in leaves])


def projected(arrays, point):
    """Least squares over what is trained, by NumPy alone."""
    names = [name for name, flag in part(arrays, "trained").items() if flag]

    def vector(leaves):
        return np.concatenate([np.asarray(leaves[name], np.float64).ravel() for name in names])

    origin, u, v = (vector(part(arrays, name)) for name in ("origin", "direction_x", "direction_y"))
    ways = np.stack([u, v], axis=-1)
    found, *_ = np.linalg.lstsq(ways, vector(point) - origin, rcond=None)
    return found, np.linalg.norm(vector(point) - origin - ways @ found)


def check_grid(plane, *, tolerance=1e-5):
    arrays = npz(plane)
    objective, origin = plane.basis.objective, plane.basis.origin
    places = [[rebuilt(arrays, x, y) for x in arrays["x"]] for y in arrays["y"]]
    loss = objective.compiled_loss
    losses = [[float(loss(filled(origin, place))) for place in row] for row in places]
    np.testing.assert_allclose(losses, arrays["loss"], rtol=tolerance, atol=tolerance)
    return arrays


@pytest.mark.parametrize("kind", KINDS)
class TestPlane:
    def test_the_vectors_have_the_losses(self, kind):
        check_grid(plane_of(kind), tolerance=2e-5)

    def test_the_iterates_lie_where_they_are_drawn(self, kind):
        plane = plane_of(kind)
        arrays = npz(plane)
        for path in plane.trajectories:
            kept = [(name, leaf) for name, leaf in named_leaves(path.iterates)[0] if hasattr(leaf, "shape")]
            for at in (0, len(path.steps) // 2, -1):
                place, distance = projected(arrays, {name: leaf[at] for name, leaf in kept})
                np.testing.assert_allclose(place, path.points[at], atol=1e-5)
                np.testing.assert_allclose(distance, path.distance[at], atol=1e-5)

    def test_the_record_says_what_they_are(self, kind):
        plane = plane_of(kind)
        arrays, record = npz(plane), json.loads(plane.to_bytes(".json"))["vectors"]
        one, other = record["directions"]
        vectors = [
            np.concatenate([leaf.astype(float).ravel() for leaf in part(arrays, name).values()])
            for name in ("direction_x", "direction_y")
        ]
        assert one["kind"] == other["kind"] == kind
        np.testing.assert_allclose([one["norm"], other["norm"]], np.linalg.norm(vectors, axis=1), rtol=1e-6)
        assert record["inner_product"] == pytest.approx(np.dot(*vectors), abs=1e-6)
        cosine = np.dot(*vectors) / np.prod(np.linalg.norm(vectors, axis=1))
        assert record["angle"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=1e-4)
        assert record["parameters"] == sum(leaf.size for leaf in part(arrays, "origin").values())
        for name, said in (("origin", record["origin"]), ("direction_x", one), ("direction_y", other)):
            content = b"".join(leaf.tobytes() for leaf in part(arrays, name).values())
            assert said["digest"] == sha256(content).hexdigest()
        assert len(json.dumps(record)) < 20_000


def test_stored_statistics_are_there_and_do_not_move():
    plane = ravine.plane("mlp:widths=[6],batch_norm=true", directions="random", **QUICK)
    arrays = check_grid(plane, tolerance=2e-4)
    still = [name for name, flag in part(arrays, "trained").items() if not flag]
    assert still
    for name in still:
        assert (arrays[f"direction_x/{name}"] == 0.0).all()


def test_each_kind_says_what_chose_its_directions():
    def of(kind, **choices):
        plane = ravine.plane(NETWORK, directions=kind, **QUICK, **choices) if choices else plane_of(kind)
        return json.loads(plane.to_bytes(".json"))

    def known(record, name):
        return [one[name] for one in record["vectors"]["directions"]]

    assert known(of("random", seed=3), "seed") == [3, 3]
    hessian, pca = of("hessian"), of("pca")
    for value, axis in zip(known(hessian, "eigenvalue"), hessian["axes"], strict=True):
        assert axis.endswith(f"λ = {value:.3g}")
    assert known(pca, "explained_share") == pca["explained_shares"]
    assert of("solutions")["vectors"]["through"] == ["seed 0", "seed 1", "seed 2"]
    assert of("bend")["vectors"]["through"] == ["solution A", "solution B", "bend"]
    assert of("residual")["vectors"]["through"][:2] == ["start", "solution"]


class TestOwnLoss:
    """Pytrees of any form: nested, with lists, scalars, bfloat16, whole numbers and functions."""

    @staticmethod
    def point(*values):
        a, b, c = values
        return {
            "layer": [{"weight": np.array([[a, 0.5], [b, 1.0]], np.float32)}, {"bias": np.float32(c)}],
            "half": jnp.array([a, c], jnp.bfloat16),
            "count": np.array(3, np.int32),
            "on": True,
        }

    @staticmethod
    def loss(params):
        weight = params["layer"][0]["weight"]
        half = params["half"].astype(jnp.float32)
        return (weight**2).sum() + jnp.cos(params["layer"][1]["bias"]) + (half**2).sum() * params["count"]

    def test_a_plane_through_three_points(self):
        points = [self.point(1.0, 0.0, 0.5), self.point(0.0, 2.0, 1.0), self.point(-1.0, 1.0, -0.25)]
        plane = ravine.plane(self.loss, *points, resolution=3)
        arrays = check_grid(plane, tolerance=2e-2)  # of which bfloat16 has three digits
        assert arrays["origin/half"].dtype == np.float32
        assert set(part(arrays, "origin")) == {"layer.0.weight", "layer.1.bias", "half", "count", "on"}
        assert {name for name, flag in part(arrays, "trained").items() if not flag} == {"count", "on"}
        assert set(part(arrays, "direction_x")) == {"layer.0.weight", "layer.1.bias", "half"}
        for point, mark in zip(points, plane.points, strict=True):
            leaves = {name: np.asarray(leaf, np.float32) for name, leaf in named_leaves(point)[0]}
            place, distance = projected(arrays, leaves)
            np.testing.assert_allclose(place, [mark["x"], mark["y"]], atol=5e-3)
            assert distance < 5e-3

    @pytest.mark.parametrize("directions", ["random", "hessian", "pca"])
    def test_other_directions(self, directions):
        points = [
            {"deep": ({"w": np.array([[1.0, 2.0], [0.5, k]], np.float32)}, [np.float32(k * k)])}
            for k in range(4)
        ]

        def loss(params):
            first, (second,) = params["deep"]
            return (first["w"] ** 2 @ jnp.array([3.0, 1.0])).sum() + second**2

        plane = ravine.plane(loss, *points, directions=directions, resolution=3)
        arrays = check_grid(plane)
        assert set(part(arrays, "origin")) == {"deep.0.w", "deep.1.0"}

    def test_names_that_are_one_are_kept_apart(self):
        points = [{"a.b": np.ones(2, np.float32) * k, "a": {"b": np.ones(3, np.float32) + k}} for k in (1, 2)]
        line = ravine.line(lambda params: (params["a.b"] ** 2).sum() + (params["a"]["b"] ** 2).sum(), *points)
        sizes = sorted(array.size for key, array in npz(line).items() if key.startswith("start/"))
        assert sizes == [2, 3]

    def test_a_checkpoint_is_named_by_its_path(self, tmp_path):
        paths = []
        for k in range(3):
            paths.append(tmp_path / f"w{k}.npz")
            np.savez(paths[-1], w=np.eye(3, dtype=np.float32)[k])
        plane = ravine.plane(lambda params: (params["w"] ** 2).sum(), *paths, resolution=3)
        record = json.loads(plane.to_bytes(".json"))["vectors"]
        assert record["through"] == [str(path) for path in paths]
        assert record["origin"]["label"] == str(paths[0])
        check_grid(plane)


def test_a_line_holds_both_ends():
    line = ravine.line(NETWORK, alphas=(0.0, 1.0, 5), **TRAINED)
    arrays, record = npz(line), json.loads(line.to_bytes(".json"))
    start, end = part(arrays, "start"), part(arrays, "end")
    basis = plane_of("random").basis
    places = [{name: start[name] + a * (end[name] - start[name]) for name in start} for a in arrays["alphas"]]
    loss = basis.objective.compiled_loss
    losses = [float(loss(filled(basis.origin, place))) for place in places]
    np.testing.assert_allclose(losses, arrays["train_loss"], atol=1e-5)
    way = np.concatenate([(end[name] - start[name]).ravel() for name in start])
    assert record["vectors"]["length"] == pytest.approx(np.linalg.norm(way), rel=1e-5)
    assert (
        record["vectors"]["end_digest"]
        == sha256(b"".join(leaf.tobytes() for leaf in end.values())).hexdigest()
    )
    np.testing.assert_allclose(arrays["zooms_0_alphas"][[0, -1]], [0.0, 0.01])


def test_several_lines_hold_their_own_ends():
    rules = ["momentum:learning_rate=0.05", "sgd:learning_rate=0.1"]
    arrays = npz(ravine.line(NETWORK, optimizers=rules, alphas=(0.0, 1.0, 3), zoom=False, **TRAINED))
    for number, run in enumerate(ravine.train(NETWORK, optimizers=rules, **TRAINED).runs):
        for name, leaf in part(arrays, f"curves_{number}_end").items():
            np.testing.assert_array_equal(leaf, dict(named_leaves(run.solution)[0])[name])


def test_a_curve_holds_its_ends_and_its_bend():
    found = ravine.connect(NETWORK, places=5, **TRAINED)
    arrays = npz(found)
    start, bend, end = (part(arrays, name) for name in ("start", "bend", "end"))
    basis = plane_of("random").basis
    for t, loss in zip(found.alphas, found.curve["train_loss"], strict=True):
        weights = [np.float32(w) for w in ((1 - t) ** 2, 2 * t * (1 - t), t**2)]
        leaves = {n: weights[0] * start[n] + weights[1] * bend[n] + weights[2] * end[n] for n in start}
        assert float(basis.objective.compiled_loss(filled(basis.origin, leaves))) == pytest.approx(
            loss, abs=2e-5
        )


def test_a_spectrum_holds_its_eigenvectors():
    found = ravine.spectrum(NETWORK, top=2, bottom=1, **TRAINED)
    arrays = npz(found)
    point = filled(found.point, part(arrays, "point"))
    basis = plane_of("random").basis
    product_of = jax.jit(lambda vector: jax.jvp(jax.grad(basis.objective.loss), (point,), (vector,))[1])
    for name, value in (("top_0", found.top[0]), ("top_1", found.top[1]), ("bottom_0", found.bottom[0])):
        vector = filled(found.point, part(arrays, name))
        for got, along in zip(jax.tree.leaves(product_of(vector)), jax.tree.leaves(vector), strict=True):
            np.testing.assert_allclose(got, value * along, atol=2e-3 * abs(found.top[0]))


def test_bfloat16_is_read_without_its_library():
    points = [{"w": np.array([1.0, k], ml_dtypes.bfloat16)} for k in (0.5, 2.0)]
    arrays = npz(ravine.line(lambda params: (params["w"].astype(jnp.float32) ** 2).sum(), *points))
    np.testing.assert_array_equal(arrays["end/w"], [1.0, 2.0])
    assert arrays["end/w"].dtype == np.float32
