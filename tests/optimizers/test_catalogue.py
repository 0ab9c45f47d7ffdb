"""The catalogue of optimizers: names, facts, defaults, and what it answers to a wrong name."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from matplotlib.mathtext import MathTextParser

from ravine import optimizers
from ravine.core.catalogue import UnknownNameError
from ravine.optimizers import HyperparameterError, Optimizer, Setting, rules

NAMES = optimizers.names()

DEFAULTS = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"learning_rate": 0.01, "eps": 1e-8, "initial_accumulator_value": 0.0},
    "adadelta": {"learning_rate": 1.0, "rho": 0.9, "eps": 1e-6},
    "rmsprop": {"learning_rate": 0.001, "decay": 0.9, "eps": 1e-8, "momentum": 0.0, "nesterov": False},
    "adam": {
        "learning_rate": 0.001,
        "b1": 0.9,
        "b2": 0.999,
        "eps": 1e-8,
        "bias_correction": True,
        "l2": 0.0,
    },
    "adamax": {"learning_rate": 0.002, "b1": 0.9, "b2": 0.999},
    "nadam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "variant": "paper", "momentum_decay": 0.004},
    "amsgrad": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "variant": "paper"},
    "adamw": {"learning_rate": 0.001, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "qhm": {"beta": 0.999, "nu": 0.7},
    "qhadam": {"b1": 0.995, "b2": 0.999, "nu1": 0.7, "nu2": 1.0, "eps": 1e-8},
    "aggmo": {"betas": (0.0, 0.9, 0.99)},
    "demon": {"momentum": 0.9},
    "demon_adam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "form": "accumulate"},
    "radam": {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "threshold": 4.0},
    "lars": {"momentum": 0.9, "weight_decay": 0.0, "trust_coefficient": 0.001, "denominator": "paper"},
    "lamb": {"b1": 0.9, "b2": 0.999, "eps": 1e-6, "weight_decay": 0.0},
    "lazy_adam": {"learning_rate": 0.001, "b1": 0.9, "b2": 0.999, "eps": 1e-8},
    "yellowfin": {
        "learning_rate": 1e-4,
        "momentum": 0.0,
        "beta": 0.999,
        "window": 20,
        "slow_start": True,
    },
}
"""What the papers give, where they give it."""


def test_names_of_optimizers_are_file_names():
    folder = Path(rules.__file__).parent
    assert sorted(path.stem for path in folder.glob("[!_]*.py")) == list(NAMES)
    assert set(NAMES) >= set(DEFAULTS)


@pytest.mark.parametrize("name", NAMES)
def test_record_of_an_optimizer_is_complete(name):
    record = optimizers.load(name)
    assert isinstance(record, Optimizer)
    assert record.name == name
    assert record is optimizers.load(name)
    assert not (record.has_rate and record.inner)
    for fact in ("title", "equation", "family", "paper", "address", "about"):
        assert getattr(record, fact).strip()
    assert record.about.endswith(".")
    assert 1847 <= record.year <= 2026
    assert urlsplit(record.address).scheme == "https"


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_the_records_literal_fields(name):
    record, facts = optimizers.load(name), optimizers.catalogue.facts(name)
    own = {field.name for field in fields(Optimizer)} - {"rule", "name"}
    assert {"title", "equation", "family", "paper", "year", "address", "about"} <= set(facts) <= own
    for key, value in facts.items():
        assert getattr(record, key) == value
    defaults = {field.name: field.default for field in fields(Optimizer)}
    assert {key for key in own if getattr(record, key) not in (defaults[key], {})} == set(facts)


@pytest.mark.parametrize("name", NAMES)
def test_equation_of_an_optimizer_can_be_drawn(name):
    parser = MathTextParser("path")
    for line in optimizers.load(name).equation.split(r"\\"):
        assert parser.parse(f"${line.strip()}$").width > 0


def test_defaults_are_the_published_ones():
    for name, published in DEFAULTS.items():
        defaults = optimizers.load(name).defaults
        assert defaults.items() >= published.items(), name
        assert all(type(defaults[key]) is type(value) for key, value in published.items()), name


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("adm", "adam"),
        ("Adam", "adam"),
        ("rms_prop", "rmsprop"),
        ("RMSprop", "rmsprop"),
        ("ada-delta", "adadelta"),
    ],
)
@pytest.mark.parametrize("read", [optimizers.load, optimizers.catalogue.facts, optimizers.read_setting])
def test_unknown_names_of_optimizers_get_a_hint(wrong, meant, read):
    with pytest.raises(UnknownNameError) as raised:
        read(wrong)
    message = str(raised.value)
    assert message.startswith(f"{wrong!r} is not an optimizer.")
    assert f"Did you mean {meant!r}?" in message
    assert message.endswith(f"'ravine list optimizers' shows all {len(NAMES)}.")


def test_a_name_like_no_other_has_no_hint():
    with pytest.raises(UnknownNameError) as raised:
        optimizers.load("zzzz")
    assert (
        str(raised.value) == f"'zzzz' is not an optimizer. 'ravine list optimizers' shows all {len(NAMES)}."
    )


@pytest.mark.parametrize("name", NAMES)
def test_unknown_hyperparameters_get_a_hint(name):
    record = optimizers.load(name)
    known = next(iter(record.defaults), "inner")
    with pytest.raises(HyperparameterError) as raised:
        Setting(optimizer=record, hyperparameters={known[:-1]: 0.1})
    message = str(raised.value)
    assert f"{name} has no hyper-parameter {known[:-1]!r}" in message
    assert f"Did you mean {known!r}?" in message or not record.defaults
    assert message.endswith(f"It has {', '.join(record.defaults) or 'none'}.")


def test_a_rate_for_a_wrapper_goes_to_the_rule_inside():
    with pytest.raises(HyperparameterError, match=r"lookahead:inner=\(adam:learning_rate=\.\.\.\)"):
        Setting(optimizer=optimizers.load("lookahead"), hyperparameters={"learning_rate": 0.1})


@pytest.mark.parametrize(
    ("name", "key", "value", "wanted"),
    [
        ("adam", "learning_rate", "fast", "a number"),
        ("adam", "b1", True, "a number"),
        ("adam", "eps", None, "a number"),
        ("adam", "bias_correction", 1, "true or false"),
        ("rmsprop", "nesterov", "yes", "true or false"),
        ("adadelta", "accumulate", 3.0, "a word"),
    ],
)
def test_values_of_another_kind_are_refused(name, key, value, wanted):
    with pytest.raises(HyperparameterError) as raised:
        Setting(optimizer=optimizers.load(name), hyperparameters={key: value})
    assert str(raised.value) == f"{key} of {name} must be {wanted}; got {value!r}."


def test_whole_numbers_stand_for_real_ones():
    setting = Setting(optimizer=optimizers.load("adam"), hyperparameters={"learning_rate": 1, "b1": 0})
    assert [type(value) for value in setting.hyperparameters.values()] == [float, float]


def test_an_unknown_word_names_those_there_are():
    with pytest.raises(ValueError, match="accumulate of adadelta must be step or scaled; got 'both'"):
        optimizers.load("adadelta").rule(accumulate="both")


@pytest.mark.parametrize(
    ("text", "column"),
    [("adam:b1=0.5,ep=1", 13), ("momentum:momentum=true", 10), ("sgd@a rate:rate=1", 12)],
)
def test_the_column_of_a_wrong_hyperparameter(text, column):
    with pytest.raises(HyperparameterError) as raised:
        optimizers.read_setting(text)
    assert str(raised.value).startswith(f"Optimizer {text!r}: ")
    assert f"(column {column})" in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "adam",
        "adam:learning_rate=0.1,b1=0.5",
        "adam@fast:learning_rate=0.1",
        "rmsprop:nesterov=true,momentum=0.9",
        "adadelta@Radford's:accumulate=scaled",
        "sgd:learning_rate=1e-300",
    ],
)
def test_text_and_setting_are_one(text):
    setting = optimizers.read_setting(text)
    assert optimizers.write_setting(setting) == text
    assert optimizers.read_setting(optimizers.write_setting(setting)) == setting


def test_listing_loads_no_jax():
    program = (
        "import sys\n"
        "from ravine import optimizers\n"
        "assert 'adam' in optimizers.names()\n"
        "facts = [optimizers.catalogue.facts(name) for name in optimizers.names()]\n"
        "assert all(fact['title'] for fact in facts)\n"
        "assert not {'jax', 'optax', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
