"""Records as files, read back by readers of the standard library and of NumPy."""

import csv
import io
import json

import numpy as np
import pytest

from ravine.core.tables import as_csv, as_json, as_npz, flat, plain

RECORD = {
    "loss": np.array([1.5, np.nan, np.inf]),
    "paths": [{"step": np.arange(2)}, {"step": np.arange(3)}],
    "label": "α",
    "none": None,
    "flag": np.bool_(True),
}


def test_json_has_null_for_what_is_not_finite():
    read = json.loads(as_json(RECORD))
    assert read["loss"] == [1.5, None, None]
    assert read["paths"] == [{"step": [0, 1]}, {"step": [0, 1, 2]}]
    assert read["flag"] is True
    assert as_json(RECORD, ascii_only=True).isascii()


def test_a_value_unknown_to_json_is_named():
    assert plain({"rule": len, "inner": (len, 2)}, lambda it: it.__name__) == {
        "rule": "len",
        "inner": ["len", 2],
    }


def test_csv_has_every_digit():
    third = 1 / 3
    rows = [("label", "x", "y"), ("a,b", np.float64(third), None), ("c", third, np.int64(3))]
    read = list(csv.reader(io.StringIO(as_csv(rows).decode())))
    assert read == [["label", "x", "y"], ["a,b", repr(third), ""], ["c", repr(third), "3"]]


def test_npz_has_flat_names():
    with np.load(io.BytesIO(as_npz(**dict(flat(RECORD))))) as read:
        assert set(read) == {"loss", "paths_0_step", "paths_1_step", "label", "flag"}
        np.testing.assert_array_equal(read["paths_1_step"], [0, 1, 2])


def test_npz_pickles_nothing():
    with pytest.raises(ValueError, match="pickle"):
        as_npz(thing=np.array([object()]))
