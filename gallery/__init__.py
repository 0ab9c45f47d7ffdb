"""Recipes that are shipped, and the films and pictures that they make."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.films import Film as Film
    from ravine.films import Recipe as Recipe
    from ravine.films import RecipeError as RecipeError
    from ravine.films import film as film
    from ravine.gallery._recipes import film_recipes as film_recipes
    from ravine.gallery._recipes import load as load
    from ravine.gallery._recipes import load_study as load_study
    from ravine.gallery._recipes import names as names
    from ravine.gallery._recipes import preview as preview
    from ravine.gallery._recipes import study_names as study_names
    from ravine.gallery._recipes import study_recipes as study_recipes


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
