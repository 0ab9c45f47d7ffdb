"""A start at which the loss or its gradient is not a number is told, and nothing runs from it."""

import math
import re

import jax.numpy as jnp
import numpy as np
import pytest

from ravine import landscapes
from ravine.core.recipe import RecipeError
from ravine.films import film
from ravine.optimizers import descend, load

QUICK = {"optimizers": ("sgd",), "steps": 3}

NOWHERE = {
    "nan": (("log(x) + y**2", (-1.0, 1.0)), "The loss of 'log(x) + y**2' is nan at the start (-1, 1);"),
    "minus infinity": (
        ("log(x) + y**2", (0.0, 1.0)),
        "The loss of 'log(x) + y**2' is -inf at the start (0, 1);",
    ),
    "infinity": (("1/x + y**2", (0.0, 1.0)), "The loss of '1/x + y**2' is inf at the start (0, 1);"),
    "an infinite gradient": (
        ("sqrt(x) + y**2", (0.0, 1.0)),
        "The gradient of 'sqrt(x) + y**2' is (inf, 2) at the start (0, 1), where its loss is 1;",
    ),
    "no gradient": (
        ("sqrt(x**2 + y**2)", (0.0, 0.0)),
        "The gradient of 'sqrt(x**2 + y**2)' is (nan, nan) at the start (0, 0), where its loss is 0;",
    ),
    "outside of the window": (
        ("sqrt(9 - x**2) + y", (40.0, 0.0)),
        "The loss of 'sqrt(9 - x**2) + y' is nan at the start (40, 0);",
    ),
}


@pytest.mark.parametrize(
    ("case", "rates", "rules"),
    [
        *((case, "published", ("sgd",)) for case in NOWHERE),
        *(("an infinite gradient", rates, ("adam", "newton")) for rates in ("published", "tuned")),
    ],
)
def test_a_start_without_a_number(case, rates, rules):
    (function, start), said = NOWHERE[case]
    shown = film(function=function, start=start, rates=rates, **{**QUICK, "optimizers": rules})
    with pytest.raises(RecipeError) as caught:
        _ = shown.descents
    assert str(caught.value) == f"{said} give another start."


@pytest.mark.parametrize("asked", ["data", "frames"])
def test_nothing_is_shown_from_a_start_without_a_number(asked):
    (function, start), said = NOWHERE["nan"]
    with pytest.raises(RecipeError, match=re.escape(said)):
        getattr(film(function=function, start=start, **QUICK), asked)


def test_a_start_that_is_drawn():
    said = r"is nan at the start that seed 3 draws, \(-3.48, -2.21\); give another seed."
    with pytest.raises(RecipeError, match=said):
        _ = film(function="log(x) + y**2", random_start=True, seed=3, **QUICK).descents


def test_a_function_of_python():
    def wall(point):
        return jnp.where(point[0] > 0, jnp.sum(point**2), jnp.nan)

    with pytest.raises(RecipeError, match=r"The loss of 'wall' is nan at the start \(-1, 1\)"):
        _ = film(wall, start=(-1.0, 1.0), **QUICK).descents
    assert film(wall, start=(1.0, 1.0), **QUICK).descents[0].diverged_at == -1


def test_a_loss_of_x_alone():
    (name, *_) = (name for name in landscapes.names() if landscapes.load(name).variables == 1)
    with pytest.raises(RecipeError, match=rf"The loss of '{name}' is (nan|inf) at the start \(1e\+200, 0\)"):
        _ = film(name, start=(1e200, 0.0), **QUICK).descents


def test_a_worker_that_starts_apart():
    said = r"is nan where worker \d of EASGD starts, \(-6.58, .*give another start, or workers that start"
    with pytest.raises(RecipeError, match=said.replace("-6.58", "-6.57585")):
        _ = film(
            function="sqrt(x) + y**2", start=(1.0, 1.0), **{**QUICK, "optimizers": ("easgd:spread=9",)}
        ).descents


@pytest.mark.parametrize("function", ["-sqrt(x) + y**2", "log(x) + y**2", "1/x", "sqrt(x**2 + y**2)"])
def test_a_start_that_is_found_can_be_left(function):
    (run,) = film(function=function, **QUICK).descents
    assert np.isfinite(run.losses[0])
    assert np.isfinite(run.gradients[0]).all()


def test_a_survey_of_starts_keeps_those_that_are_none():
    starts = np.array([(1.0, 0.5), (-1.0, 0.5)])
    (run,) = descend(lambda p: jnp.log(p[0]) + p[1] ** 2, [load("sgd")], starts, steps=2)
    assert run.diverged_at.tolist() == [-1, 0]
    assert math.isnan(run.losses[1, 0])


def test_a_run_that_diverges_later_is_shown():
    (run,) = film("beale", ["sgd:learning_rate=9"], steps=9).descents
    assert run.diverged_at > 0
