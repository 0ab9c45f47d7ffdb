"""The commands on real networks: what they write, of networks, checkpoints and losses of one's own."""

import csv
import json
from functools import cache

import jax
import numpy as np
import pytest

from ravine import gallery, studies
from ravine.landscapes.networks import Problem, load, load_data, write_checkpoint
from ravine.studies._result import kind_of

QUICK = ("--data", "moons", "-O", "momentum:learning_rate=0.1", "--steps", 4, "--keep-every", 1)
"""One training for all commands, so that JAX compiles it once."""
LINE = {
    *("alphas", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "barrier", "monotone"),
    *("total_rise", "convex_share", "path", "initial_loss", "final_loss", "seed"),
}
FIELDS = {
    "line": LINE,
    "plane": {"x", "y", "loss", "center_loss", "explained_share", "trajectories", "seed"},
    "walk": {"alphas", "losses", "cosines", "distances", "sharpness", "interior_share"},
    "spectrum": {"top", "bottom", "density", "index", "kind"},
    "train": {"runs", "target", "seed"},
    "connect": {"alphas", "line", "curve", "line_barrier", "curve_barrier", "seed"},
}
OPTIONS = {
    "line": (*QUICK, "--alphas", 0, 1, 11),
    "plane": (*QUICK, "--resolution", 5),
    "walk": (*QUICK, "--sharpness-every", 3),
    "spectrum": (*QUICK, "--top", 2, "--bottom", 2),
    "train": (*QUICK, "-O", "momentum@faster:learning_rate=0.2"),
    "connect": (*QUICK, "--places", 11),
}
NETWORK = "mlp:widths=[3]"
SMALL = ("--size", "320x240")


@cache
def problem() -> Problem:
    return Problem(network=load("mlp"), data=load_data("moons"), options={"widths": (3,)})


@cache
def point(seed: int):
    return problem().start(seed)


@pytest.fixture
def ends(in_folder):
    for name, seed in (("a", 0), ("b", 1), ("c", 2)):
        write_checkpoint(in_folder / f"{name}.safetensors", point(seed))
    return in_folder


MARKS = {"png": b"\x89PNG", "svg": b"<?xml"}


def pictures_of(command: str) -> tuple[str, ...]:
    """The endings of its pictures: a figure is written to each kind of file in the same way."""
    return tuple(MARKS) if command == "line" else ("png",)


@pytest.fixture(scope="module", params=studies.COMMANDS)
def outputs(request, command_line, tmp_path_factory):
    """A command, and the folder with every kind of file that it writes."""
    command, folder = request.param, tmp_path_factory.mktemp("outputs")
    endings = ("json", "csv", "npz", *pictures_of(command))
    files = [part for ending in endings for part in ("-o", folder / f"out.{ending}")]
    command_line.works(command, NETWORK, *OPTIONS[command], "--theme", "dark", *SMALL, *files)
    return command, folder


class TestOutputs:
    def test_json_has_the_fields_and_csv_and_npz_the_numbers(self, outputs):
        command, folder = outputs
        record = json.loads((folder / "out.json").read_text())
        assert set(record) >= FIELDS[command]
        header, *rows = csv.reader((folder / "out.csv").read_text().splitlines())
        assert len(rows) > 3
        assert all(len(row) == len(header) for row in rows)
        with np.load(folder / "out.npz", allow_pickle=False) as arrays:
            for name, values in record.items():
                if isinstance(values, list) and values and isinstance(values[0], float):
                    np.testing.assert_allclose(arrays[name], values)

    def test_pictures(self, outputs):
        command, folder = outputs
        for ending in pictures_of(command):
            assert (folder / f"out.{ending}").read_bytes().startswith(MARKS[ending])

    def test_a_film_of_paths_whose_options_are_for_one_of_several_files(self, ravine, in_folder):
        options = ("--seconds", 0.2, "--fps", 10, "--hold", 0.1, *SMALL, "--scale", "log")
        outputs = ("-o", "paths.gif", "-o", "paths.json")
        ravine.works("plane", NETWORK, *OPTIONS["plane"], *options, *outputs)
        assert (in_folder / "paths.gif").read_bytes().startswith(b"GIF89a")

    @pytest.mark.parametrize("command", ["line", "plane"])
    def test_the_same_again_gives_the_same_bytes(self, ravine, in_folder, command):
        for name in ("one", "two"):
            cache = ("--no-cache",) if name == "two" else ()
            outputs = ("-o", f"{name}.json", "-o", f"{name}.csv")
            ravine.works(command, NETWORK, *OPTIONS[command], *cache, *outputs)
        for ending in ("json", "csv"):
            assert (in_folder / f"one.{ending}").read_bytes() == (in_folder / f"two.{ending}").read_bytes()

    def test_the_default_name_is_the_commands(self, ravine, in_folder):
        said = ravine.works("line", NETWORK, *OPTIONS["line"], *SMALL).stdout
        assert said.startswith("line.png: Momentum: from ")
        assert (in_folder / "line.png").is_file()

    def test_several_networks_on_one_picture(self, ravine, in_folder):
        networks = (NETWORK, "mlp:widths=[3],activation=tanh")
        ravine.works("line", *networks, *OPTIONS["line"], *SMALL, "-o", "two.json", "-o", "two.png")
        record = json.loads((in_folder / "two.json").read_text())
        assert [curve["label"] for curve in record["curves"]] == ["MLP (widths 3)", "MLP (widths 3, tanh)"]


class TestTrain:
    def test_a_run_that_is_saved_can_be_drawn(self, ravine, in_folder):
        ravine.works("train", NETWORK, *QUICK, "--save", "run", "-o", "t.json")
        final = json.loads((in_folder / "t.json").read_text())["runs"][0]["final_loss"]
        ends = ("--data", "moons", "--from", "run/start.safetensors", "--to", "run/solution.safetensors")
        ravine.works("line", NETWORK, *ends, "-o", "line.json")
        record = json.loads((in_folder / "line.json").read_text())
        assert record["final_loss"] == pytest.approx(final, rel=1e-5)

    def test_steps_to_a_target(self, ravine, in_folder):
        ravine.works("train", NETWORK, *QUICK, "--target", 0.47, "-o", "t.json")
        (run,) = json.loads((in_folder / "t.json").read_text())["runs"]
        there = run["steps_to_target"]
        assert run["train_loss"][there] <= 0.47 < run["train_loss"][there - 1]


class TestGiven:
    def test_between_two_checkpoints(self, ravine, ends):
        given = ("--data", "moons", "--from", "a.safetensors", "--to", "b.safetensors")
        ravine.works("line", NETWORK, *given, "--alphas", 0, 1, 11, "-o", "line.json")
        record = json.loads((ends / "line.json").read_text())
        loss = jax.jit(problem().objective("recomputed").loss)
        assert record["initial_loss"] == pytest.approx(float(loss(point(0))), rel=1e-5)
        assert record["final_loss"] == pytest.approx(float(loss(point(1))), rel=1e-5)

    def test_a_plane_of_points(self, ravine, ends):
        points = [part for name in "abc" for part in ("--points", f"{name}.safetensors")]
        given = (NETWORK, "--data", "moons", *points, "--resolution", 5, *SMALL)
        ravine.works("plane", *given, "-o", "p.json", "-o", "p.png")
        record = json.loads((ends / "p.json").read_text())
        assert np.isfinite(record["loss"]).all()

    def test_a_loss_of_ones_own(self, ravine, in_folder, monkeypatch):
        monkeypatch.syspath_prepend(in_folder)
        (in_folder / "bowl.py").write_text("def loss(params):\n    return (params['w'] ** 2).sum() + 1.0\n")
        np.savez(in_folder / "a.npz", w=np.array([[3.0, 0.0]], np.float32))
        np.savez(in_folder / "b.npz", w=np.array([[0.0, 0.0]], np.float32))
        ends = ("--objective", "bowl:loss", "--from", "a.npz", "--to", "b.npz")
        ravine.works("line", *ends, "--alphas", 0, 1, 5, "-o", "line.json")
        record = json.loads((in_folder / "line.json").read_text())
        np.testing.assert_allclose(record["train_loss"], [10.0, 6.0625, 3.25, 1.5625, 1.0], rtol=1e-6)
        assert record["test_loss"] is None
        ravine.works("spectrum", "--objective", "bowl:loss", "--points", "a.npz", "-o", "s.json")
        spectrum = json.loads((in_folder / "s.json").read_text())
        np.testing.assert_allclose(spectrum["top"], [2.0, 2.0], rtol=1e-5)
        assert spectrum["kind"] == "minimum"


class TestRecipes:
    @pytest.mark.parametrize("name", gallery.study_names())
    def test_choices_are_known(self, name):
        study = gallery.load_study(name)
        choices = kind_of(study.command).choices.of(study.choices)
        assert choices.title
        assert choices.about.endswith(".")

    def test_an_option_overrides_a_recipe(self, ravine, in_folder):
        ravine.works("line", "--recipe", "goodfellow-relu", NETWORK, *OPTIONS["line"], "-o", "l.json")
        assert len(json.loads((in_folder / "l.json").read_text())["alphas"]) == 11

    def test_a_film_recipe_is_refused_by_a_study_and_the_other_way_round(self, ravine, in_folder):
        assert "ravine line" in ravine.fails("animate", "--recipe", "goodfellow-relu")
        assert "ravine animate" in ravine.fails("line", "--recipe", "radford-beale")
        assert "ravine walk" in ravine.fails("line", "--recipe", "walk-gd-and-sgd")


def test_leaves_of_a_network_are_named_in_a_checkpoint(ends):
    from safetensors.numpy import load_file

    assert set(load_file(ends / "a.safetensors")) == {
        jax.tree_util.keystr(path, simple=True, separator=".")
        for path, _ in jax.tree_util.tree_leaves_with_path(point(0))
    }
