"""What the command line keeps between calls, in the user's cache folder."""

import os

import platformdirs

from ravine.gallery._kept import Kept

_FOLDER = platformdirs.user_cache_path("ravine")


def kept_numbers() -> Kept:
    """Computed numbers, and JAX's compiled programs for those that are not kept."""
    # By way of the environment, so that JAX need not be loaded where nothing is computed.
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(_FOLDER / "programs"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    return Kept(_FOLDER / "numbers")
