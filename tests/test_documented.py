"""Every parameter of a rule, a schedule and a network is documented once, in its record."""

import re
from dataclasses import replace
from typing import get_args, get_type_hints

import pytest

from ravine import optimizers
from ravine.landscapes import networks
from ravine.optimizers import Optimizer, Setting, schedules

PARAMETERS = {
    "optimizer": (optimizers, "hyperparameters", lambda record: list(record.defaults)),
    "schedule": (schedules, "arguments", lambda record: [given.name for given in record.parameters]),
    "network": (networks, "options", lambda record: list(record.defaults)),
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_every_parameter_has_a_line_in_its_record(kind):
    room, field, parameters = PARAMETERS[kind]
    for name in room.names():
        record = room.load(name)
        lines = getattr(record, field)
        assert list(lines) == parameters(record), name
        for line in lines.values():
            assert line.isprintable(), (name, line)
            assert len(line.strip()) == len(line) > 10, (name, line)
            assert line[0].islower() or line[0].isdigit() or line.startswith("Nesterov"), (name, line)
            assert not line.endswith("."), (name, line)
        assert room.catalogue.facts(name).get(field, {}) == lines, name
        assert "Args:" not in (getattr(record, "rule", None) or record.build).__doc__, name


@pytest.mark.parametrize("name", optimizers.names())
def test_words_that_are_allowed_are_told(name):
    """A parameter that is one of a few words has each of them in its line."""
    record = optimizers.load(name)
    hints = get_type_hints(record.rule)
    for key, line in record.hyperparameters.items():
        for word in get_args(hints[key]):
            if isinstance(word, str):
                assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line), (key, word)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_parameters_that_do_not_exist_cannot_be_documented(kind):
    room, field, _ = PARAMETERS[kind]
    record = room.load({"optimizer": "adam", "schedule": "cosine", "network": "conv"}[kind])
    lines = getattr(record, field)
    key, *others = lines
    unknown = f"{record.name} documents 'zeta', but has no such parameter; it has {key}"
    with pytest.raises(ValueError, match=unknown):
        replace(record, **{field: {**lines, "zeta": "a number"}})
    with pytest.raises(ValueError, match=f"{record.name} does not document its parameter '{key}'"):
        replace(record, **{field: {other: lines[other] for other in others}})


def test_a_rule_of_ones_own_needs_no_lines():
    assert Optimizer.of(optimizers.load("adam").rule).hyperparameters == {}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"unconnected": ("worker",)}, "sgd has no marker 'worker'; its markers are none."),
        ({"marker_kinds": {"slow": "point"}}, "sgd has no marker 'slow'"),
        ({"markers": {"slow": "slow"}, "marker_kinds": {"slow": "ring"}}, "one of worker, read, look-ahead"),
        ({"step_form": "heavy ball"}, "name its hyper-parameter, or the series that holds it, momentum"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(facts, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(optimizers.load("sgd"), **facts)


def test_kinds_of_markers_come_from_the_rule_inside_too():
    inside = Setting(
        optimizer=optimizers.load("lookahead"), hyperparameters={"inner": optimizers.load("nesterov")}
    )
    assert inside.marker_kinds == {"look-ahead": "look-ahead", "slow": "point"}
