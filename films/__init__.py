"""Films of optimizers on landscapes: from a recipe to descents, a scene and frames."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.core.recipe import RecipeError as RecipeError
    from ravine.films._call import film as film
    from ravine.films._film import Film as Film
    from ravine.films._film import save_if_changed as save_if_changed
    from ravine.films._open import open_film as open_film
    from ravine.films._recipe import Recipe as Recipe
    from ravine.films._recipe import Span as Span
    from ravine.films._trace import check_trace_path as check_trace_path
    from ravine.films._trace import trace_bytes as trace_bytes


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
