"""Recipes and the films that they make."""

import importlib
from typing import TYPE_CHECKING, Any

from ravine.gallery._preview import preview as preview
from ravine.gallery._recipe import Recipe as Recipe
from ravine.gallery._recipe import RecipeError as RecipeError
from ravine.gallery._recipe import read_size as read_size
from ravine.gallery._shelf import load as load
from ravine.gallery._shelf import names as names

if TYPE_CHECKING:
    from ravine.gallery._film import Film as Film
    from ravine.gallery._film import film as film

_NEEDS_JAX = {"Film": "_film", "film": "_film"}


def __getattr__(name: str) -> Any:
    if name not in _NEEDS_JAX:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_NEEDS_JAX[name]}"), name)
