"""Leaves that are held fixed count in no direction, norm, distance, angle or curvature."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.text import Text
from safetensors.numpy import save_file

import ravine
from ravine.core.recipe import RecipeError
from ravine.landscapes.curvature import extremes_at, spectrum
from ravine.landscapes.geometry import filter_normalised
from ravine.landscapes.networks import Objective, Problem, load, load_data

STORED = "bn.running_mean"


def loss(params):
    """Of curvature 1 in w and 2 in u, and a steep one in the stored statistic."""
    steep = 10.0 * ((params[STORED] - 1.0) ** 2).sum()
    return 0.5 * (params["w"] ** 2).sum() + (params["u"] ** 2).sum() + steep


def point(w, u, stored, **others):
    numbers = {"w": w, "u": u, STORED: stored}
    return {name: np.atleast_1d(np.asarray(it, np.float32)) for name, it in numbers.items()} | others


def plain(params) -> float:
    return float(loss(params))


A, B, C = point([1, 0], 1, 0), point([2, 1], 0, 0.5), point([0, 2], -1, 3)


def test_a_spectrum_is_that_of_the_parameters():
    found = ravine.spectrum(loss, A, top=3, bottom=1)
    np.testing.assert_allclose(found.found.top, [2.0, 1.0, 1.0], rtol=1e-5)
    assert found.found.size == 3
    assert found.fixed == [STORED]
    np.testing.assert_allclose(found.gradient_norm, np.hypot(1.0, 2.0), rtol=1e-5)
    assert any("1 leaf held fixed" in text.get_text() for text in found.figure().findobj(Text))


@pytest.mark.parametrize(
    ("fixed", "top", "names"),
    [
        ("u", 1.0, [STORED, "u"]),
        (["u", "*.running_*"], 1.0, [STORED, "u"]),
        ("none", 20.0, []),
        (("none", "w"), 20.0, ["w"]),
        ("*.num_batches_tracked", 2.0, [STORED]),
    ],
)
def test_patterns_say_what_is_fixed(fixed, top, names):
    found = ravine.spectrum(loss, A, top=1, bottom=1, fixed=fixed)
    np.testing.assert_allclose(found.found.top, [top], rtol=1e-5)
    assert found.fixed == names


@pytest.mark.parametrize(
    ("fixed", "match"),
    [
        ("x*", r"No leaf fits fixed 'x\*'; the leaves are bn.running_mean, u, w"),
        (["w", "running_mean"], "No leaf fits fixed 'running_mean'"),
        (["u", "w"], "Nothing is left to move"),
        ("*", "Nothing is left to move"),
        (3, "fixed must be a list, each a text"),
    ],
)
def test_patterns_that_fix_nothing_or_all_are_refused(fixed, match):
    with pytest.raises(RecipeError, match=match):
        ravine.spectrum(loss, A, fixed=fixed)


def test_networks_that_are_trained_move_as_a_whole():
    with pytest.raises(RecipeError, match="points that are given"):
        ravine.spectrum("mlp", fixed="layers.0.*")


def test_a_walk_leaves_them_out_of_distances_angles_and_sharpness():
    extra = {"count": np.int32(3), "key": jax.random.key(0)}
    points = [{**it, **extra} for it in (A, B, C)]
    walk = ravine.walk(loss, *points, sharpness_every=1)
    (run,) = walk.runs
    rows = np.array([np.concatenate([it["u"], it["w"]]) for it in (A, B, C)], float)
    np.testing.assert_allclose(run.distances, np.linalg.norm(rows - rows[0], axis=1), rtol=1e-6)
    slopes = rows[:2] * [2.0, 1.0, 1.0]
    cosine = slopes[0] @ slopes[1] / np.prod(np.linalg.norm(slopes, axis=1))
    np.testing.assert_allclose(run.cosines, [cosine], rtol=1e-5)
    np.testing.assert_allclose(run.sharpness, [2.0] * 3, rtol=1e-4)
    np.testing.assert_allclose(run.losses[:, 0], [plain(A), plain(B)], rtol=1e-6)
    np.testing.assert_allclose(run.losses[:, -1], [plain(B), plain(C)], rtol=1e-6)


def test_a_line_has_the_losses_of_its_ends():
    line = ravine.line(loss, A, B, alphas=(0.0, 1.0, 3))
    np.testing.assert_allclose(line.train_loss[[0, -1]], [plain(A), plain(B)], rtol=1e-6)
    assert STORED in line.fixed_note
    assert line.held.caption == "stored statistics interpolated"
    same = ravine.line(loss, A, {**B, STORED: A[STORED]}, alphas=(-0.5, 1.5, 3))
    assert not same.held.note
    assert same.held.caption == "1 leaf held fixed"
    with pytest.raises(RecipeError, match="Beyond its ends a line has no stored statistics"):
        ravine.line(loss, A, B, alphas=(0.0, 1.5, 3))


def test_what_is_chosen_stays_on_a_line_as_in_the_first_point():
    line = ravine.line(loss, A, B, fixed="u", alphas=(0.0, 1.0, 3))
    np.testing.assert_allclose(line.train_loss[[0, -1]], [plain(A), plain({**B, "u": A["u"]})], rtol=1e-6)
    assert "u: as in the first point" in line.fixed_note
    assert "fixed leaves as in the first point" in line.held.caption


def test_a_line_along_which_no_parameter_moves_is_refused():
    with pytest.raises(RecipeError, match="differ in leaves alone that are held fixed"):
        ravine.line(loss, A, {**A, STORED: B[STORED]})
    ravine.line(loss, A, {**A, STORED: B[STORED]}, fixed="none", alphas=(0.0, 1.0, 3))


def test_planes_do_not_move_them():
    steep = {**A, STORED: np.ones((3, 2), np.float32), "w": np.ones((2, 2), np.float32)}
    mask = Objective.of(loss).trained(steep)
    assert not filter_normalised(jax.random.key(0), steep, mask)[STORED].any()
    for points in ((A,), (A, B, C), (A, B, C, point([3, 1], 2, 7))):
        directions = {1: "hessian", 3: "points", 4: "pca"}[len(points)]
        plane = ravine.plane(loss, *points, directions=directions, resolution=3)
        assert all(not direction[STORED].any() for direction in plane.basis.directions)
        np.testing.assert_array_equal(
            plane.basis.origin[STORED], points[0 if len(points) < 4 else -1][STORED]
        )
        assert bool(plane.held.note) == (len(points) > 1)
    # Four points in the three parameters: the share explained is that of their singular values.
    rows = np.array([np.concatenate([it["u"], it["w"]]) for it in points], float)
    squares = np.linalg.svd(rows - rows[-1], compute_uv=False) ** 2
    np.testing.assert_allclose(plane.explained_shares, squares[:2] / squares.sum(), rtol=1e-5)


def test_a_plane_through_points_of_a_torch_module_says_whose_statistics_it_has():
    torch = pytest.importorskip("torch")
    from ravine.landscapes.networks import from_torch, params_of

    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2))
    inputs, targets = torch.randn(8, 2), torch.tensor([0, 1] * 4)
    points = []
    for _ in range(3):
        module(inputs)
        with torch.no_grad():
            for tensor in module.parameters():
                tensor += 0.1 * torch.randn_like(tensor)
        points.append(params_of(module))
    for policy in ("inference", "recomputed"):
        objective = from_torch(
            module, torch.nn.functional.cross_entropy, [(inputs, targets)], batch_norm=policy
        )
        plane = ravine.plane(objective, *points, resolution=2)
        assert ("fixed leaves as in w1" in plane.held.caption) == (policy == "inference")
        assert plane.fixed == ["1.running_mean", "1.running_var"]
        line = ravine.line(objective, *points[:2], alphas=(0.0, 1.0, 2), zoom=False)
        ends = [float(objective.compiled_loss(it)) for it in points[:2]]
        np.testing.assert_allclose(line.train_loss, ends, rtol=1e-5)
        assert line.held.caption == ""


def test_the_state_dict_of_a_torch_module_has_the_hessian_of_from_torch():
    torch = pytest.importorskip("torch")
    from ravine.landscapes.networks import from_torch, params_of

    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1))
    inputs, targets = torch.randn(8, 2) * 2.0 + 1.0, torch.randn(8, 1)
    module(inputs)
    x, y = inputs.numpy(), targets.numpy()

    def same(p):
        hidden = x @ p["0.weight"].T + p["0.bias"][None]
        scale = p["1.weight"] / jnp.sqrt(p["1.running_var"] + 1e-5)
        hidden = (hidden - p["1.running_mean"][None]) * scale[None] + p["1.bias"][None]
        return ((hidden @ p["2.weight"].T + p["2.bias"][None] - y) ** 2).mean()

    objective = from_torch(module, torch.nn.functional.mse_loss, [(inputs, targets)])
    params = params_of(module)
    own = spectrum(objective, params, top=3, bottom=3)
    found = ravine.spectrum(same, params, top=3, bottom=3).found
    assert found.size == own.size == sum(it.numel() for it in module.parameters())
    np.testing.assert_allclose(found.top, own.top, rtol=1e-3)


def test_half_precision_weights_beside_single_precision_statistics():
    params = {**A, "w": A["w"].astype(jnp.bfloat16), "u": A["u"].astype(jnp.bfloat16)}
    found = extremes_at(Objective.of(loss), params, (), np.zeros((1, 0)))
    np.testing.assert_allclose(found.highest, [2.0], rtol=1e-2)


def test_a_kept_map_of_curvature_is_of_what_is_fixed(tmp_path, monkeypatch):
    monkeypatch.setattr("ravine.landscapes.evaluation._grid_cache._WORTH", 0.0)
    masks = [lambda p: {**dict.fromkeys(p, True), STORED: False}, lambda p: dict.fromkeys(p, True)]
    for mask, highest in zip(masks, (2.0, 20.0), strict=True):
        objective = Objective(measures=lambda p, *_: {"train_loss": loss(p)}, trained=mask, identity="same")
        found = extremes_at(objective, A, (), np.zeros((1, 0)), keep=tmp_path)
        np.testing.assert_allclose(found.highest, [highest], rtol=1e-3)


def test_a_curve_leaves_the_chosen_leaves_where_they_are():
    problem = Problem(network=load("deep_linear"), data=load_data("moons"), options={"widths": (2,)})
    first, second = problem.start(0), problem.start(1)
    chosen = {"data": "moons", "steps": 2, "places": 3, "fixed": "layers.0.*"}
    found = ravine.connect("deep_linear:widths=[2]", first, second, **chosen)
    assert {name.rpartition(".")[0] for name in found.fixed} == {"layers.0"}
    assert "as in the first point" in found.fixed_note


def test_the_command_says_what_it_holds_fixed(ravine, in_folder):
    (in_folder / "ownloss.py").write_text(
        "def loss(p): return (0.5 * p['w']**2 + 10 * (p['bn.running_mean'] - 1)**2).sum() + p['u'].sum()**2\n"
    )
    for name, params in {"a": A, "b": B}.items():
        counted = {**params, "bn.num_batches_tracked": np.array(7)}
        save_file(counted, in_folder / f"{name}.safetensors")
    own = ("--objective", "ownloss:loss")
    text = ravine.works("spectrum", *own, "--points", "a.safetensors", "--fixed", "u", "-o", "s.json").output
    assert "Held fixed: bn.running_mean (stored statistics; " in text
    assert "; u (--fixed)." in text
    numbers = json.loads((in_folder / "s.json").read_text())
    assert numbers["top"] == pytest.approx([1.0, 1.0], rel=1e-4)
    assert numbers["fixed"] == [STORED, "u"]
    ends = ("--from", "a.safetensors", "--to", "b.safetensors")
    result = ravine.works("line", *own, *ends, "-o", "l.json")
    assert f"Note: {STORED}: each end has its own" in result.stderr
    assert "Held fixed" not in ravine.works("line", *own, *ends, "-o", "l.json", "-q").output
    assert "No leaf fits fixed 'v'" in ravine.fails("line", *own, *ends, "--fixed", "v")
    assert "Nothing is left to move" in ravine.fails("line", *own, *ends, "--fixed", "*")
    assert "points that are given" in ravine.fails("line", "--fixed", "u")


def test_whole_numbers_that_differ_are_told():
    """A line keeps those of its first end; the loss at the second one is another than its own."""
    ends = [{"w": np.ones(2, np.float32) * (k + 1), "n": np.int32(5 * k)} for k in range(2)]
    line = ravine.line(lambda p: jnp.sum(p["w"] ** 2) + p["n"] ** 2, *ends, alphas=(0.0, 1.0, 3))
    np.testing.assert_allclose(line.train_loss, [2.0, 4.5, 8.0], rtol=1e-6)
    assert "n: as in the first point throughout" in line.fixed_note
    counted = [{"w": end["w"], "bn.num_batches_tracked": end["n"]} for end in ends]
    assert ravine.line(lambda p: jnp.sum(p["w"] ** 2), *counted, alphas=(0.0, 1.0, 3)).fixed_note == ""


@pytest.mark.parametrize("others", [{}, {"v": np.ones(2, np.float32)}])
def test_complex_numbers_are_refused(others):
    at = {"w": np.ones(2, np.complex64), **others}
    with pytest.raises(ValueError, match=r"holds complex numbers, in 'w'; give real and imaginary part"):
        ravine.spectrum(lambda p: jnp.sum(jnp.abs(p["w"]) ** 2), at)


def test_an_objective_that_tells_its_parameters_has_no_names_to_take_back():
    own = Objective(
        measures=lambda params, *_: {"train_loss": jnp.sum(params["w"] ** 2)},
        trained=lambda params: dict.fromkeys(params, True),
    )
    with pytest.raises(ValueError, match="says itself which of its leaves are trained"):
        ravine.spectrum(own, {"w": np.ones(2, np.float32)}, fixed="none")
