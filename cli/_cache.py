"""The command line's caches, in the user's cache folder."""

import logging
import os
import warnings
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from ravine import films
from ravine.core.cache import Cache, cache_folder
from ravine.films import Recipe

if TYPE_CHECKING:
    from ravine.films import Film

_FOLDER = cache_folder()


def open_film(recipe: Recipe) -> AbstractContextManager["Film"]:
    """Open a film with data from an earlier call, or computed with the programs that JAX compiled in one."""
    keep_programs()
    return films.open_film(recipe, Cache(_FOLDER / "numbers"))


def keep_programs() -> None:
    """Let JAX keep what it compiles; where it cannot, it compiles again, and nobody need know."""
    # By way of the environment, so that JAX need not be loaded where nothing is computed.
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(_FOLDER / "programs"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    # A user's own settings of matplotlib would change the picture.
    os.environ["MATPLOTLIBRC"] = os.devnull
    warnings.filterwarnings("ignore", message=".*persistent compilation cache")
    # What fails in a user's callback is told in one line by the command.
    logging.getLogger("jax._src.callback").disabled = True
    # Nor need matplotlib speak of a folder for its own cache that it cannot use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # A letter that the font lacks is drawn as a box.
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")
