"""ravine trace: the numbers of a film."""

import csv
import json
import math
import shlex

import numpy as np
import pytest

from ravine import landscapes

KEYS = ["landscape", "start", "steps", "seed", "sampling", "runs"]
RUN_KEYS = [
    "label",
    "optimizer",
    "hyperparameters",
    "points",
    "losses",
    "gradient_norms",
    "evaluations",
    "measures",
    "series",
    "balls",
    "diverged_at",
    "stopped_at",
]


def strictly(text: str) -> dict:
    """JSON without NaN, Infinity or a key given twice."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    def unique(pairs: list[tuple[str, object]]) -> dict:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def traced(ravine, *arguments: object) -> dict:
    return strictly(ravine.works("trace", *arguments, "-q").stdout)


def test_standard_output_is_one_line_of_strict_json(ravine, in_folder):
    result = ravine.works("trace", "beale", "-O", "sgd", "-O", "adam@mine:b1=0.8", "--steps", 12)
    assert result.stdout.count("\n") == 1
    trace = strictly(result.stdout)
    assert list(trace) == KEYS
    assert [list(run) for run in trace["runs"]] == [RUN_KEYS] * 2
    assert (trace["landscape"], trace["steps"], trace["seed"]) == ("beale", 12, 0)
    assert trace["start"] == list(landscapes.load("beale").start)
    assert result.stderr.startswith("Rates tuned; the same again: -O sgd:learning_rate=")
    assert result.stderr.count("\n") == 1
    assert list(in_folder.iterdir()) == []


def test_what_a_run_holds(ravine):
    trace = traced(ravine, "beale", "-O", "sgd:learning_rate=0.01", "-O", "adam@mine:b1=0.8", "--steps", 12)
    sgd, adam = trace["runs"]
    assert (sgd["label"], sgd["optimizer"], adam["label"], adam["optimizer"]) == (
        "SGD",
        "sgd",
        "mine",
        "adam",
    )
    assert sgd["hyperparameters"] == {"learning_rate": 0.01}
    assert adam["hyperparameters"]["b1"] == 0.8
    assert adam["hyperparameters"]["bias_correction"] is True
    for run in (sgd, adam):
        assert np.array(run["points"]).shape == (13, 2)
        assert len(run["losses"]) == len(run["gradient_norms"]) == 13
        assert run["points"][0] == trace["start"]
        assert run["diverged_at"] is None
        assert all(len(ball) == 13 for ball in run["balls"].values())


def test_a_trace_agrees_with_the_mathematics(ravine):
    """SGD on Beale's function, by hand and in Python's own numbers."""
    rate = 0.01
    run = traced(ravine, "beale", "-O", f"sgd:learning_rate={rate}", "--steps", 12)["runs"][0]
    x, y = 1.0, 1.6
    for point, loss, norm in zip(run["points"], run["losses"], run["gradient_norms"], strict=True):
        residuals = [c - x + x * y**k for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))]
        gx = sum(2 * r * (y**k - 1) for k, r in enumerate(residuals, 1))
        gy = sum(2 * r * k * x * y ** (k - 1) for k, r in enumerate(residuals, 1))
        assert point == pytest.approx([x, y], rel=1e-12)
        assert loss == pytest.approx(sum(r * r for r in residuals), rel=1e-12)
        assert norm == pytest.approx(math.hypot(gx, gy), rel=1e-12)
        x, y = x - rate * gx, y - rate * gy


def test_a_run_that_leaves_the_reals_stays_strict_json(ravine):
    (run,) = traced(ravine, "beale", "-O", "sgd:learning_rate=100", "--steps", 12)["runs"]
    at = run["diverged_at"]
    assert 1 <= at <= 12
    lost = [None in (*point, loss) for point, loss in zip(run["points"], run["losses"], strict=True)]
    assert lost.index(True) == at


def test_the_printed_rates_reproduce_the_points(ravine):
    first = ravine.works("trace", "rosenbrock", "-O", "sgd", "-O", "adam", "-O", "nesterov@N", "--steps", 12)
    again = shlex.split(first.stderr.partition("the same again:")[2])
    second = ravine.works("trace", "rosenbrock", *again, "--steps", 12)
    assert second.stdout == first.stdout
    assert second.stderr == ""


def test_repeated_labels_are_told_apart(ravine):
    runs = traced(ravine, "beale", "-O", "sgd", "-O", "sgd:learning_rate=0.001", "--steps", 12)["runs"]
    assert len({run["label"] for run in runs}) == 2


def test_a_json_file_is_what_standard_output_gets(ravine, in_folder):
    command = ["trace", "beale", "-O", "sgd", "--steps", 12]
    shown = ravine.works(*command).stdout
    result = ravine.works(*command, "-o", "trace.json")
    assert result.stdout == ""
    assert (in_folder / "trace.json").read_text() == shown


def test_csv(ravine, in_folder):
    options = ["beale", "-O", "sgd:learning_rate=0.01", "-O", "nesterov@N", "--steps", 12]
    wanted = traced(ravine, *options)
    ravine.works("trace", *options, "-q", "-o", "trace.csv")
    with (in_folder / "trace.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for run in wanted["runs"]:
        mine = [row for row in rows if row["run"] == run["label"] and not row["ball"]]
        assert [int(row["step"]) for row in mine] == list(range(13))
        assert [[float(row["x"]), float(row["y"])] for row in mine] == run["points"]
        assert [float(row["loss"]) for row in mine] == run["losses"]
        assert [float(row["gradient_norm"]) for row in mine] == run["gradient_norms"]
        for name, ball in run["balls"].items():
            beside = [row for row in rows if row["run"] == run["label"] and row["ball"] == name]
            assert [[float(row["x"]), float(row["y"])] for row in beside] == ball


def test_npz(ravine, in_folder):
    options = ["beale", "-O", "sgd:learning_rate=0.01", "-O", "adam@mine", "--steps", 12]
    wanted = traced(ravine, *options)
    ravine.works("trace", *options, "-q", "-o", "trace.npz")
    with np.load(in_folder / "trace.npz", allow_pickle=False) as found:
        assert found["labels"].tolist() == ["SGD", "mine"]
        assert found["points"].tolist() == [run["points"] for run in wanted["runs"]]
        assert found["losses"].tolist() == [run["losses"] for run in wanted["runs"]]
        assert found["start"].tolist() == wanted["start"]
        assert found["diverged_at"].tolist() == [-1, -1]


@pytest.mark.parametrize("name", ["trace.json", "trace.csv", "trace.npz"])
def test_the_same_command_gives_the_same_bytes(ravine, in_folder, name):
    command = ["trace", "beale", "-O", "sgd", "-O", "adam", "--steps", 12, "-q", "-o"]
    ravine.works(*command, f"one-{name}")
    ravine.works(*command, f"two-{name}")
    assert (in_folder / f"one-{name}").read_bytes() == (in_folder / f"two-{name}").read_bytes()
