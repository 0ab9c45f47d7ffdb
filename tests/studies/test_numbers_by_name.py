"""The numbers of a result are its attributes, each with a type, and nothing else is."""

from typing import Any, get_type_hints

import numpy as np
import pytest

import ravine

NETWORK = "deep_linear:widths=[2]"
CHOSEN = {"data": "moons", "steps": 6, "keep_every": 1, "batch_size": 20}
SMALL = {
    ravine.line: {"alphas": (0.0, 1.0, 5), "zoom": False},
    ravine.plane: {"resolution": 3},
    ravine.walk: {"sharpness_every": 7},
    ravine.spectrum: {"top": 1, "bottom": 1},
    ravine.train: {},
    ravine.connect: {"places": 3},
}


@pytest.fixture(scope="module", params=SMALL, ids=lambda study: study.__name__)
def result(request):
    rule = ["sgd:learning_rate=0.1"]
    return request.param(NETWORK, optimizers=rule, **CHOSEN, **SMALL[request.param])


def test_whatever_is_recorded_has_an_attribute(result):
    for name, value in result.record().items():
        found = getattr(result, name)
        if name == "batch_norm":
            assert (found or None) == value
        elif isinstance(value, np.ndarray | float | int | str | None):
            np.testing.assert_array_equal(found, value)


def test_a_look_for_what_there_is_not_computes_nothing(result, compilations):
    with compilations() as compiled:
        assert not hasattr(result, "nothing")
        assert not hasattr(result, "_nothing")
        with pytest.raises(AttributeError, match=r"has no 'x0'\. It has .*seed"):
            _ = result.x0
    assert compiled == []


def test_every_attribute_has_a_type(result):
    names = [name for name in result.record() if isinstance(getattr(type(result), name, None), property)]
    assert "seed" in names
    for name in names:
        assert get_type_hints(getattr(type(result), name).fget)["return"] is not Any


def test_a_result_survives_a_copy(result):
    import copy

    assert copy.copy(result).seed == result.seed
