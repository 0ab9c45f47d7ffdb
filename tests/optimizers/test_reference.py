"""The rules against trajectories from torch.optim and from NumPy transcriptions of the papers."""

import json
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import ravine
from ravine.gallery._trace import trace_record

FILES = sorted((Path(__file__).parents[1] / "reference").glob("*__*.json"))

COMMON_NAMES = {"eta": "learning_rate", "beta1": "b1", "beta2": "b2"}
RULES = {
    "gd": ("sgd", {}, {}),
    "momentum": ("momentum", {"gamma": "momentum"}, {}),
    "momentum_ema": ("momentum", {"beta": "momentum"}, {"average": True}),
    "nesterov": ("nesterov", {"gamma": "momentum"}, {}),
    "nesterov_shifted": ("nesterov", {"gamma": "momentum"}, {}),
    "adagrad": ("adagrad", {}, {}),
    "adadelta": ("adadelta", {"gamma": "rho"}, {"learning_rate": 1.0}),
    "adadelta_big_eps": ("adadelta", {"gamma": "rho"}, {"learning_rate": 1.0}),
    "rmsprop": ("rmsprop", {"gamma": "decay"}, {}),
    "rmsprop_eps_outside": ("rmsprop", {"gamma": "decay"}, {}),
    "rmsprop_momentum": ("rmsprop", {"gamma": "decay", "mu": "momentum"}, {}),
    "rmsprop_nesterov": ("rmsprop", {"gamma": "decay", "mu": "momentum"}, {}),
    "adam": ("adam", {}, {}),
    "adam_l2": ("adam", {}, {}),
    "adam_no_bias_correction": ("adam", {}, {}),
}
"""A file's rule: our name, our names for its own hyper-parameters, and what it does not write down."""


def read(path):
    return json.loads(path.read_text("utf-8"))


def spec_of(path):
    """The optimizer of a reference file, under the file's name as its label."""
    reference = read(path)
    name, own_names, unwritten = RULES[reference["rule"]]
    keys = COMMON_NAMES | own_names
    values = {keys.get(key, key): value for key, value in reference["hyperparameters"].items()} | unwritten
    pairs = ",".join(f"{key}={json.dumps(value)}" for key, value in values.items())
    return f"{name}@{path.stem}:{pairs}"


def on(surface):
    return [path for path in FILES if read(path)["surface"] == surface]


@cache
def traced(surface):
    """Every run on a surface, by the name of its file."""
    paths = on(surface)
    (start,) = {tuple(read(path)["start"]) for path in paths}
    (steps,) = {read(path)["steps"] for path in paths}
    record = trace_record(ravine.film(surface, [spec_of(path) for path in paths], start=start, steps=steps))
    return {run["label"]: run for run in record["runs"]}


def assert_reproduces(run, reference):
    compared = {"points": run["points"]}
    if reference["rule"] == "nesterov_shifted":
        compared = {"points": run["balls"]["look-ahead"]}
    elif reference["rule"] == "nesterov":
        compared["lookahead_points"] = run["balls"]["look-ahead"]
    for field, points in compared.items():
        expected = np.array(reference[field])
        off = np.linalg.norm(np.array(points) - expected, axis=-1)
        allowed = reference["tolerance"] * (1 + np.linalg.norm(expected, axis=-1))
        assert len(points) == reference["steps"] + 1
        assert (off <= allowed).all(), f"{field} part by {off.max():.3g} at step {int(off.argmax())}"


def test_every_rule_has_its_files():
    assert {path.stem for path in FILES} == {f"{rule}__{on}" for rule in RULES for on in ("beale", "ravine")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_trace_record(path):
    reference = read(path)
    assert_reproduces(traced(reference["surface"])[path.stem], reference)


@pytest.mark.parametrize(
    ("surface", "rules", "to_file"),
    [
        ("beale", ("nesterov", "adam_l2", "rmsprop_eps_outside"), False),
        ("ravine", ("momentum_ema", "adadelta_big_eps", "adam_no_bias_correction"), True),
    ],
)
def test_trace_command(surface, rules, to_file, tmp_path):
    paths = [path for path in on(surface) if read(path)["rule"] in rules]
    first = read(paths[0])
    command = shutil.which("ravine", path=sysconfig.get_path("scripts"))
    assert command, "the package is not installed in this environment"
    optimizers = [word for path in paths for word in ("-O", spec_of(path))]
    start = [repr(place) for place in first["start"]]
    output = ["-o", "runs.json"] if to_file else []
    done = subprocess.run(
        [command, "trace", surface, *optimizers, "--start", *start, "--steps", "100", *output],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    record = json.loads((tmp_path / "runs.json").read_bytes() if to_file else done.stdout)
    assert record["landscape"] == surface
    assert [run["label"] for run in record["runs"]] == [path.stem for path in paths]
    for run, path in zip(record["runs"], paths, strict=True):
        assert_reproduces(run, read(path))
