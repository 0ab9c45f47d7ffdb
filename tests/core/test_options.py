"""A field of a recipe, written once: what is read, what is refused, and what a subclass inherits."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pytest

from ravine.core.options import Option, option
from ravine.core.recipe import SIZE, STEPS, BaseRecipe, RecipeError


@dataclass(frozen=True, kw_only=True)
class Small(BaseRecipe):
    """What a test has to choose."""

    steps: int = option(5, STEPS)
    pair: tuple[float, float] | None = option(None, Option("Two numbers."))
    words: tuple[str, ...] = option(("a",), Option("Words."))
    sizes: tuple[int | Literal["full"], ...] = option((1,), Option("Sizes.", kind="a size", least=1))
    anything: Any = option(None, Option("An object."))
    size: tuple[int, int] = option((1280, 720), SIZE)
    seed: int = option(0, Option("A seed."))


@dataclass(frozen=True, kw_only=True)
class Other(Small):
    """What another test has to choose."""

    steps: int = 7


def test_values_become_those_of_a_recipe():
    made = Small.of(
        {"steps": np.int64(3), "pair": np.array([1.0, 2.0]), "words": "b", "sizes": 4, "size": "64x80"}
    )
    assert (made.steps, made.pair, made.words, made.sizes, made.size) == (
        3,
        (1.0, 2.0),
        ("b",),
        (4,),
        (64, 80),
    )
    assert type(made.steps) is int


def test_any_object_is_taken_as_it_is():
    array = np.zeros(3)
    assert Small.of({"anything": array}).anything is array


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"steps": 0}, "steps must be at least 1; got 0."),
        ({"steps": 100_001}, "steps must be at most 100000; got 100001."),
        ({"steps": True}, "steps must be a whole number; got True."),
        ({"steps": 10**400}, f"steps must be at most 100000; got {10**400}."),
        ({"pair": (1.0, float("nan"))}, "pair must be 2 finite numbers; got (1.0, nan)."),
        ({"pair": (1.0, 10**400)}, f"pair must be 2 finite numbers; got (1.0, {10**400})."),
        ({"sizes": (1, 0)}, "sizes must be a size; got 0."),
        ({"words": (1,)}, "words must be a list, each a text; got (1,)."),
        ({"size": (10, 80)}, "size must have sides of 64 to 8192 pixels; got 10x80."),
        ({"stesp": 1}, "A recipe has no option 'stesp'. Did you mean 'steps'?"),
    ],
)
def test_a_fault_is_told_in_one_sentence(values, said):
    with pytest.raises(RecipeError) as raised:
        Small.of(values)
    assert str(raised.value) == said


def test_another_default_keeps_meaning_and_range():
    entry = next(it for it in Other.entries() if it.name == "steps")
    assert (entry.default, entry.about) == (7, STEPS)
    assert [it.name for it in Other.entries()] == [it.name for it in Small.entries()]
    with pytest.raises(RecipeError, match="steps must be at least 1"):
        Other(steps=0)


def test_described_leaves_defaults_out():
    assert Other().described() == '{"seed": 0}'
    assert Other(steps=5, words=("b",)).described() == '{"steps": 5, "words": ["b"], "seed": 0}'


def test_fields_are_documented():
    assert f"    steps: {STEPS.help}" in Small.__doc__
    assert replace(STEPS, most=None).help == STEPS.help
