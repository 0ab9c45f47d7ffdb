"""Films of optimizers descending loss landscapes, and pictures of real networks' losses."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ravine.gallery import Film as Film
    from ravine.gallery import Recipe as Recipe
    from ravine.gallery import film as film
    from ravine.gallery.studies import connect as connect
    from ravine.gallery.studies import line as line
    from ravine.gallery.studies import plane as plane
    from ravine.gallery.studies import spectrum as spectrum
    from ravine.gallery.studies import train as train
    from ravine.gallery.studies import walk as walk
    from ravine.landscapes import Landscape as Landscape
    from ravine.optimizers import Descent as Descent
    from ravine.optimizers import Optimizer as Optimizer
    from ravine.optimizers import Sampling as Sampling
    from ravine.optimizers import Setting as Setting
    from ravine.optimizers import descend as descend
    from ravine.optimizers import rule as rule

__version__ = "0.3.0"

_HOMES = {
    "Descent": "ravine.optimizers",
    "Film": "ravine.gallery",
    "Landscape": "ravine.landscapes",
    "Optimizer": "ravine.optimizers",
    "Recipe": "ravine.gallery",
    "Sampling": "ravine.optimizers",
    "Setting": "ravine.optimizers",
    "connect": "ravine.gallery.studies",
    "descend": "ravine.optimizers",
    "film": "ravine.gallery",
    "line": "ravine.gallery.studies",
    "plane": "ravine.gallery.studies",
    "rule": "ravine.optimizers",
    "spectrum": "ravine.gallery.studies",
    "train": "ravine.gallery.studies",
    "walk": "ravine.gallery.studies",
}
__all__ = [
    "Descent",
    "Film",
    "Landscape",
    "Optimizer",
    "Recipe",
    "Sampling",
    "Setting",
    "connect",
    "descend",
    "film",
    "line",
    "plane",
    "rule",
    "spectrum",
    "train",
    "walk",
]


_SUBPACKAGES = ("gallery", "landscapes", "optimizers", "renderer")


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return importlib.import_module(f"ravine.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'ravine' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
