"""Films of optimizers descending loss landscapes, and pictures of real networks' losses."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine import films as films
    from ravine import gallery as gallery
    from ravine import landscapes as landscapes
    from ravine import optimizers as optimizers
    from ravine import renderer as renderer
    from ravine import studies as studies
    from ravine.core.atomic import OutputError as OutputError
    from ravine.core.catalogue import UnknownNameError as UnknownNameError
    from ravine.core.recipe import RecipeError as RecipeError
    from ravine.films import Film as Film
    from ravine.films import Recipe as Recipe
    from ravine.films import film as film
    from ravine.landscapes import Landscape as Landscape
    from ravine.optimizers import Descent as Descent
    from ravine.optimizers import Optimizer as Optimizer
    from ravine.optimizers import Sampling as Sampling
    from ravine.optimizers import Setting as Setting
    from ravine.optimizers import descend as descend
    from ravine.optimizers import rule as rule
    from ravine.studies import connect as connect
    from ravine.studies import line as line
    from ravine.studies import plane as plane
    from ravine.studies import spectrum as spectrum
    from ravine.studies import train as train
    from ravine.studies import walk as walk

__version__ = "0.3.0"

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "__version__")
