"""The numbers of a film as JSON, CSV and NPZ, which tell the same to the last bit."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import optax
import pytest

import ravine
from ravine.gallery._trace import check_trace_path, trace_bytes, trace_record
from ravine.optimizers import Setting, load

RUNS = (
    "sgd:learning_rate=0.9",
    "nesterov@my own",
    "adam",
    "adam:b1=0.5,bias_correction=false",
)


def refuse(token):
    raise AssertionError(f"{token} is not JSON")


def read_json(content):
    return json.loads(content, parse_constant=refuse)


@pytest.fixture(scope="module")
def film():
    """Four runs on Beale's function; the first is thrown off the reals."""
    return ravine.film("beale", RUNS, steps=30, start=(1.0, 1.6), seed=3)


@pytest.fixture(scope="module")
def record(film):
    return read_json(trace_bytes(film, ".json"))


@pytest.fixture(scope="module")
def table(film):
    return list(csv.DictReader(io.StringIO(trace_bytes(film, ".csv").decode())))


@pytest.fixture(scope="module")
def arrays(film):
    with np.load(io.BytesIO(trace_bytes(film, ".npz")), allow_pickle=False) as loaded:
        return dict(loaded)


def numbers(values):
    """Lists with None for what is not finite, as arrays with NaN."""
    return np.array(values, dtype=float)


def finite(values):
    return np.where(np.isfinite(values), values, np.nan)


def test_the_record_is_the_file(film, record):
    assert record == trace_record(film)
    assert trace_bytes(film, ".json").endswith(b"}\n")
    assert list(record) == ["landscape", "start", "steps", "seed", "runs"]
    assert (record["landscape"], record["start"], record["steps"], record["seed"]) == (
        "beale",
        [1.0, 1.6],
        30,
        3,
    )


def test_json_holds_the_descents_in_full_precision(film, record):
    assert len(record["runs"]) == len(film.descents)
    for run, descent in zip(record["runs"], film.descents, strict=True):
        assert run["label"] == descent.label
        assert run["optimizer"] == descent.setting.optimizer.name
        for key in ("points", "losses", "gradient_norms"):
            np.testing.assert_array_equal(numbers(run[key]), finite(getattr(descent, key)))
        assert run["balls"].keys() == descent.balls.keys()
        for name, ball in descent.balls.items():
            np.testing.assert_array_equal(numbers(run["balls"][name]), finite(ball))


def test_json_tells_every_hyperparameter(record):
    sgd, nesterov, adam, raw = (run["hyperparameters"] for run in record["runs"])
    assert sgd == {"learning_rate": 0.9}
    assert nesterov["momentum"] == 0.9
    assert adam == {
        "learning_rate": adam["learning_rate"],
        "b1": 0.9,
        "b2": 0.999,
        "eps": 1e-8,
        "bias_correction": True,
        "l2": 0.0,
    }
    assert (raw["b1"], raw["bias_correction"]) == (0.5, False)
    assert all(isinstance(run["learning_rate"], float) for run in (sgd, nesterov, adam, raw))


def test_what_is_not_finite_is_null(film, record):
    lost, *kept = record["runs"]
    first = lost["diverged_at"]
    assert 0 < first < 30
    assert first == int(film.descents[0].diverged_at)
    assert lost["losses"][first] is None
    assert None not in lost["losses"][:first]
    assert lost["points"][-1] == [None, None]
    assert lost["gradient_norms"][-1] is None
    assert [run["diverged_at"] for run in kept] == [None] * 3


def rows_of(table, label, ball=""):
    return [row for row in table if row["run"] == label and row["ball"] == ball]


def test_csv_tells_the_same(film, table):
    assert list(table[0]) == ["run", "optimizer", "ball", "step", "x", "y", "loss", "gradient_norm"]
    assert len(table) == 31 * (len(film.descents) + 1)
    for descent in film.descents:
        rows = rows_of(table, descent.label)
        assert {row["optimizer"] for row in rows} == {descent.setting.optimizer.name}
        assert [int(row["step"]) for row in rows] == list(range(31))
        np.testing.assert_array_equal([[float(r["x"]), float(r["y"])] for r in rows], descent.points)
        np.testing.assert_array_equal([float(r["loss"]) for r in rows], descent.losses)
        np.testing.assert_array_equal([float(r["gradient_norm"]) for r in rows], descent.gradient_norms)
        for name, ball in descent.balls.items():
            beside = rows_of(table, descent.label, name)
            np.testing.assert_array_equal([[float(r["x"]), float(r["y"])] for r in beside], ball)
            assert {(r["loss"], r["gradient_norm"]) for r in beside} == {("", "")}


def test_npz_tells_the_same(film, arrays):
    assert arrays["labels"].tolist() == [run.label for run in film.descents]
    assert arrays["optimizers"].tolist() == [run.setting.optimizer.name for run in film.descents]
    assert arrays["learning_rates"].tolist() == [
        run.setting.complete["learning_rate"] for run in film.descents
    ]
    for key in ("points", "losses", "gradient_norms", "diverged_at"):
        np.testing.assert_array_equal(arrays[key], [getattr(run, key) for run in film.descents])
    assert arrays["points"].dtype == np.float64
    np.testing.assert_array_equal(arrays["ball_1_look-ahead"], film.descents[1].balls["look-ahead"])
    assert (str(arrays["landscape"]), arrays["start"].tolist()) == ("beale", [1.0, 1.6])


def test_the_numbers_are_beales(record):
    def beale(x, y):
        return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2

    for run in record["runs"][1:]:
        points = np.array(run["points"])
        np.testing.assert_allclose(run["losses"], beale(*points.T), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("ending", [".json", ".csv", ".npz"])
def test_the_same_film_gives_the_same_bytes(film, ending):
    again = ravine.film("beale", RUNS, steps=30, start=(1.0, 1.6), seed=3)
    assert trace_bytes(again, ending) == trace_bytes(film, ending)


def test_a_run_without_a_rate_and_one_from_numpy():
    setting = Setting(optimizer=load("adam"), hyperparameters={"learning_rate": np.float32(0.125)})
    film = ravine.film("beale", [optax.sgd(0.001), setting], steps=2)
    plain, single = read_json(trace_bytes(film, ".json"))["runs"]
    assert plain["hyperparameters"] == {}
    assert single["hyperparameters"]["learning_rate"] == 0.125
    with np.load(io.BytesIO(trace_bytes(film, ".npz")), allow_pickle=False) as arrays:
        assert math.isnan(arrays["learning_rates"][0])
        assert arrays["learning_rates"][1] == 0.125


@pytest.mark.parametrize("path", ["runs.txt", "runs", "runs.json.gz"])
def test_other_endings_are_refused(film, path):
    with pytest.raises(ValueError, match=r"\.json, \.csv, \.npz; got") as raised:
        check_trace_path(Path(path))
    assert repr(path) in str(raised.value)
    with pytest.raises(ValueError, match=r"\.json, \.csv, \.npz"):
        trace_bytes(film, Path(path).suffix)


@pytest.mark.parametrize("path", ["runs.json", "runs.CSV", "folder/runs.npz"])
def test_known_endings(path):
    check_trace_path(Path(path))
