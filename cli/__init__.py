"""The command line. Its commands are loaded when they are called, so that help is quick."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.cli._command import main as main


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
