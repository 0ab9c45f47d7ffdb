"""Sampling of a recipe's gradients: minibatches, or gradients with noise."""

from typing import cast

import numpy as np
from jaxtyping import Int

from ravine.core.recipe import RecipeError
from ravine.films._recipe import Recipe
from ravine.landscapes import Examples, Landscape, Noisy, difficulty_of, gradient_noise, minibatches
from ravine.optimizers import Sampling

_USUAL_BATCH = 8


def sampling_of(recipe: Recipe, landscape: Landscape, *, draws: int) -> Sampling | None:
    """Draw what each step sees; None where it sees all of the loss.

    Args:
        recipe: The film's recipe.
        landscape: The recipe's.
        draws: The most minibatches that a step draws.

    Raises:
        RecipeError: a minibatch of a landscape without examples, or noise on one with them.
    """
    check_sampling(recipe, landscape)
    examples = landscape.examples
    if examples is None:
        return _noisy(recipe, landscape, draws) if recipe.noise else None
    return Sampling(loss=examples.batch_loss, samples=_rows(recipe, landscape, examples, draws))


def check_sampling(recipe: Recipe, landscape: Landscape) -> None:
    """Refuse minibatches that there are not, or noise beside them.

    Args:
        recipe: The film's recipe.
        landscape: The recipe's.

    Raises:
        RecipeError: naming the option.
    """
    if landscape.examples is None:
        return _check_without_examples(recipe, landscape)
    if recipe.noise:
        raise RecipeError(
            f"noise is for landscapes without examples; {landscape.name} has "
            f"{len(landscape.examples.targets)}: give batch_size."
        )
    if recipe.early_stopping is not None and landscape.examples.held_out is None:
        raise RecipeError(
            f"early_stopping goes by held-out examples, such as noisy_moons has; {landscape.name} has none."
        )
    batch_size(recipe, landscape)
    if recipe.batch_order == "curriculum":
        _easiest_at(landscape)
    return None


def _check_without_examples(recipe: Recipe, landscape: Landscape) -> None:
    for key in ("batch_size", "show_batch", "early_stopping"):
        if getattr(recipe, key):
            raise _without_examples(key, landscape)
    if recipe.batch_order != "shuffled":
        raise _without_examples("batch_order", landscape)


def _without_examples(key: str, landscape: Landscape) -> RecipeError:
    return RecipeError(
        f"{key} needs a landscape with examples, such as noisy_moons; {landscape.name} has none."
    )


def _noisy(recipe: Recipe, landscape: Landscape, draws: int) -> Sampling:
    drawn = gradient_noise(
        recipe.noise,
        steps=recipe.steps,
        draws=draws,
        variables=landscape.variables,
        seed=recipe.seed,
        shape=recipe.noise_shape,
    )
    return Sampling(loss=Noisy(landscape.loss), samples=drawn)


def _rows(
    recipe: Recipe, landscape: Landscape, examples: Examples, draws: int
) -> Int[np.ndarray, "steps draws size"]:
    in_order = recipe.batch_order == "curriculum"
    return minibatches(
        len(examples.targets),
        size=batch_size(recipe, landscape),
        steps=recipe.steps,
        draws=draws,
        order=recipe.batch_order,
        seed=recipe.seed,
        difficulty=difficulty_of(examples, _easiest_at(landscape)) if in_order else None,
    )


def _easiest_at(landscape: Landscape) -> tuple[float, float]:
    """Find the point where examples are told easy from difficult."""
    if not landscape.minima:
        raise RecipeError(f"A curriculum needs a minimum, which {landscape.name} does not give: add minima.")
    return landscape.minima[0]


def batch_size(recipe: Recipe, landscape: Landscape) -> int:
    """Count the examples that a step sees.

    Raises:
        RecipeError: there are not so many.
    """
    count = len(cast("Examples", landscape.examples).targets)
    if recipe.batch_size == "full":
        return count
    size = min(_USUAL_BATCH, count) if recipe.batch_size is None else int(recipe.batch_size)
    if size > count:
        raise RecipeError(f"batch_size must be at most {count} on {landscape.name}; got {size}.")
    return size


def describe_sampling(recipe: Recipe, landscape: Landscape) -> str:
    """Describe what steps see; empty where every step sees all of the loss."""
    if landscape.examples is None:
        if not recipe.noise:
            return ""
        how = "noise, σ = " if recipe.noise_shape == "normal" else "uniform noise up to ±"
        return f"gradients with {how}{recipe.noise:g}"
    count, size = len(landscape.examples.targets), batch_size(recipe, landscape)
    if size == count:
        return f"gradients on all {count} examples"
    order = {"curriculum": ", easy ones first", "replacement": ", with replacement"}
    batch = "1 example" if size == 1 else f"minibatches of {size}"
    return f"gradients on {batch} of {count}{order.get(recipe.batch_order, '')}"
