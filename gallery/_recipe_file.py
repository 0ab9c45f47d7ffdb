"""Recipes in files."""

import tomllib
from pathlib import Path
from typing import Any

from ravine.gallery._recipe_checks import RecipeError


def read_recipe_file(path: Path) -> dict[str, Any]:
    """The keys and values of a recipe's file.

    Raises:
        RecipeError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"The recipe {str(path)!r} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {str(path)!r} is not TOML: {error}.") from None
