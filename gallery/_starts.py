"""Starts from which nothing can descend."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from ravine.gallery._recipe import Recipe, RecipeError
from ravine.landscapes import Landscape, losses_at
from ravine.optimizers import Descent


def check_starts(descents: Sequence[Descent], landscape: Landscape, recipe: Recipe) -> None:
    """Refuse runs that begin where the loss or its gradient is not finite.

    Raises:
        RecipeError: naming the loss, the start, what is not finite there and the remedy.
    """
    name = recipe.function or landscape.name
    where = f"the start that seed {recipe.seed} draws," if recipe.random_start else "the start"
    remedy = "give another seed" if recipe.random_start else "give another start"
    for descent in descents:
        loss, slope, start = descent.losses[0], descent.gradients[0], _written(descent.points[0])
        if not np.isfinite(loss):
            raise RecipeError(f"The loss of {name!r} is {loss:g} at {where} {start}; {remedy}.")
        if not np.isfinite(slope).all():
            raise RecipeError(
                f"The gradient of {name!r} is {_written(slope)} at {where} {start}, where its loss is "
                f"{loss:g}; {remedy}."
            )
        for worker, place, loss in _workers_apart(descent, landscape):
            if not np.isfinite(loss):
                raise RecipeError(
                    f"The loss of {name!r} is {loss:g} where {worker} of {descent.label} starts, "
                    f"{_written(place)}; {remedy}, or workers that start nearer to it."
                )


def _workers_apart(descent: Descent, landscape: Landscape) -> Iterator[tuple[str, np.ndarray, float]]:
    """The workers that start elsewhere, where they do, and the loss there."""
    start = descent.points[0]
    places = {
        name: ball[0] for name, ball in descent.balls.items() if "worker" in name and (ball[0] != start).any()
    }
    if places:
        losses = losses_at(landscape.loss, np.array([*places.values()])).tolist()
        yield from zip(places, places.values(), losses, strict=True)


def _written(numbers: Float[np.ndarray, "2"]) -> str:
    return f"({', '.join(f'{number:g}' for number in numbers)})"
