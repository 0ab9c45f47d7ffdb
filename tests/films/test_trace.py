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
from ravine.films._trace import check_trace_path, trace_bytes, trace_record
from ravine.optimizers import Setting, load

RUNS = (
    "sgd:learning_rate=0.9",
    "nesterov@my own",
    "adam",
    "adam:b1=0.5,bias_correction=false",
)

COUNTS = ("loss_evaluations", "gradient_evaluations", "hessian_evaluations")


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
    assert list(record) == ["landscape", "start", "steps", "seed", "sampling", "runs"]
    assert record["sampling"] is None
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
        assert run["balls"].keys() == descent.markers.keys()
        for name, ball in descent.markers.items():
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


def test_numbers_that_are_not_finite_are_null(film, record):
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
    columns = ["run", "optimizer", "ball", "step", "x", "y", "loss", "gradient_norm", *COUNTS]
    assert list(table[0]) == columns
    assert len(table) == 31 * (len(film.descents) + 1)
    for descent in film.descents:
        rows = rows_of(table, descent.label)
        assert {row["optimizer"] for row in rows} == {descent.setting.optimizer.name}
        assert [int(row["step"]) for row in rows] == list(range(31))
        np.testing.assert_array_equal([[float(r["x"]), float(r["y"])] for r in rows], descent.points)
        np.testing.assert_array_equal([float(r["loss"]) for r in rows], descent.losses)
        np.testing.assert_array_equal([float(r["gradient_norm"]) for r in rows], descent.gradient_norms)
        for name, ball in descent.markers.items():
            beside = rows_of(table, descent.label, name)
            np.testing.assert_array_equal([[float(r["x"]), float(r["y"])] for r in beside], ball)
            assert {row[name] for row in beside for name in columns[6:]} == {""}


def test_npz_tells_the_same(film, arrays):
    assert arrays["labels"].tolist() == [run.label for run in film.descents]
    assert arrays["optimizers"].tolist() == [run.setting.optimizer.name for run in film.descents]
    assert arrays["learning_rates"].tolist() == [
        run.setting.complete["learning_rate"] for run in film.descents
    ]
    for key in ("points", "losses", "gradient_norms", "diverged_at"):
        np.testing.assert_array_equal(arrays[key], [getattr(run, key) for run in film.descents])
    assert arrays["points"].dtype == np.float64
    np.testing.assert_array_equal(arrays["ball_1_look-ahead"], film.descents[1].markers["look-ahead"])
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


SEVERAL = (
    "sgd@scheduled:learning_rate=exponential(0.05,0.5)",
    "yellowfin",
    "easgd@workers:learning_rate=0.1,mode=sync,workers=3,alpha=0.1,worker_starts=[[0,0],[1,1],[-2,1]]",
    "lookahead@wrapped:inner=(adam:learning_rate=0.2,b1=0.5),sync_period=2",
    "sgd@stopped:learning_rate=0.3",
)


@pytest.fixture(scope="module")
def several():
    """Runs with series, with counts of their own, and with a rule inside, on minibatches."""
    return ravine.film(
        "small_sample_regression",
        SEVERAL,
        steps=60,
        batch_size="full",
        early_stopping=20,
        control=False,
    )


@pytest.fixture(scope="module")
def told(several):
    return {run["label"]: run for run in read_json(trace_bytes(several, ".json"))["runs"]}


def test_a_trace_tells_the_series_of_its_steps(told):
    rates = told["scheduled"]["series"]["learning_rate"]
    np.testing.assert_allclose(rates, 0.05 * 0.5 ** np.arange(60), rtol=1e-12)
    assert told["scheduled"]["hyperparameters"]["learning_rate"] == "exponential(0.05,0.5)"
    assert set(told["YellowFin"]["series"]) == {"batch_loss", "learning_rate", "momentum"}
    assert [len(run["series"]) for run in told.values()] == [2, 3, 2, 1, 1]


def test_a_trace_tells_what_its_landscape_measures(told):
    """The step saw all examples, so that its loss is the loss; the held-out rows are others."""
    for run in told.values():
        assert set(run["measures"]) == {"held_out_loss"}
        assert len(run["measures"]["held_out_loss"]) == len(run["losses"])
        seen = [value for value in run["series"]["batch_loss"] if value is not None]
        if "worker 1" not in run["balls"]:
            np.testing.assert_allclose(seen, run["losses"][: len(seen)], rtol=1e-12)


def test_a_trace_tells_its_evaluations(told):
    one_a_step = [[0.0, float(step), 0.0] for step in range(61)]
    assert told["scheduled"]["evaluations"] == told["wrapped"]["evaluations"] == one_a_step
    assert told["workers"]["evaluations"] == [[0.0, 3.0 * step, 0.0] for step in range(61)]


def test_rules_inside_and_lists(told):
    hyperparameters = told["wrapped"]["hyperparameters"]
    assert hyperparameters["inner"]["optimizer"] == "adam"
    assert hyperparameters["inner"]["hyperparameters"] == {
        "learning_rate": 0.2,
        "b1": 0.5,
        "b2": 0.999,
        "eps": 1e-8,
        "bias_correction": True,
        "l2": 0.0,
    }
    assert hyperparameters["sync_period"] == 2
    assert told["workers"]["hyperparameters"]["worker_starts"] == [[0, 0], [1, 1], [-2, 1]]


def test_a_run_that_was_stopped(several, told):
    stop = several.computation.stops[4]
    assert 0 < stop < 60
    assert told["stopped"]["stopped_at"] == stop
    assert told["stopped"]["points"][stop:] == [told["stopped"]["points"][stop]] * (61 - stop)
    assert told["stopped"]["evaluations"][-1] == [0.0, float(stop), 0.0]
    assert told["scheduled"]["stopped_at"] is None


def test_the_sampling_is_told(several):
    assert trace_record(several)["sampling"] == "gradients on all 10 examples"


def test_the_files_tell_the_same(several, told):
    table = list(csv.DictReader(io.StringIO(trace_bytes(several, ".csv").decode())))
    assert list(table[0])[8:11] == list(COUNTS)
    names = ["batch_loss", "delay", "held_out_loss", "learning_rate", "momentum"]
    assert list(table[0])[11:] == names
    with np.load(io.BytesIO(trace_bytes(several, ".npz")), allow_pickle=False) as loaded:
        arrays = dict(loaded)
    for place, (label, run) in enumerate(told.items()):
        rows = rows_of(table, label)
        np.testing.assert_array_equal(
            [[float(row[name]) for name in COUNTS] for row in rows], run["evaluations"]
        )
        np.testing.assert_array_equal(arrays["evaluations"][place], run["evaluations"])
        for name in ("delay", "learning_rate", "momentum"):
            column = [row[name] for row in rows]
            if name not in run["series"]:
                assert set(column) == {""}
                continue
            assert column[-1] == ""
            np.testing.assert_array_equal(
                [float(value) for value in column[:-1]], numbers(run["series"][name])
            )
            np.testing.assert_array_equal(arrays[f"series_{place}_{name}"], numbers(run["series"][name]))
        measured = numbers(run["measures"]["held_out_loss"])
        np.testing.assert_array_equal([float(row["held_out_loss"]) for row in rows], measured)
        np.testing.assert_array_equal(arrays[f"measure_{place}_held_out_loss"], measured)
        assert arrays["stopped_at"][place] == (-1 if run["stopped_at"] is None else run["stopped_at"])
    assert str(arrays["sampling"]) == "gradients on all 10 examples"
    np.testing.assert_array_equal(arrays["learning_rates"], [np.nan, 1e-4, 0.1, 0.2, 0.3])


def test_a_schedule_of_one_s_own_has_a_name_and_no_address():
    def halving(count):
        return 0.01 * 0.5**count

    setting = Setting(optimizer=load("sgd"), hyperparameters={"learning_rate": halving})
    film = ravine.film("beale", [setting], steps=3)
    (run,) = read_json(trace_bytes(film, ".json"))["runs"]
    assert run["hyperparameters"] == {"learning_rate": "halving"}
    np.testing.assert_allclose(run["series"]["learning_rate"], [0.01, 0.005, 0.0025], rtol=1e-12)
