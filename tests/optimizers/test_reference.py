"""Every reference trajectory through `descend`, and some of them through the command line.

The files come from torch.optim, pytorch_optimizer, torch_optimizer, scipy and NumPy transcriptions of the
papers.
"""

import json
import shutil
import subprocess
import sysconfig
from collections import defaultdict
from functools import cache
from itertools import zip_longest
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.landscapes import Examples
from ravine.optimizers import Sampling, Setting, descend, load, read_setting, write_setting
from ravine.optimizers._program import Lanes

FILES = sorted((Path(__file__).parents[1] / "reference").glob("*__*.json"))
SEARCHED = 2e-12
"""How nearly points are the same where steps end at the least loss along a line; other files say it."""

STEPS, DRAWS = 100, 8
WHOLE = ("beale", "ravine")
"""Surfaces of whose loss every step sees all."""

SURFACES = {"regression": "linear_regression", "sparse": "sparse_regression"}


def tuples(values):
    return tuple(map(tuples, values)) if isinstance(values, list) else values


def around(reference):
    """The rule inside Lookahead."""
    inner, values = reference["hyperparameters"]["inner"], reference["hyperparameters"]["inner_hp"]
    return {"inner": Setting(optimizer=load(inner), hyperparameters=ours(inner, values))}


def around_sgd(reference):
    return {"inner": read_setting(f"sgd:learning_rate={reference['hyperparameters']['eta']}")}


def averaged(reference):
    rate = reference["hyperparameters"]["lr"]
    cyclic = rate["kind"] == "cyclic"
    text = f"cyclic({rate['alpha1']},{rate['alpha2']},{rate['c']})" if cyclic else rate["eta"]
    return {"inner": read_setting(f"sgd:learning_rate={text}")}


def noise(reference):
    eta = reference["hyperparameters"]["eta_noise"]
    return {**around_sgd(reference), "eta": eta, "normals": tuples(reference["unit_normals"])}


def cosine(rate, final):
    return lambda _: read_setting(f"sgd:learning_rate=cosine({rate},100,{final})").hyperparameters


def delayed(reference):
    return {"delays": tuples(reference["delays"])}


def ordered(reference):
    return {"order": tuples(reference["worker_of_event"])}


COMMON_NAMES = {"eta": "learning_rate", "beta1": "b1", "beta2": "b2"}
NOT_THE_RULES = dict.fromkeys(
    ("tol", "max_delay", "strict", "line_search", "H0", "restart", "correct_v", "first_step", "schedule")
)
"""What a file says of itself rather than of its rule."""

HEAVY = {"gamma": "momentum"}
DELTA = {"gamma": "rho"}
SQUARES = {"gamma": "decay", "mu": "momentum"}
NADAM = {"eps_inside": None, "mhat_next": None, "psi": "momentum_decay"}
DEMON = {"beta_init": "momentum", "T_total": "total_steps"}
DEMON_ADAM = {"beta_init": "b1", "T_total": "total_steps"}
SWITCH = {"eta_adam": "learning_rate", "eta_sgd": "sgd_learning_rate", "eps_switch": "switch_threshold"}
LOOKAHEAD = {"k": "sync_period", "alpha": "slow_step_size", "inner": None, "inner_hp": None}
LARS = {"mu": "momentum", "trust": "trust_coefficient", "denom": "denominator"}
YELLOWFIN = {"lr0": "learning_rate", "mu0": "momentum"}
INSIDE = {"eta": None, "lr": None, "eta_noise": None}
LINES = {"beta": None, "gamma": None, "m": "memory_size", "lr": "learning_rate"}
REVISION = {"alpha": "learning_rate", "z0": "initial_accumulator_value", "G0": "initial_accumulator_value"}
DOWNPOUR = {"alpha": "learning_rate", "n_fetch": "fetch_period", "n_push": "push_period"}
EASGD = {"tau": "period", "delta": "momentum"}

RULES = {
    "gd": ("sgd", {}, {}),
    "sgd": ("sgd", {}, {}),
    "batch_gd": ("sgd", {}, {}),
    "minibatch_sgd": ("sgd", {}, {}),
    "momentum": ("momentum", HEAVY, {}),
    "momentum_ema": ("momentum", {"beta": "momentum"}, {"average": True}),
    "momentum_lr_inside": ("momentum", HEAVY, {}, cosine(0.01, 0.001)),
    "momentum_lr_outside": ("momentum", HEAVY, {"rate": "outside"}, cosine(0.01, 0.001)),
    "nesterov": ("nesterov", HEAVY, {}),
    "nesterov_shifted": ("nesterov", HEAVY, {}),
    "adagrad": ("adagrad", {}, {}),
    "adadelta": ("adadelta", DELTA, {"learning_rate": 1.0}),
    "adadelta_big_eps": ("adadelta", DELTA, {"learning_rate": 1.0}),
    "rmsprop": ("rmsprop", SQUARES, {}),
    "rmsprop_eps_outside": ("rmsprop", SQUARES, {}),
    "rmsprop_momentum": ("rmsprop", SQUARES, {}),
    "rmsprop_nesterov": ("rmsprop", SQUARES, {}),
    "adam": ("adam", {}, {}),
    "adam_l2": ("adam", {}, {}),
    "adam_no_bias_correction": ("adam", {}, {}),
    "adam_cosine": ("adam", {}, {}, cosine(0.1, 0.01)),
    "adam_then_sgd": ("swats", SWITCH, {}),
    "swats": ("swats", SWITCH, {}),
    "adamax": ("adamax", {}, {}),
    "adamw": ("adamw", {}, {}),
    "nadam": ("nadam", NADAM, {"variant": "paper"}),
    "nadam_optax": ("nadam", NADAM, {"variant": "optax"}),
    "nadam_torch": ("nadam", NADAM, {"variant": "torch"}),
    "amsgrad": ("amsgrad", {}, {}),
    "amsgrad_optax": ("amsgrad", {}, {}),
    "amsgrad_torch": ("amsgrad", {}, {}),
    "qhm": ("qhm", {}, {}),
    "qhadam": ("qhadam", {}, {}),
    "qhadam_nu2": ("qhadam", {}, {}),
    "aggmo": ("aggmo", {}, {}),
    "demon_momentum": ("demon", DEMON, {}),
    "demon_adam": ("demon_adam", DEMON_ADAM, {}),
    "demon_adam_ema": ("demon_adam", DEMON_ADAM, {}),
    "radam": ("radam", {}, {}),
    "radam_paper": ("radam", {}, {}),
    "ranger": ("ranger", LOOKAHEAD, {}),
    "lookahead_sgd": ("lookahead", LOOKAHEAD, {}, around),
    "lookahead_momentum": ("lookahead", LOOKAHEAD, {}, around),
    "lookahead_adam": ("lookahead", LOOKAHEAD, {}, around),
    "lars": ("lars", LARS, {}),
    "lars_optax": ("lars", LARS, {}),
    "lamb": ("lamb", {}, {}),
    "lazyadam": ("lazy_adam", {}, {}),
    "yellowfin": ("yellowfin", YELLOWFIN, {}),
    "yellowfin_fast": ("yellowfin", YELLOWFIN, {}),
    "swa": ("swa", INSIDE, {}, averaged),
    "asgd": ("asgd", {}, {}),
    "polyak_averaging": ("polyak_averaging", INSIDE, {}, around_sgd),
    "gradient_noise": ("noisy", INSIDE, {}, noise),
    "steepest_exact": ("steepest_descent", LINES, {}),
    "ncg_fr": ("conjugate_gradient", LINES, {"method": "fr"}),
    "ncg_pr": ("conjugate_gradient", LINES, {"method": "pr"}),
    "ncg_pr_plus": ("conjugate_gradient", LINES, {"method": "pr+"}),
    "newton": ("newton", LINES, {}),
    "newton_saddle_free": ("saddle_free_newton", LINES, {}),
    "bfgs": ("bfgs", LINES, {"line_search": "exact"}),
    "lbfgs": ("lbfgs", LINES, {"line_search": "exact"}),
    "lbfgs_no_linesearch": ("lbfgs", LINES, {"line_search": "fixed"}),
    "hogwild": ("hogwild", {"gamma": "learning_rate"}, {}, delayed),
    "delayed_sgd": ("delayed_sgd", {"tau": "delay"}, {}),
    "adaptive_revision": ("adaptive_revision", REVISION, {}, delayed),
    "async_adagrad": ("async_adagrad", REVISION, {}, delayed),
    "downpour": ("downpour", DOWNPOUR, {}, ordered),
    "easgd_sync": ("easgd", EASGD, {"mode": "sync"}),
    "easgd_async": ("easgd", EASGD, {"mode": "async"}, ordered),
    "eamsgd_async": ("easgd", EASGD, {"mode": "async"}, ordered),
}
"""A file's rule: our name, our names for its own hyper-parameters (None where they are passed otherwise),
what it does not write down, and what is made of what it records."""

BALLS = {"average_points": "average", "slow_points": "slow", "lookahead_points": "look-ahead"}
SERIES = {
    "trust_ratio": ("trust_ratio", 1e-9),
    "rectification": ("rectification", 1e-9),
    "lr": ("learning_rate", 1e-9),
    "momentum": ("momentum", 1e-9),
    "alpha": ("step_length", 1e-5),
}
"""What a file says of each step, our name for it, and how nearly the two are the same."""


@cache
def read(path):
    return json.loads(path.read_text("utf-8"))


def ours(rule, hyperparameters):
    """A file's hyper-parameters under our names."""
    _, own_names, unwritten, *_ = RULES[rule]
    names = NOT_THE_RULES | COMMON_NAMES | own_names
    named = {names.get(key, key): tuples(value) for key, value in hyperparameters.items()}
    return {key: value for key, value in named.items() if key} | unwritten


def setting_of(path):
    """The optimizer of a file, under the file's name as its label."""
    reference = read(path)
    name, _, _, *recorded = RULES[reference["rule"]]
    chosen = ours(reference["rule"], reference["hyperparameters"])
    for make in recorded:
        chosen |= make(reference)
    return Setting(optimizer=load(name), hyperparameters=chosen, label=path.stem)


def rows_of(reference):
    """The rows of every step's minibatches, "steps draws size", or None where steps see all of the loss."""
    if "worker_batches" in reference:
        batches = np.array(reference["worker_batches"])
        if "worker_of_event" not in reference:
            return np.moveaxis(batches, 0, 1)
        return batches[reference["worker_of_event"], np.arange(reference["steps"])][:, None]
    rows = reference.get("batches", reference.get("samples"))
    return None if rows is None else np.array(rows).reshape(reference["steps"], 1, -1)


@cache
def groups():
    """The files of each surface, and of each shape of minibatches on it."""
    found = defaultdict(list)
    for path in FILES:
        rows = rows_of(read(path))
        shape = "" if rows is None else " in batches of {2} by {1}".format(*rows.shape)
        found[read(path)["surface"] + shape].append(path)
    return dict(found)


def places_of_rules(families):
    """For each family of files what it runs: a rule compiled for all of them has one place in each list.

    Where a family has no file for a place, another one's stands there.
    """
    found = defaultdict(lambda: [[] for _ in families])
    for number, paths in enumerate(families):
        for path in paths:
            program = Lanes.of(setting_of(path), np.zeros(2), steps=STEPS).program
            found[program][number].append(path)
    rows = [row for files in found.values() for row in zip_longest(*files)]
    return zip(*([path or next(filter(None, row)) for path in row] for row in rows), strict=True)


def run(paths, starts, sampling):
    """The files' descents, by file."""
    settings = [setting_of(path) for path in paths]
    runs = descend(jnp.sum, settings, starts, steps=STEPS, sampling=sampling)
    return dict(zip(paths, runs, strict=True))


@pytest.fixture(scope="module")
def down_surfaces(any_of):
    """The descents of the files of a surface of `WHOLE`, all of which are one program."""
    among = any_of([landscapes.load(name).loss for name in WHOLE])
    places = dict(zip(WHOLE, places_of_rules([groups()[surface] for surface in WHOLE]), strict=True))
    most = max(len(starts_of(groups()[surface])) for surface in WHOLE)

    def down(surface):
        starts = starts_of(groups()[surface])
        padded = [*starts, *starts[:1] * (most - len(starts))]
        sampling = Sampling(loss=among, samples=np.full((STEPS, DRAWS), WHOLE.index(surface)))
        runs = run(places[surface], padded, sampling)
        for path in groups()[surface]:
            yield path, runs[path], starts.index(tuple(read(path)["start"]))

    return down


@pytest.fixture(scope="module")
def down_examples():
    """The descents of the files of a group on other surfaces; all files of all groups are one program.

    A group goes down once on each of its minibatches: all are rows of the examples of all these surfaces, one
    after the other, and those of fewer than a whole surface have theirs more than once.
    """
    examples = [landscapes.load(name).examples for name in SURFACES.values()]
    (loss_on,) = {example.loss_on for example in examples}
    inputs, targets = (np.concatenate([getattr(e, name) for e in examples]) for name in ("inputs", "targets"))
    loss = Examples(inputs=inputs, targets=targets, loss_on=loss_on).batch_loss
    (count,) = {len(example.targets) for example in examples}

    families = defaultdict(list)
    for group in (group for group in groups() if group not in WHOLE):
        for path in groups()[group]:
            rows = rows_of(read(path))
            families[group, b"" if rows is None else rows.tobytes()].append(path)
    places = dict(zip(families, places_of_rules([*families.values()]), strict=True))

    def down(group):
        for family in (family for family in families if family[0] == group):
            reference = read(families[family][0])
            rows = rows_of(reference)
            rows = np.tile(np.arange(count), (STEPS, 1, 1)) if rows is None else rows
            room = [(0, room - now) for room, now in zip((STEPS, DRAWS, count), rows.shape, strict=True)]
            samples = count * [*SURFACES].index(reference["surface"]) + np.pad(rows, room, mode="wrap")
            (start,) = starts_of(families[family])
            runs = run(places[family], start, Sampling(loss=loss, samples=samples))
            for path in families[family]:
                yield path, runs[path], ()

    return down


def starts_of(paths):
    return list(dict.fromkeys(tuple(read(path)["start"]) for path in paths))


def assert_near(found, expected, tolerance, label):
    """Rows that the file leaves open are not compared; where it ends, its descent has converged."""
    nothing = [np.nan] * found.shape[-1]
    known = np.array([nothing if row is None else row for row in expected], dtype=float)
    compared = np.isfinite(known).all(-1)
    off = np.linalg.norm(found[: len(known)] - known, axis=-1)
    allowed = tolerance * (1 + np.linalg.norm(known, axis=-1))
    assert compared.any(), label
    assert (off <= allowed)[compared].all(), f"{label}: they part by {off[compared].max():.3g}"
    assert len(known) == len(found) or np.abs(found[len(known) :] - known[-1]).max() < 1e-8, label


def test_every_file_has_a_rule():
    assert {read(path)["rule"] for path in FILES} == set(RULES)


@pytest.mark.parametrize("group", groups())
def test_descents_follow_their_records(group, down_surfaces, down_examples):
    held = set()
    for path, run, lane in down_surfaces(group) if group in WHOLE else down_examples(group):
        held.add(path)
        reference = read(path)
        points = run.markers["look-ahead"] if reference["rule"] == "nesterov_shifted" else run.points
        tolerance = SEARCHED if "alpha" in reference else reference["tolerance"]
        assert_near(points[lane], reference["points"], tolerance, path.stem)
        for field, ball in BALLS.items():
            if field in reference:
                assert_near(run.markers[ball][lane], reference[field], tolerance, f"{path.stem} {field}")
        for worker, places in enumerate(zip(*reference.get("worker_points", []), strict=True), 1):
            label = f"{path.stem} worker {worker}"
            assert_near(run.markers[f"worker {worker}"][lane], places, tolerance, label)
        assert_series(reference, {name: values[lane] for name, values in run.series.items()}, path.stem)
    assert held == {*groups()[group]}


def assert_series(reference, series, label):
    """What the steps were taken with."""
    for field, (name, tolerance) in SERIES.items():
        if field in reference:
            found = series[name][: len(reference[field])]
            np.testing.assert_allclose(
                found, reference[field], rtol=tolerance, atol=1e-12, err_msg=f"{label} {field}"
            )
    if "delays" in reference:
        longest = np.reshape(reference["delays"], (reference["steps"], -1)).max(-1)
        np.testing.assert_array_equal(series["delay"], longest, err_msg=label)


def traced(surface, rules):
    """The files of the rules on a surface, and the words that trace them."""
    paths = [path for path in FILES if path.stem in {f"{rule}__{surface}" for rule in rules}]
    optimizers = [word for path in paths for word in ("-O", write_setting(setting_of(path)))]
    start = [repr(float(place)) for place in read(paths[0])["start"]]
    return paths, ["trace", surface, *optimizers, "--start", *start, "--steps", "100"]


def assert_traced(record, surface, paths):
    assert record["landscape"] == surface
    assert [run["label"] for run in record["runs"]] == [path.stem for path in paths]
    for run, path in zip(record["runs"], paths, strict=True):
        assert_near(np.array(run["points"]), read(path)["points"], read(path)["tolerance"], path.stem)


def test_installed_command_writes_a_file_that_follows_the_records(tmp_path):
    rules = ("lars", "lookahead_adam", "momentum_lr_outside")
    paths, words = traced("ravine", rules)
    command = shutil.which("ravine", path=sysconfig.get_path("scripts"))
    assert command, "the package is not installed in this environment"
    subprocess.run([command, *words, "-o", "runs.json"], capture_output=True, check=True, cwd=tmp_path)
    assert_traced(json.loads((tmp_path / "runs.json").read_bytes()), "ravine", paths)
