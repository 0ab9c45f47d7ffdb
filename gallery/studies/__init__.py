"""Studies of real networks: lines, planes and walks through their parameters, and their training."""

import importlib
from typing import TYPE_CHECKING, Any

from ravine.gallery.studies._shelf import COMMANDS as COMMANDS
from ravine.gallery.studies._shelf import FILMS as FILMS
from ravine.gallery.studies._shelf import load as load
from ravine.gallery.studies._shelf import names as names
from ravine.gallery.studies._shelf import preview as preview

if TYPE_CHECKING:
    from ravine.gallery.studies._connect import connect as connect
    from ravine.gallery.studies._line import line as line
    from ravine.gallery.studies._plane import plane as plane
    from ravine.gallery.studies._spectrum import spectrum as spectrum
    from ravine.gallery.studies._train import train as train
    from ravine.gallery.studies._walk import walk as walk


def __getattr__(name: str) -> Any:
    if name not in COMMANDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}._{name}"), name)
