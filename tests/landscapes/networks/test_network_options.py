"""Options of networks: what is taken, and how a mistake is named."""

import inspect
import math

import pytest

from ravine.landscapes import networks
from ravine.landscapes.networks._network import NetworkError

COUNT = "a whole number of at least 1"
COUNTS = "a list of whole numbers of at least 1"
WORDS = "one of relu, sigmoid, tanh, maxout"


@pytest.mark.parametrize("name", networks.names())
def test_options_are_the_builder_s_own(name):
    network = networks.load(name)
    first = ["key", "shape", "classes"]
    assert [*inspect.signature(network.build).parameters] == [*first, *network.defaults]
    assert network.check(network.defaults) == network.defaults
    with pytest.raises(NetworkError) as caught:
        network.check({"xyz": 3})
    assert str(caught.value) == f"{name} has no option 'xyz'. It has {', '.join(network.defaults) or 'none'}."


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("mlp", {"widths": [64, 32]}, {"widths": (64, 32)}),
        ("mlp", {"widths": 10}, {"widths": (10,)}),
        ("mlp", {"activation": "maxout", "batch_norm": True}, {"activation": "maxout", "batch_norm": True}),
        ("deep_linear", {"scale": 2}, {"scale": 2.0}),
        ("conv", {"blocks": 1}, {"blocks": 1}),
        ("lstm", {}, {}),
    ],
)
def test_options_that_a_network_takes(name, given, taken):
    found = networks.load(name).check(given)
    assert found == taken
    assert [type(value) for value in found.values()] == [type(value) for value in taken.values()]


@pytest.mark.parametrize(
    ("name", "option", "value", "rule"),
    [
        ("mlp", "activation", "gelu", WORDS),
        ("mlp", "activation", 3, WORDS),
        ("mlp", "activation", ["relu"], WORDS),
        ("mlp", "widths", (), COUNTS),
        ("mlp", "widths", (64, 0), COUNTS),
        ("mlp", "widths", "64", COUNTS),
        ("mlp", "widths", (6.0,), COUNTS),
        ("mlp", "widths", True, COUNTS),
        ("mlp", "widths", None, COUNTS),
        ("mlp", "batch_norm", 1, "true or false"),
        ("mlp", "batch_norm", "true", "true or false"),
        ("conv", "blocks", 0, COUNT),
        ("conv", "blocks", True, COUNT),
        ("conv", "channels", 2.5, COUNT),
        ("lstm", "hidden", None, COUNT),
        ("deep_linear", "scale", 0, "a positive number"),
        ("deep_linear", "scale", math.nan, "a positive number"),
        ("deep_linear", "scale", math.inf, "a positive number"),
        ("deep_linear", "scale", "1", "a positive number"),
        ("deep_linear", "scale", True, "a positive number"),
    ],
)
def test_values_of_the_wrong_kind_are_named(name, option, value, rule):
    with pytest.raises(NetworkError) as caught:
        networks.load(name).check({option: value})
    assert str(caught.value) == f"{option} of {name} must be {rule}; got {value!r}."


def test_the_nearest_option_is_told():
    with pytest.raises(NetworkError, match="Did you mean 'widths'"):
        networks.load("mlp").check({"width": 3})


@pytest.mark.parametrize(
    ("name", "options", "found"),
    [
        ("mlp", {}, False),
        ("mlp", {"batch_norm": True}, True),
        ("conv", {"batch_norm": True, "skip": True}, True),
        ("lstm", {}, False),
    ],
)
def test_batch_norm_is_known_from_the_options(name, options, found):
    assert networks.load(name).has_batch_norm(**options) is found
