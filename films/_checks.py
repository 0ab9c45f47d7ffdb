"""What is wrong with a recipe, told by key, value and remedy."""

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ravine.core.recipe import LARGEST, MOST_STEPS, SMALLEST, RecipeError, check_optimizers
from ravine.landscapes import Landscape

if TYPE_CHECKING:
    from ravine.films._recipe import Recipe, Span


WHOLE = ("steps", "seed", "loops", "early_stopping")
REAL = ("turn", "azimuth", "elevation", "seconds", "fps", "hold", "steps_per_frame", "noise")
PAIRS = ("start", "size", "domain", "window")

_COUNTS = {"start": 2, "size": 2, "domain": 4, "window": 4}
_KINDS: tuple[tuple[str, Any, str], ...] = (
    ("function", str | None, "a formula in quotes"),
    ("random_start", bool, "true or false"),
    ("show_batch", bool, "true or false"),
    ("control", bool, "true or false"),
    ("plot", str | None, "a word"),
    ("title", str, "a text in quotes"),
    ("about", str, "a text in quotes"),
    ("optimizers", tuple, "a list"),
    ("slices", tuple, "a list of lines"),
)


def check_recipe(recipe: "Recipe") -> None:
    """Refuse a recipe with a value of the wrong kind, or with values that exclude each other.

    Raises:
        RecipeError: naming the key.
    """
    _check_kinds(recipe)
    _check_choices(recipe)
    _check_numbers(recipe)
    _check_limits(recipe)
    _check_noise(recipe)
    _check_batches(recipe)
    _check_slices(recipe)
    _check_clock(recipe)
    _check_camera(recipe)


def _check_kinds(recipe: "Recipe") -> None:
    for key, kind, what in _KINDS:
        value = getattr(recipe, key)
        if not isinstance(value, kind):
            raise RecipeError(f"{key} must be {what}; got {value!r}.")
    if not (isinstance(recipe.landscape, str | Landscape) or callable(recipe.landscape)):
        raise RecipeError(f"landscape must be a name or a function of a point; got {recipe.landscape!r}.")
    check_optimizers(recipe.optimizers)


def _check_choices(recipe: "Recipe") -> None:
    for field in fields(recipe):
        choices = _words(field.type)
        value = getattr(recipe, field.name)
        if choices and value is not None and value not in choices:
            raise RecipeError(f"{field.name} is {' or '.join(choices)}; got {value!r}.")


def _words(kind: Any) -> tuple[str, ...]:
    """The words that a type allows, where it allows nothing else but nothing at all."""
    if get_origin(kind) is Literal:
        return tuple(word for word in get_args(kind) if isinstance(word, str))
    parts = [part for part in get_args(kind) if part is not type(None)]
    return _words(parts[0]) if len(parts) == 1 and get_origin(parts[0]) is Literal else ()


def _check_numbers(recipe: "Recipe") -> None:
    for key in (*WHOLE, *REAL, *PAIRS):
        value = getattr(recipe, key)
        if value is None:
            continue
        count = _COUNTS.get(key)
        numbers = value if count and isinstance(value, tuple) else (value,)
        kind = int if key in (*WHOLE, "size") else (int, float)
        good = all(isinstance(n, kind) and not isinstance(n, bool) and math.isfinite(n) for n in numbers)
        if not good or len(numbers) != (count or 1):
            what = "whole" if kind is int else "finite"
            wanted = f"{count} {what} numbers" if count else f"a {what} number"
            raise RecipeError(f"{key} must be {wanted}; got {value!r}.")


def _check_limits(recipe: "Recipe") -> None:
    for key, least in (("steps", 1), ("seed", 0), ("noise", 0), ("early_stopping", 1)):
        value = getattr(recipe, key)
        if value is not None and value < least:
            raise RecipeError(f"{key} must be at least {least}; got {value}.")
    if recipe.steps > MOST_STEPS:
        raise RecipeError(f"steps must be at most {MOST_STEPS}; got {recipe.steps}.")
    if recipe.random_start and recipe.start:
        raise RecipeError(f"random_start draws the start; start is given too: {recipe.start}.")
    if not recipe.optimizers:
        raise RecipeError("A film needs at least one optimizer; got none.")
    for name in ("domain", "window"):
        _check_span(name, getattr(recipe, name))
    if not all(SMALLEST <= side <= LARGEST for side in recipe.size):
        width, height = recipe.size
        raise RecipeError(f"size must have sides of {SMALLEST} to {LARGEST} pixels; got {width}x{height}.")


def _check_noise(recipe: "Recipe") -> None:
    if recipe.noise_shape != "normal" and not recipe.noise:
        raise RecipeError(f"noise_shape is {recipe.noise_shape}, but there is no noise: give noise too.")


def _check_batches(recipe: "Recipe") -> None:
    size = recipe.batch_size
    if size is None or size == "full":
        return
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise RecipeError(
            f"batch_size must be a whole number of examples, at least 1, or full; got {size!r}."
        )


def _check_slices(recipe: "Recipe") -> None:
    for line in recipe.slices:
        numbers = line if isinstance(line, tuple) else (line,)
        if len(numbers) != 4 or not all(_is_real(number) for number in numbers):
            raise RecipeError(f"slices are lines X0 Y0 X1 Y1 in finite numbers; got {line!r}.")
        if numbers[:2] == numbers[2:]:
            raise RecipeError(f"A slice must end elsewhere than it begins; got {line}.")
    if len(recipe.slices) > 3:
        raise RecipeError(f"A picture has room for 3 slices; got {len(recipe.slices)}.")
    if recipe.slices and recipe.plot is not None:
        raise RecipeError(f"slices and plot {recipe.plot} have one panel between them: give one of the two.")


def _check_clock(recipe: "Recipe") -> None:
    """Over evaluations a moment belongs to different steps of different runs."""
    for key in ("show_batch", "show_vectors"):
        if recipe.clock == "evaluations" and getattr(recipe, key):
            raise RecipeError(f"{key} shows single steps: it needs clock steps; the clock is evaluations.")


def _is_real(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)


def _check_camera(recipe: "Recipe") -> None:
    if recipe.view != "surface":
        for name in ("turn", "azimuth", "elevation"):
            if getattr(recipe, name) is not None:
                raise RecipeError(
                    f"{name} moves the camera of view surface; the view is {recipe.view or 'contour'}."
                )


def _check_span(name: str, span: "Span | None") -> None:
    if span is not None and not (span[0] < span[1] and span[2] < span[3]):
        raise RecipeError(f"{name} goes X0 X1 Y0 Y1 with X0 < X1 and Y0 < Y1; got {span}.")
