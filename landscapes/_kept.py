"""Computed numbers, kept between calls: what was computed once is not computed anew."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ravine._whole_file import OutputError, whole_file
from ravine.landscapes._makers import makers

_MOST_FILES = 60
_COMPUTED_BY = ("landscapes", "optimizers", "gallery")
_LIBRARIES = ("jax", "jaxlib", "optax", "numpy")


class Kept:
    """Named arrays in a folder, each under a key that tells all that they were computed from.

    The key holds the text of this package's own modules and the versions of the libraries below them. A
    folder that cannot be used is done without.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, source: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        """What was kept for `source`, if anything was."""
        with suppress(OSError, ValueError, EOFError, zipfile.BadZipFile):
            path = self._path(source)
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                found = dict(arrays)
            path.touch()
            return found
        return None

    def save(self, source: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays for `source`, and let go of those that were not asked for longest."""
        with suppress(OSError, OutputError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path(source)) as file:
                np.savez(file, allow_pickle=False, **arrays)
            files = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
            for path in files[:-_MOST_FILES]:
                path.unlink()

    def _path(self, source: Mapping[str, Any]) -> Path:
        told = json.dumps([makers(_COMPUTED_BY, _LIBRARIES), source], sort_keys=True)
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.npz"
