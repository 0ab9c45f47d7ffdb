"""Learning-rate schedules, one a file: the file is named after the schedule."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports
from ravine.optimizers._schedule import catalogue as catalogue

if TYPE_CHECKING:
    from ravine.optimizers._schedule import Schedule as Schedule

names = catalogue.names
load = catalogue.load

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue", "load", "names")
