"""A recipe's film as the gallery shows it: small enough that all of them are looked through on a page."""

from typing import Any

from ravine.gallery._recipe import Recipe

_SMALL: dict[str, Any] = {"size": (608, 342), "fps": 10.0}


def preview(recipe: Recipe) -> Recipe:
    """The recipe at a small size and few frames a second, unless it says how large and at what pace."""
    usual = Recipe()
    paced = recipe.steps_per_frame is not None
    chosen = {
        key: value
        for key, value in _SMALL.items()
        if getattr(recipe, key) == getattr(usual, key) and not (key == "fps" and paced)
    }
    return recipe.replace(**chosen)
